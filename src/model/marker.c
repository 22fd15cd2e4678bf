#include "model/marker.h"
#include "model/visible.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char alias_prefix[] = "PXPS:-", token_prefix[] = "TOK:-";

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Reads "<uuid>#" at p. */
static bool read_uuid(const char *p, struct marker *ret)
{
	for (int i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? p[i] != '-' : !is_hex(p[i]))
			return false;
		ret->uuid[i] = (char)(dash ? '-' : p[i] >= 'A' ? p[i] | 32 : p[i]);
	}
	ret->uuid[UUID_LEN] = '\0';
	ret->kind = MARKER_ALIAS;
	return p[UUID_LEN] == '#';
}

/* Reads "<base32>#" at p. */
static bool read_token(const char *p, struct marker *ret)
{
	size_t len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567");
	if (!len || len > MARKER_TOKEN_MAX || p[len] != '#')
		return false;
	for (size_t i = 0; i < len; i++)
		ret->token[i] = (char)(p[i] >= 'a' ? p[i] - 32 : p[i]);
	ret->token[len] = '\0';
	ret->kind = MARKER_TOKEN;
	return true;
}

static bool known(const struct markers *m, const struct marker *one)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->items[i].kind == one->kind && strcmp(m->items[i].uuid, one->uuid) == 0 &&
			strcmp(m->items[i].token, one->token) == 0)
			return true;
	return false;
}

/* Takes the marker whose prefix's ':' stands at colon, if there is one. */
static void take(const char *text, const char *colon, struct markers *ret)
{
	static const struct {
		const char *prefix;
		size_t before, len; /* of the prefix: before the colon; whole */
		bool (*read)(const char *p, struct marker *ret);
	} kinds[] = {
		{ alias_prefix, 4, sizeof(alias_prefix) - 1, read_uuid },
		{ token_prefix, 3, sizeof(token_prefix) - 1, read_token },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *at = colon - kinds[i].before;
		if (at < text || strncasecmp(at, kinds[i].prefix, kinds[i].len) != 0)
			continue;
		struct marker one = { 0 };
		if (!kinds[i].read(at + kinds[i].len, &one))
			ret->damaged = true;
		else if (!known(ret, &one) && ret->count < MARKERS_MAX)
			ret->items[ret->count++] = one;
	}
}

void markers_find(const char *body, bool body_is_html, struct markers *ret)
{
	struct buf text;
	ret->count = 0;
	ret->damaged = false;
	buf_init(&text, MARKER_BODY_MAX);
	visible_squeeze(body, body_is_html, &text);
	for (const char *p = text.data; (p = strchr(p, ':')); p++)
		take(text.data, p, ret);
	buf_release(&text);
}

void marker_format(const char *uuid, char ret[MARKER_ALIAS_LEN + 1])
{
	snprintf(ret, MARKER_ALIAS_LEN + 1, "%s%s#", alias_prefix, uuid);
}

void marker_format_token(const char *token, char ret[MARKER_MAX + 1])
{
	snprintf(ret, MARKER_MAX + 1, "%s%.*s#", token_prefix, MARKER_TOKEN_MAX, token);
}

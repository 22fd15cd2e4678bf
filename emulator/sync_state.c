#include "sync_state.h"

#include "base/text.h"

#include <string.h>

struct packed {
	char head[4];
	uint64_t base, top, cursor, check;
};

enum { STATE_MAX = 1024 };

/* Ties the state to the folder and to this run of the program. */
static uint64_t checksum(const struct packed *p, const struct folder *folder)
{
	const uint64_t numbers[] = { p->base, p->top, p->cursor };
	const struct org *org = folder->mailbox->org;
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(org->salt); i++)
		hash = (hash ^ org->salt[i]) * 1099511628211u;
	for (const char *c = folder->id; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	for (size_t i = 0; i < 3; i++)
		for (int shift = 0; shift < 64; shift += 8)
			hash = (hash ^ ((numbers[i] >> shift) & 0xff)) * 1099511628211u;
	return hash;
}

void sync_state_write(struct buf *b, const struct folder *folder, const struct sync_place *place)
{
	struct packed p;

	memset(&p, 0, sizeof(p));
	memcpy(p.head, "H4sI", 4);
	p.base = place->base;
	p.top = place->top;
	p.cursor = place->cursor;
	p.check = checksum(&p, folder);
	text_base64_encode(b, &p, sizeof(p));
}

bool sync_state_read(const char *text, const struct folder *folder, struct sync_place *ret)
{
	struct packed p = { 0 };
	struct buf bytes;

	buf_init(&bytes, STATE_MAX);
	bool ok = text_base64_decode(&bytes, text, strlen(text)) && bytes.len == sizeof(p);
	if (ok)
		memcpy(&p, bytes.data, sizeof(p));
	buf_release(&bytes);
	if (!ok || memcmp(p.head, "H4sI", 4) != 0 || p.check != checksum(&p, folder))
		return false;
	*ret = (struct sync_place){ p.base, p.top, p.cursor };
	return ret->cursor <= ret->top && ret->top < folder->log_len;
}

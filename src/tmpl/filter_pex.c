/*
 * The filters and functions whose names begin with pex_. What each means is in doc/templates.md.
 */
#include "tmpl/html.h"
#include "tmpl/pex.h"
#include "tmpl/regex.h"
#include "tmpl/utf8.h"

#include "base/buf.h"
#include "base/random.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <openssl/evp.h>

/* A struct buf's bytes into the arena; the buf is released. */
static struct val from_buf(struct cx *cx, struct buf *b)
{
	size_t len = b->len;
	char *copy = arena_alloc(cx->arena, len + 1);
	memcpy(copy, b->data, len);
	buf_release(b);
	return text_val(copy, len);
}

static struct val pex_base64(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val text = str_of(cx, v);
	struct buf b;
	buf_init(&b, (size_t)TMPL_TEXT_MAX * 2);
	text_base64_encode(&b, text.text, text.len);
	return from_buf(cx, &b);
}

static struct val pex_clean_phone_number(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val text = str_of(cx, v);
	struct sb b;
	sb_init(&b);
	charge(cx, text.len / 64);
	for (uint32_t i = 0; i < text.len; i++)
		if (text.text[i] == '+' || (text.text[i] >= '0' && text.text[i] <= '9'))
			sb_addc(cx, &b, text.text[i]);
	return sb_text(&b, false);
}

static struct val pex_debug_log(struct cx *cx, struct val v, const struct args *a)
{
	struct sb b;
	sb_init(&b);
	add_str(cx, &b, v);
	for (uint32_t i = 0; i < a->count; i++) {
		sb_addc(cx, &b, ',');
		add_str(cx, &b, a->at[i]);
	}
	if (cx->debug_log) {
		buf_add(cx->debug_log, b.data, b.len);
		buf_addc(cx->debug_log, '\n');
	}
	return str_val("");
}

static struct val pex_find_first_match(struct cx *cx, struct val v, const struct args *a)
{
	struct iter *it = iter_of(cx, v);
	for (struct val item; iter_next(cx, it, &item);)
		if (regex_matches(cx, a->at[0], str_of(cx, item)))
			return item;
	return undefined_val(UNDEFINED_SENTENCE, "no item matches the regular expression");
}

static void digest(
	struct cx *cx, struct val text, const EVP_MD *type, unsigned char *ret, unsigned *ret_len)
{
	charge(cx, text.len / 16);
	if (EVP_Digest(text.text, text.len, ret, ret_len, type, NULL) != 1)
		abort();
}

/* Decimal digits, so that the end of it can be a PIN: SHA-256 as one number. */
static struct val pex_hash(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len;
	char digits[80];
	size_t at = sizeof(digits);
	digest(cx, str_of(cx, v), EVP_sha256(), sum, &len);
	while (at > 2) {
		unsigned rest = 0;
		for (unsigned i = 0; i < len; i++) {
			rest = rest << 8 | sum[i];
			sum[i] = (unsigned char)(rest / 10);
			rest %= 10;
		}
		digits[--at] = (char)('0' + rest);
	}
	struct sb b;
	sb_init(&b);
	sb_add(cx, &b, digits + at, sizeof(digits) - at);
	return sb_text(&b, false);
}

static struct val pex_md5(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len;
	struct buf b;
	digest(cx, str_of(cx, v), EVP_md5(), sum, &len);
	buf_init(&b, sizeof(sum) * 2);
	text_hex_encode(&b, sum, len);
	return from_buf(cx, &b);
}

static int64_t length_arg(struct cx *cx, struct val v, const char *name)
{
	int64_t n = arg_int(cx, v, name);
	if (n < 0)
		template_fail(cx, "'%s' wants a length that is not negative", name);
	return n;
}

static struct val pex_head(struct cx *cx, struct val v, const struct args *a)
{
	return text_between(cx, str_of(cx, v), 0, length_arg(cx, a->at[0], "pex_head"));
}

static struct val pex_tail(struct cx *cx, struct val v, const struct args *a)
{
	struct val text = str_of(cx, v);
	int64_t count = length_of(cx, text), n = length_arg(cx, a->at[0], "pex_tail");
	return text_between(cx, text, n < count ? count - n : 0, count);
}

static struct val pex_reverse(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct sb b;
	struct iter *it = reversed(cx, str_of(cx, v));
	sb_init(&b);
	for (struct val c; iter_next(cx, it, &c);)
		sb_add(cx, &b, c.text, c.len);
	return sb_text(&b, false);
}

static struct val pex_strlen(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return int_val(length_of(cx, str_of(cx, v)));
}

static struct val pex_require_min_length(struct cx *cx, struct val v, const struct args *a)
{
	int64_t n = arg_int(cx, a->at[0], "pex_require_min_length");
	if (length_of(cx, str_of(cx, v)) < n)
		template_fail(
			cx, "a text is shorter than the %lld characters required", (long long)n);
	return v;
}

static struct val pex_now(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return now_in_zone(cx, arg_text(cx, v, "pex_now"));
}

static struct val pin_of(struct cx *cx, int64_t length)
{
	struct sb b;
	if (length < 1 || length > TMPL_PIN_MAX)
		template_fail(cx, "a PIN has 1 to %d digits", TMPL_PIN_MAX);
	sb_init(&b);
	for (int64_t i = 0; i < length; i++)
		sb_addc(cx, &b, (char)('0' + random_below(10)));
	return sb_text(&b, false);
}

static struct val pex_random_pin(struct cx *cx, struct val v, const struct args *a)
{
	return pin_of(cx, arg_int(cx, given(a->at[0]) ? a->at[0] : v, "pex_random_pin"));
}

static struct val pex_regex_replace(struct cx *cx, struct val v, const struct args *a)
{
	return regex_replace(cx, a->at[0], a->at[1], str_of(cx, v));
}

static struct val pex_safelinks_decode(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return safelinks_decode(cx, str_of(cx, v));
}

static struct val pex_urldefense_decode(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return urldefense_decode(cx, str_of(cx, v));
}

static struct val pex_to_json(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct sb b;
	sb_init(&b);
	add_json(cx, &b, v, -1, false);
	return sb_text(&b, false);
}

static struct val pex_to_uuid(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val text = str_of(cx, v);
	struct buf raw;
	struct sb b;
	buf_init(&raw, TMPL_TEXT_MAX);
	bool ok = text_base64_decode(&raw, text.text, text.len) && raw.len == 16;
	unsigned char bytes[16] = { 0 };
	if (ok)
		memcpy(bytes, raw.data, sizeof(bytes));
	buf_release(&raw);
	if (!ok)
		template_fail(cx, "'pex_to_uuid' wants the base64 text of 16 bytes");
	sb_init(&b);
	for (int i = 0; i < 16; i++)
		sb_addf(cx, &b, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
	return sb_text(&b, false);
}

static struct val pex_update(struct cx *cx, struct val v, const struct args *a)
{
	if (v.kind != V_DICT || a->at[0].kind != V_DICT)
		template_fail(cx, "'pex_update' wants two dicts");
	struct dict *d = dict_new(cx, v.dict->count + a->at[0].dict->count);
	for (uint32_t i = 0; i < v.dict->count; i++)
		dict_put(cx, d, v.dict->pairs[i].key, v.dict->pairs[i].value);
	for (uint32_t i = 0; i < a->at[0].dict->count; i++)
		dict_put(cx, d, a->at[0].dict->pairs[i].key, a->at[0].dict->pairs[i].value);
	return (struct val){ .kind = V_DICT, .dict = d };
}

static struct val pex_url_decode(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return url_decode(cx, str_of(cx, v));
}

static struct val pex_url_encode(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val text = str_of(cx, v);
	struct sb b, blanks;
	sb_init(&b);
	sb_init(&blanks);
	add_url_quoted(cx, &b, text, true);
	/* As in a path: a blank is %20, not +. */
	for (size_t i = 0; i < b.len; i++) {
		if (b.data[i] == '+')
			sb_adds(cx, &blanks, "%20");
		else
			sb_addc(cx, &blanks, b.data[i]);
	}
	return sb_text(&blanks, false);
}

/* --- subnets --- */

struct address {
	int family;
	unsigned char bytes[16];
};

static bool address_parse(struct val text, struct address *ret)
{
	char copy[INET6_ADDRSTRLEN];
	*ret = (struct address){ 0 };
	if (text.len >= sizeof(copy) || memchr(text.text, '\0', text.len))
		return false;
	memcpy(copy, text.text, text.len);
	copy[text.len] = '\0';
	ret->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	return inet_pton(ret->family, copy, ret->bytes) == 1;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, int64_t bits)
{
	size_t whole = (size_t)bits / 8;
	unsigned rest = (unsigned)(bits % 8);
	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool address_in_subnet(struct cx *cx, struct val address, struct val subnet)
{
	struct address a, net;
	const char *slash = memchr(subnet.text, '/', subnet.len);
	struct val base = subnet;
	int64_t bits = -1;
	if (slash)
		base.len = (uint32_t)(slash - subnet.text);
	if (!address_parse(base, &net))
		template_fail(cx, "'%.*s' is no subnet", subnet.len > 60 ? 60 : (int)subnet.len,
			subnet.text);
	int64_t all = net.family == AF_INET ? 32 : 128;
	if (slash &&
		(!parse_int(cx, text_val(slash + 1, subnet.len - base.len - 1), 10, &bits) ||
			bits < 0 || bits > all))
		template_fail(cx, "'%.*s' is no subnet", subnet.len > 60 ? 60 : (int)subnet.len,
			subnet.text);
	if (!address_parse(address, &a))
		template_fail(cx, "'%.*s' is no address", address.len > 60 ? 60 : (int)address.len,
			address.text);
	return a.family == net.family && same_bits(a.bytes, net.bytes, slash ? bits : all);
}

static struct val pex_in_subnet(struct cx *cx, struct val v, const struct args *a)
{
	struct val address = arg_text(cx, v, "pex_in_subnet"), subnet;
	if (a->at[0].kind == V_TEXT)
		return bool_val(address_in_subnet(cx, address, a->at[0]));
	struct iter *it = iter_of(cx, a->at[0]);
	while (iter_next(cx, it, &subnet))
		if (address_in_subnet(cx, address, arg_text(cx, subnet, "pex_in_subnet")))
			return bool_val(true);
	return bool_val(false);
}

const struct callable filters_pex[] = {
	{ "pex_base64", pex_base64 },
	{ "pex_clean_phone_number", pex_clean_phone_number },
	{ "pex_debug_log", pex_debug_log, .variadic = true, .impure = true },
	{ "pex_find_first_match", pex_find_first_match, { "" }, .required = 1 },
	{ "pex_hash", pex_hash },
	{ "pex_head", pex_head, { "" }, .required = 1 },
	{ "pex_in_subnet", pex_in_subnet, { "" }, .required = 1 },
	{ "pex_md5", pex_md5 },
	{ "pex_now", pex_now, .impure = true },
	{ "pex_random_pin", pex_random_pin, { "" }, .impure = true },
	{ "pex_regex_replace", pex_regex_replace, { "", "" }, .required = 2 },
	{ "pex_require_min_length", pex_require_min_length, { "" }, .required = 1 },
	{ "pex_reverse", pex_reverse },
	{ "pex_safelinks_decode", pex_safelinks_decode },
	{ "pex_strlen", pex_strlen },
	{ "pex_tail", pex_tail, { "" }, .required = 1 },
	{ "pex_to_json", pex_to_json },
	{ "pex_to_uuid", pex_to_uuid },
	{ "pex_update", pex_update, { "" }, .required = 1 },
	{ "pex_url_decode", pex_url_decode },
	{ "pex_url_encode", pex_url_encode },
	{ "pex_urldefense_decode", pex_urldefense_decode },
};
const size_t filters_pex_count = sizeof(filters_pex) / sizeof(filters_pex[0]);

/* --- the same called as functions: the input is the first argument --- */

static struct val as_filter(struct cx *cx, struct val self, const struct args *a)
{
	const char *name = self.function->name;
	const struct callable *filter =
		callable_find(filters_pex, filters_pex_count, name, strlen(name));
	if (a->count == 0)
		template_fail(cx, "'%s' needs arguments", name);
	struct args rest = { a->at + 1, a->count - 1, a->keywords, a->keyword_count };
	return call(cx, filter, a->at[0], &rest);
}

static struct val now_function(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	struct val zone = given(a->at[0]) ? a->at[0] : str_val("UTC");
	return now_in_zone(cx, arg_text(cx, zone, "pex_now"));
}

static struct val uuid4_function(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	(void)a;
	char *uuid = mem(cx, UUID_LEN + 1);
	random_uuid(uuid);
	return str_val(uuid);
}

static struct val regex_search_function(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	return regex_search(cx, a->at[0], str_of(cx, a->at[1]));
}

const struct callable functions_pex[] = {
	{ "pex_base64", as_filter, .variadic = true },
	{ "pex_clean_phone_number", as_filter, .variadic = true },
	{ "pex_debug_log", as_filter, .variadic = true },
	{ "pex_find_first_match", as_filter, .variadic = true },
	{ "pex_hash", as_filter, .variadic = true },
	{ "pex_head", as_filter, .variadic = true },
	{ "pex_in_subnet", as_filter, .variadic = true },
	{ "pex_md5", as_filter, .variadic = true },
	{ "pex_now", now_function, { "" } },
	{ "pex_random_pin", as_filter, .variadic = true },
	{ "pex_regex_replace", as_filter, .variadic = true },
	{ "pex_regex_search", regex_search_function, { "", "" }, .required = 2 },
	{ "pex_require_min_length", as_filter, .variadic = true },
	{ "pex_reverse", as_filter, .variadic = true },
	{ "pex_safelinks_decode", as_filter, .variadic = true },
	{ "pex_strlen", as_filter, .variadic = true },
	{ "pex_tail", as_filter, .variadic = true },
	{ "pex_to_json", as_filter, .variadic = true },
	{ "pex_to_uuid", as_filter, .variadic = true },
	{ "pex_update", as_filter, .variadic = true },
	{ "pex_url_decode", as_filter, .variadic = true },
	{ "pex_url_encode", as_filter, .variadic = true },
	{ "pex_urldefense_decode", as_filter, .variadic = true },
	{ "pex_uuid4", uuid4_function },
};
const size_t functions_pex_count = sizeof(functions_pex) / sizeof(functions_pex[0]);

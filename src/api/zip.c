#include "api/zip.h"

#include <assert.h>
#include <string.h>

enum {
	VERSION = 10,        /* 1.0: stored files need no more */
	DATE = (1 << 5) | 1, /* the first of January 1980: the earliest there is */
};

static uint32_t crc32(const unsigned char *bytes, size_t len)
{
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* Little-endian, so many bytes. */
static void number(struct buf *b, uint32_t value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_addc(b, (char)(value & 0xff));
}

/* What a file's own header and its line in the directory have in common. */
static void describe(struct buf *b, const char *name, uint32_t crc, size_t len)
{
	number(b, VERSION, 2);
	number(b, 0, 2); /* flags */
	number(b, 0, 2); /* stored */
	number(b, 0, 2); /* time */
	number(b, DATE, 2);
	number(b, crc, 4);
	number(b, (uint32_t)len, 4); /* stored */
	number(b, (uint32_t)len, 4); /* original */
	number(b, (uint32_t)strlen(name), 2);
	number(b, 0, 2); /* no extra field */
}

void zip_init(struct zip *zip, struct buf *out)
{
	*zip = (struct zip){ .out = out, .start = out->len };
	buf_init(&zip->directory, ZIP_DIRECTORY_MAX);
}

void zip_add(struct zip *zip, const char *name, const void *bytes, size_t len)
{
	uint32_t crc = crc32(bytes, len), offset = (uint32_t)(zip->out->len - zip->start);
	assert(zip->files < ZIP_FILES_MAX);
	zip->files++;
	number(zip->out, 0x04034b50, 4);
	describe(zip->out, name, crc, len);
	buf_adds(zip->out, name);
	buf_add(zip->out, bytes, len);
	number(&zip->directory, 0x02014b50, 4);
	number(&zip->directory, VERSION, 2); /* made by */
	describe(&zip->directory, name, crc, len);
	number(&zip->directory, 0, 2); /* no comment */
	number(&zip->directory, 0, 2); /* first disk */
	number(&zip->directory, 0, 2); /* internal attributes */
	number(&zip->directory, 0, 4); /* external attributes */
	number(&zip->directory, offset, 4);
	buf_adds(&zip->directory, name);
}

void zip_finish(struct zip *zip)
{
	uint32_t offset = (uint32_t)(zip->out->len - zip->start);
	assert(!zip->directory.overflow);
	buf_add(zip->out, zip->directory.data, zip->directory.len);
	number(zip->out, 0x06054b50, 4);
	number(zip->out, 0, 4); /* one disk */
	number(zip->out, (uint32_t)zip->files, 2);
	number(zip->out, (uint32_t)zip->files, 2);
	number(zip->out, (uint32_t)zip->directory.len, 4);
	number(zip->out, offset, 4);
	number(zip->out, 0, 2); /* no comment */
	buf_release(&zip->directory);
}

#include <string.h>
#include <unistd.h>

#include "common/record/event.h"
#include "foreign.h"

#define BYTES 64 /* enough to tell text from what is not */

#define PCAP "is a packet capture (pcap); tm reads recordings of tm-capture -w"
#define PACKED(tool) "is compressed with " tool "; use: " tool " -dc FILE |"

static const struct {
	const char *begin, *what;
} formats[] = {
	{ "\x28\xb5\x2f\xfd", PACKED("zstd") },
	{ "\xfd"
	  "7zXZ",
			PACKED("xz") },
	{ "BZh", PACKED("bzip2") },
	{ "\x04\x22\x4d\x18", PACKED("lz4") },
	{ "PK\x03\x04", "is a zip archive; use: unzip -p FILE |" },
	{ "\xa1\xb2\xc3\xd4", PCAP },
	{ "\xd4\xc3\xb2\xa1", PCAP },
	{ "\xa1\xb2\x3c\x4d", PCAP },
	{ "\x4d\x3c\xb2\xa1", PCAP },
	{ "\x0a\x0d\x0d\x0a", PCAP },
	{ "SQLite format 3",
			"is a database; for a history use: tm-store query "
			"--db FILE" },
};

static bool is_text(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((bytes[i] < ' ' && !strchr("\t\n\r", bytes[i])) ||
				bytes[i] == 0x7f)
			return false;
	}
	return true;
}

static const char *foreign_format(const void *bytes, size_t size)
{
	size_t length;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		length = strlen(formats[i].begin);
		if (length <= size && !memcmp(bytes, formats[i].begin, length))
			return formats[i].what;
	}
	return is_text(bytes, size < BYTES ? size : BYTES)
			? "is text; tm-parse reads what tm-print wrote"
			: NULL;
}

const char *tm_foreign_problem(const void *bytes, size_t size)
{
	uint32_t magic;

	if (size < sizeof(magic) || tm_foreign_is_gzip(bytes))
		return NULL;
	memcpy(&magic, bytes, sizeof(magic));
	if (!((magic ^ TM_MAGIC) & TM_MAGIC_FORMAT))
		return NULL;
	return foreign_format(bytes, size)
			?: "not an event (offset 0); tm-event(5) describes "
			   "what one looks like";
}

const char *tm_foreign_look(int fd)
{
	unsigned char bytes[BYTES];
	const off_t at = lseek(fd, 0, SEEK_CUR);
	const ssize_t n = at < 0 ? 0 : pread(fd, bytes, sizeof(bytes), at);

	return n < 0 ? NULL : tm_foreign_problem(bytes, n);
}

/* Lists of networks as people write them; ipmask(1) has the grammar. */
#ifndef TM_NET_NETLIST_H
#define TM_NET_NETLIST_H

#include <stddef.h>

#include "range.h"

#define TM_NETLIST_PROBLEM 512
#define TM_NETLIST_PATTERN_MOST                                                \
	65536 /* networks that one pattern may expand to */

/* One entry: a range; or a pattern such as 10.*.0.5, IPv4 only, which is every
 * address whose bits under the mask are the range's first address's. */
struct tm_netlist_entry {
	bool is_ipv4;
	bool is_pattern;
	uint32_t mask;
	struct tm_range range; /* of a pattern its lowest and highest */
	uint64_t line;
	const char *text; /* as written, valid until the next call; no NUL */
	size_t size;
	const char *name; /* that follows, likewise */
	size_t name_size;
};

enum tm_netlist_found {
	TM_NETLIST_END,
	TM_NETLIST_ENTRY,
	TM_NETLIST_WRONG, /* see problem; later lines may be valid */
};

/* A list while it is read. */
struct tm_netlist {
	const char *name; /* of the file, for messages */
	bool has_names;	  /* after each entry; set it once the list is open */
	uint64_t line;
	char problem[TM_NETLIST_PROBLEM]; /* one line: file, line, column, why
					   */

	int fd;
	bool has_ended;
	bool is_skipping; /* the rest of a line that is too long */
	char *block;
	size_t begin, end;
};

/* Opens a file, "-" is standard input. 0, or -1 with problem set. */
int tm_netlist_open(struct tm_netlist *list, const char *path);

/* The next entry of the list, or the next wrong line of it. */
enum tm_netlist_found tm_netlist_next(
		struct tm_netlist *list, struct tm_netlist_entry *entry);

void tm_netlist_close(struct tm_netlist *list);

/* One entry from a text of its own, such as an argument. 0, or -1 with the
 * problem, which names the text and the column. */
int tm_netlist_parse(const char *text, struct tm_netlist_entry *entry,
		char problem[TM_NETLIST_PROBLEM]);

/* The next range of an entry, false after the last. *step is 0 before the first
 * call. The ranges of a pattern are in rising order. */
bool tm_netlist_range(const struct tm_netlist_entry *entry, uint32_t *step,
		struct tm_range *range);

bool tm_netlist_holds(const struct tm_netlist_entry *entry,
		const uint8_t address[16]);

#endif

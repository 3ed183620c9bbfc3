/* What a row is of: user, process, remote, ... in any combination. */
#ifndef TM_REPORT_KEYS_H
#define TM_REPORT_KEYS_H

#include <stdbool.h>

#include "common/net/netnames.h"
#include "common/record/names.h"
#include "common/show/table.h"
#include "report-sums.h"

#define KEYS_MOST 20

struct key_kind;

struct keys {
	const struct key_kind *kinds[KEYS_MOST];
	unsigned offsets[KEYS_MOST]; /* of their words */
	unsigned count, words;
	uint64_t bin_ns; /* of the kind "bin" */
	const struct tm_netnames
			*netnames; /* NULL = networks by their prefix */
	struct tm_names *names;	   /* for rows by name; NULL = by number */
};

/* Adds the kinds of a list such as "user,remote". NULL, or a problem, which is
 * the function's own. */
const char *keys_parse(struct keys *keys, const char *list);

/* The place of a kind among them, -1 where it is not. */
int keys_find(const struct keys *keys, const char *name);

/* The kinds by name, for messages. */
const char *keys_known(void);

/* Whether they are just the user. */
bool keys_are_user(const struct keys *keys);

/* Whether the interface is among them, and nobody who owns what it carried. */
bool keys_are_by_interface(const struct keys *keys);

/* The place of the kind that is the shortest time, -1 where none is. */
int keys_time(const struct keys *keys);

/* Whether a kind's words number what has recorded names, by which its rows are
 * sorted then; and that name, NULL where it has none. */
bool keys_are_names(const struct keys *keys, unsigned kind);
const char *keys_name(
		const struct keys *keys, unsigned kind, const uint64_t *words);

/* The event's key: KEY_WORDS at most. */
void keys_take(const struct keys *keys, const struct tm_event *event,
		uint64_t *words);

/* How names are shown. */
struct labels {
	struct tm_names *names;
	bool is_numeric;
};

/* Adds the kinds' columns; returns how many they are. */
unsigned keys_columns(const struct keys *keys, struct tm_column *columns);

/* Puts one cell for each column: those of a row, or a word for several rows in
 * the first of them. */
void keys_put(const struct keys *keys, struct tm_table *table,
		const struct labels *labels, const uint64_t *words);
void keys_put_label(const struct keys *keys, struct tm_table *table,
		const char *label);

/* The user's name as it came, or its number with is_numeric; NULL where there
 * is none. */
const char *user_name(const struct labels *labels, uint32_t uid);

/* An address as two words, in the order of addresses. */
void words_from_address(uint64_t words[2], const uint8_t address[16]);
void words_to_address(const uint64_t words[2], uint8_t address[16]);

/* A command as two words, and back, with a NUL. */
void words_to_comm(const uint64_t words[2], char comm[TM_COMM_SIZE + 1]);

#endif

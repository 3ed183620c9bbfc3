/* The parts of the query command. */
#ifndef TM_STORE_QUERY_COMMAND_H
#define TM_STORE_QUERY_COMMAND_H

#include "commands.h"

/* Values that need the open database remain text. */
struct query_options {
	const char *path, *user, *login;
	const char *rows_only; /* an option without meaning for --summary */
	struct asked_range range;
	bool has_top, has_sort, is_reverse, is_summary, is_quiet, is_json;
	struct tm_history_keys keys;
	struct tm_history_rows_query query;
	struct tm_history_form form;
};

/* What an answer does not say of itself, on standard error. */
void query_note_shares(const struct tm_shares *shares);
void query_note_range(const struct query_options *options,
		const struct tm_history_rows *rows);
void query_note_coarse(const struct query_options *options,
		const struct tm_history_rows *rows);
void query_note_ahead(const struct query_options *options,
		const struct tm_history_summary *summary);

/* That the sums count what passed within the machine twice. */
int query_note_loopback(const struct query_options *options,
		struct tm_history *history);

/* Why there are no rows: a name that the history does not have, or a range of
 * which it has nothing. */
int query_note_absent(const struct query_options *options,
		struct tm_history *history,
		const struct tm_history_summary *summary);

/* A key that a history does not have, and what to write instead. */
_Noreturn void query_refuse_key(const char *name);

#endif

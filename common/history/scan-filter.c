#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/net/address.h"
#include "scan.h"
#include "stored.h"

#define REMOVED " (deleted)"

static const char *scanned_name(sqlite3_stmt *statement)
{
	const char *const text =
			(const void *)sqlite3_column_text(statement, 1);

	return text ? text : "";
}

/* Without a slash, a command's last part will do, as in tm-filter; the kernel
 * appends " (deleted)" to files that were removed. */
static bool name_matches(const char *pattern, const char *name)
{
	const char *const slash = strrchr(name, '/');
	const char *const text = slash && *name == '/' && !strchr(pattern, '/')
			? slash + 1
			: name;
	size_t size = strlen(text);
	char kept[512];

	if (!*text || size >= sizeof(kept))
		return false;
	if (!strcmp(pattern, text) || !fnmatch(pattern, text, 0))
		return true;
	size -= strlen(REMOVED);
	if (size >= sizeof(kept) || strcmp(text + size, REMOVED))
		return false;
	memcpy(kept, text, size);
	kept[size] = '\0';
	return !strcmp(pattern, kept) || !fnmatch(pattern, kept, 0);
}

/* Of the rows whose first column is an id; with a pattern, of those whose
 * second one it matches. */
static int want_ids(struct tm_history *history,
		struct tm_history_wanted *wanted, sqlite3_stmt *statement,
		const char *pattern)
{
	size_t room = 0;
	int result;

	wanted->is_set = true;
	while ((result = tm_history_step(history, statement)) == 1) {
		if (pattern && !name_matches(pattern, scanned_name(statement)))
			continue;
		if (wanted->count == room) {
			uint32_t *more;

			room = room ? 2 * room : 4;
			more = realloc(wanted->owned, room * sizeof(*more));
			if (!more)
				return tm_history_fail(
						history, "out of memory");
			wanted->values = wanted->owned = more;
		}
		wanted->owned[wanted->count++] =
				sqlite3_column_int64(statement, 0);
	}
	return result;
}

static int want_text(struct tm_history *history,
		struct tm_history_wanted *wanted, const char *sql,
		const char *text)
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int result;

	if (!statement)
		return -1;
	tm_history_bind_text(statement, 1, text, strlen(text));
	result = want_ids(history, wanted, statement, NULL);
	sqlite3_finalize(statement);
	return result;
}

static int want_pattern(struct tm_history *history,
		struct tm_history_wanted *wanted, const char *sql,
		const char *pattern)
{
	sqlite3_stmt *const statement = tm_history_prepare(history, sql);
	int result;

	if (!statement)
		return -1;
	result = want_ids(history, wanted, statement, pattern);
	sqlite3_finalize(statement);
	return result;
}

/* The kernel cuts the names of tasks to 15 bytes; so is what is asked for, as
 * in tm-filter. */
static int want_process(struct tm_history *history,
		struct tm_history_wanted *wanted, const char *name)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT id FROM process WHERE name IN (?1, ?2)");
	int result;

	if (!statement)
		return -1;
	tm_history_bind_text(statement, 1, name, strlen(name));
	tm_history_bind_text(
			statement, 2, name, strnlen(name, TM_COMM_SIZE - 1));
	result = want_ids(history, wanted, statement, NULL);
	sqlite3_finalize(statement);
	return result;
}

static int want_number(struct tm_history *history,
		struct tm_history_wanted *wanted, uint32_t value)
{
	wanted->owned = malloc(sizeof(value));
	if (!wanted->owned)
		return tm_history_fail(history, "out of memory");
	*wanted->owned = value;
	wanted->values = wanted->owned;
	wanted->is_set = true;
	wanted->count = 1;
	return 0;
}

/* Addresses are stored in their one form. */
static int want_remote(struct tm_history *history,
		struct tm_history_wanted *wanted, const char *text)
{
	static const char sql[] = "SELECT id FROM remote WHERE address = ?";
	char form[TM_ADDRESS_SIZE + 1];
	uint8_t address[16];

	if (!tm_address_parse(text, address))
		return want_text(history, wanted, sql, text);
	*tm_address_format(form, address) = '\0';
	return want_text(history, wanted, sql, form);
}

/* Workloads and commands, which an older format knows of none: then all rows
 * have no text. */
static int want_name(struct tm_history *history, struct tm_history_scan *scan,
		enum tm_key_id id, const char *text, bool is_pattern)
{
	const struct tm_history_dictionary *const of =
			tm_history_dictionary_of(id);
	char sql[128];

	if (!text)
		return 0;
	if (!tm_history_has_column(history, id))
		return want_number(history, &scan->wanted[id],
				*text ? TM_HISTORY_REMAINDER
				      : TM_HISTORY_UNKNOWN);
	if (is_pattern && *text) {
		snprintf(sql, sizeof(sql), "SELECT id, %s FROM %s", of->text,
				of->table);
		return want_pattern(history, &scan->wanted[id], sql, text);
	}
	snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE %s = ?", of->table,
			of->text);
	return want_text(history, &scan->wanted[id], sql, text);
}

/* One of that name, else of that number; or all, with NULL. The first interface
 * of a network namespace is its loopback. */
static int want_interface(struct tm_history *history,
		struct tm_history_wanted *wanted, const char *text,
		bool has_no_loopback)
{
	sqlite3_stmt *const statement = tm_history_prepare(history,
			"SELECT id FROM interface WHERE (?1 IS NULL OR "
			"name = ?1 AND (id = 0 OR name <> '') OR "
			"name = '' AND id > 1 AND CAST(ifindex AS TEXT) = ?1) "
			"AND NOT (?2 AND (name IS 'lo' OR "
			"name IS '' AND id > 1 AND ifindex = 1))");
	int result;

	if (!statement)
		return -1;
	if (text)
		tm_history_bind_text(statement, 1, text, strlen(text));
	sqlite3_bind_int(statement, 2, has_no_loopback);
	result = want_ids(history, wanted, statement, NULL);
	sqlite3_finalize(statement);
	return result;
}

int tm_history_scan_filter(struct tm_history *history,
		const struct tm_history_filter *filter,
		struct tm_history_scan *scan)
{
	struct tm_history_wanted *const wanted = scan->wanted;

	scan->has_direction = filter->has_direction;
	scan->direction = filter->direction;
	if (filter->has_user &&
			want_number(history, &wanted[TM_KEY_USER], filter->uid))
		return -1;
	if (filter->has_login &&
			want_number(history, &wanted[TM_KEY_LOGIN],
					filter->login))
		return -1;
	if (want_name(history, scan, TM_KEY_WORKLOAD, filter->workload,
			    filter->has_patterns) ||
			want_name(history, scan, TM_KEY_COMMAND,
					filter->command, filter->has_patterns))
		return -1;
	if (filter->has_protocol &&
			want_number(history, &wanted[TM_KEY_PROTOCOL],
					filter->protocol))
		return -1;
	if (filter->process &&
			want_process(history, &wanted[TM_KEY_PROCESS],
					filter->process))
		return -1;
	if (filter->remote &&
			want_remote(history, &wanted[TM_KEY_REMOTE],
					filter->remote))
		return -1;
	return (filter->interface || filter->has_no_loopback) &&
					want_interface(history,
							&wanted[TM_KEY_INTERFACE],
							filter->interface,
							filter->has_no_loopback)
			? -1
			: 0;
}

int tm_history_filter_unknown(struct tm_history *history,
		const struct tm_history_filter *filter, enum tm_key_id *id,
		const char **text)
{
	const char *const texts[TM_KEYS_STORED] = {
		[TM_KEY_PROCESS] = filter->process,
		[TM_KEY_REMOTE] = filter->remote,
		[TM_KEY_INTERFACE] = filter->has_no_loopback
				? NULL
				: filter->interface,
		[TM_KEY_WORKLOAD] = filter->workload,
		[TM_KEY_COMMAND] = filter->command,
	};
	struct tm_history_scan scan = { 0 };
	int result;

	*text = NULL;
	if (tm_history_begin(history))
		return -1;
	result = tm_history_scan_filter(history, filter, &scan);
	tm_history_end(history);
	for (*id = 0; *id < TM_KEYS_STORED && !*text && !result; ++*id) {
		if (texts[*id] && !scan.wanted[*id].count)
			*text = texts[*id];
	}
	--*id;
	tm_history_scan_free(&scan);
	return result;
}

void tm_history_scan_free(struct tm_history_scan *scan)
{
	for (unsigned i = 0; i < TM_KEYS_STORED; i++)
		free(scan->wanted[i].owned);
}

#include <inttypes.h>
#include <stdio.h>

#include "answer-json.h"
#include "common/record/fields.h"

void json_begin(struct tm_text *text)
{
	tm_text_string(text, "{\"version\":1");
}

void json_end(struct tm_text *text)
{
	tm_text_string(text, "}\n");
}

const char *protocol_name(char out[PROTOCOL_SIZE], uint8_t protocol)
{
	const char *const name = tm_word_text(tm_protocols, protocol);

	if (name || !protocol)
		return name ? name : "";
	snprintf(out, PROTOCOL_SIZE, "%u", protocol);
	return out;
}

void json_member_time(struct tm_text *text, const char *name, uint64_t time_ns)
{
	tm_json_member(text, name);
	if (time_ns)
		tm_text_format(text, "\"%" PRIu64 "\"", time_ns);
	else
		tm_text_string(text, "null");
}

void json_user(struct tm_text *text, uint32_t uid, const char *name)
{
	tm_json_member_number(text, "uid", uid);
	tm_json_member_string(text, "user", uid == TM_NOBODY ? "none" : name);
}

static const char *json_direction(const struct tm_history_row *row)
{
	return row->direction == TM_IN ? "in" : "out";
}

void json_keys(struct tm_text *text, const struct tm_history_row *row,
		unsigned by)
{
	static const unsigned times = TM_HISTORY_BY_MINUTE |
			TM_HISTORY_BY_HOUR | TM_HISTORY_BY_DAY |
			TM_HISTORY_BY_MONTH;
	char name[PROTOCOL_SIZE];

	if (by & times)
		json_member_time(text, "time_ns", row->time_ns);
	if (by & TM_HISTORY_BY_USER)
		json_user(text, row->uid, row->user);
	if (by & TM_HISTORY_BY_PROCESS)
		tm_json_member_string(text, "process", row->process);
	if (by & TM_HISTORY_BY_REMOTE)
		tm_json_member_string(text, "remote", row->remote);
	if (by & TM_HISTORY_BY_PROTOCOL)
		tm_json_member_string(text, "protocol",
				protocol_name(name, row->protocol));
	if (by & TM_HISTORY_BY_INTERFACE)
		tm_json_member_string(text, "interface", row->interface);
	if (by & TM_HISTORY_BY_DIRECTION)
		tm_json_member_string(text, "direction", json_direction(row));
}

void json_amounts(struct tm_text *text, const struct tm_history_row *row)
{
	const struct tm_amount *const in = &row->moved[TM_IN];
	const struct tm_amount *const out = &row->moved[TM_OUT];

	tm_json_member_number(text, "in", in->bytes);
	tm_json_member_number(text, "out", out->bytes);
	tm_json_member_number(text, "total", in->bytes + out->bytes);
	tm_json_member_number(text, "packets_in", in->packets);
	tm_json_member_number(text, "packets_out", out->packets);
	tm_json_member_number(text, "packets", in->packets + out->packets);
	tm_json_member_number(text, "lost", json_sum(row->lost));
	tm_json_member_number(text, "lost_packets",
			row->lost[TM_IN].packets + row->lost[TM_OUT].packets);
}

static void json_put_key(
		struct tm_text *text, const char *key, const char *label)
{
	tm_json_member_string(text, "key", key);
	tm_json_member_string(text, "label", label);
}

void json_key(struct tm_text *text, const struct tm_history_row *row,
		unsigned by)
{
	char name[PROTOCOL_SIZE];

	if (by == TM_HISTORY_BY_USER) {
		snprintf(name, sizeof(name), "%" PRIu32, row->uid);
		json_put_key(text, name,
				row->uid == TM_NOBODY	    ? "none"
						: row->user ? row->user
							    : name);
	} else if (by == TM_HISTORY_BY_PROCESS) {
		json_put_key(text, row->process, row->process);
	} else if (by == TM_HISTORY_BY_REMOTE) {
		json_put_key(text, row->remote, row->remote);
	} else if (by == TM_HISTORY_BY_INTERFACE) {
		json_put_key(text, row->interface, row->interface);
	} else if (by == TM_HISTORY_BY_PROTOCOL) {
		json_put_key(text, protocol_name(name, row->protocol),
				protocol_name(name, row->protocol));
	} else {
		json_put_key(text, "", "all");
	}
}

#include <inttypes.h>
#include <stdio.h>

#include "answer-json.h"
#include "common/record/words.h"

void json_begin(struct tm_text *text)
{
	tm_text_string(text, "{\"version\":1");
}

void json_end(struct tm_text *text)
{
	tm_text_string(text, "}\n");
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
	tm_json_member_string(
			text, "user", uid == TM_NOBODY ? TM_WORD_NONE : name);
}

static void json_login(struct tm_text *text, const struct tm_history_row *row)
{
	const uint32_t uid = row->ids[TM_KEY_LOGIN];

	tm_json_member_number(text, "login_uid", uid);
	tm_json_member_string(text, "login",
			uid == TM_NOBODY ? TM_WORD_NONE
					 : row->texts[TM_KEY_LOGIN]);
}

const char *json_value(const struct tm_history_row *row, enum tm_key_id id,
		struct tm_label *label)
{
	static const struct tm_key_sources sources = { 0 };
	const uint64_t number =
			id < TM_KEYS_STORED ? row->ids[id] : row->direction;

	if (tm_history_key_has_text(id))
		return row->texts[id];
	tm_key_table[id].label(&sources, &number, label);
	return label->sort == TM_LABEL_ABSENT ? "" : label->text;
}

void json_keys(struct tm_text *text, const struct tm_history_row *row,
		unsigned by)
{
	struct tm_label label;

	if (by & TM_HISTORY_BY_TIME) {
		json_member_time(text, "time_ns", row->time_ns);
		tm_json_member_string(text, "resolution",
				tm_history_resolution_name(row->resolution));
	}
	if (row->is_rest) {
		tm_json_member(text, "is_rest");
		tm_text_string(text, "true");
		return;
	}
	if (by & TM_HISTORY_BY_USER)
		json_user(text, row->ids[TM_KEY_USER], row->texts[TM_KEY_USER]);
	if (by & TM_HISTORY_BY_LOGIN)
		json_login(text, row);
	for (enum tm_key_id id = TM_KEY_USER + 1; id <= TM_KEY_DIRECTION;
			id++) {
		if (by & 1 << id && id != TM_KEY_LOGIN)
			tm_json_member_string(text, tm_key_table[id].name,
					json_value(row, id, &label));
	}
}

void json_moved(struct tm_text *text, const struct tm_amount moved[2])
{
	const struct tm_amount *const in = &moved[TM_IN];
	const struct tm_amount *const out = &moved[TM_OUT];
	const struct tm_amount both = tm_amount_both(moved);

	tm_json_member_number(text, "in", in->bytes);
	tm_json_member_number(text, "out", out->bytes);
	tm_json_member_number(text, "total", both.bytes);
	tm_json_member_number(text, "packets_in", in->packets);
	tm_json_member_number(text, "packets_out", out->packets);
	tm_json_member_number(text, "packets", both.packets);
}

void json_amounts(struct tm_text *text, const struct tm_history_row *row)
{
	json_moved(text, row->moved);
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
	static const struct tm_key_sources sources = { 0 };
	struct tm_label label;
	const enum tm_key_id id = by ? __builtin_ctz(by) : 0;
	const char *value;
	char number[16];
	uint32_t uid;

	if (!by) {
		json_put_key(text, "", "all");
	} else if (by & (TM_HISTORY_BY_USER | TM_HISTORY_BY_LOGIN)) {
		uid = row->ids[id];
		tm_key_label_user(&sources, uid, row->texts[id], &label);
		snprintf(number, sizeof(number), "%" PRIu32, uid);
		json_put_key(text, uid == TM_NOBODY ? label.text : number,
				label.text);
	} else {
		value = json_value(row, id, &label);
		json_put_key(text, value, value);
	}
}

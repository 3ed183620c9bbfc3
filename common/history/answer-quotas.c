#include <string.h>

#include "answer.h"
#include "common/record/words.h"
#include "common/show/key-cells.h"

/* Data has what is new at the end, people have it where it belongs. */
static const struct tm_column quota_columns[] = {
	{ .key = "uid", .type = TM_CELL_NUMBER },
	{ "user", "USER", TM_CELL_TEXT, .is_key = true, .least = 19 },
	{ .heading = "GROUP", .type = TM_CELL_TEXT },
	{ "period", "PERIOD", TM_CELL_TEXT, .is_key = true, .least = 6 },
	{ .heading = "DIRECTION", .type = TM_CELL_TEXT },
	{ "begin", "SINCE", .type = TM_CELL_DAY },
	{ "limit", "LIMIT", .type = TM_CELL_BYTES },
	{ "used", "USED", .type = TM_CELL_BYTES },
	{ .heading = "LEFT", .type = TM_CELL_BYTES },
	{ "share", "SHARE", .type = TM_CELL_SHARE },
	{ "projected", "PROJECTED", .type = TM_CELL_BYTES },
	{ .heading = "RUNS OUT", .type = TM_CELL_HOUR },
	{ "state", "STATE", .type = TM_CELL_TEXT },
	{ .key = "left", .type = TM_CELL_NUMBER },
	{ .key = "runs_out", .type = TM_CELL_HOUR },
	{ .key = "whose", .type = TM_CELL_TEXT },
	{ .key = "group", .type = TM_CELL_TEXT },
	{ .key = "direction", .type = TM_CELL_TEXT },
};

#define COLUMNS (sizeof(quota_columns) / sizeof(*quota_columns))

enum { GROUP = 2, DIRECTION = 4 };

/* Columns that would be the same in all rows are not for people. */
static void quota_choose_columns(struct tm_column *columns,
		const struct tm_history_quotas *quotas)
{
	bool has_groups = false, has_directions = false;

	memcpy(columns, quota_columns, sizeof(quota_columns));
	for (size_t i = 0; i < quotas->count; i++) {
		const struct tm_history_rule *const rule =
				&quotas->quotas[i].rule;

		has_groups |= rule->whose != TM_HISTORY_OF_USER;
		has_directions |= rule->has_direction;
	}
	if (!has_groups)
		columns[GROUP].heading = NULL;
	if (!has_directions)
		columns[DIRECTION].heading = NULL;
}

/* 0 is what is not known. */
static void quota_put_known(struct tm_table *table, uint64_t number)
{
	if (number)
		tm_table_number(table, number);
	else
		tm_table_none(table);
}

static void quota_put_who(const struct tm_history_form *form,
		struct tm_table *table, const struct tm_history_quota *quota)
{
	const struct tm_key_sources sources = {
		.is_numeric = form->is_numeric,
	};
	struct tm_label label;

	if (quota->rule.whose == TM_HISTORY_OF_GROUP) {
		tm_table_none(table);
		tm_table_none(table);
	} else {
		tm_table_number(table, quota->uid);
		tm_key_label_user(&sources, quota->uid, quota->user, &label);
		tm_label_put(table, &label);
	}
	if (quota->rule.whose == TM_HISTORY_OF_EVERYONE)
		tm_table_text(table, "(everyone)");
	else
		tm_table_name(table, quota->rule.group);
}

static void quota_put_more(
		struct tm_table *table, const struct tm_history_quota *quota)
{
	const struct tm_history_rule *const rule = &quota->rule;

	tm_table_number(table, tm_history_quota_left(quota));
	quota_put_known(table, quota->runs_out_ns);
	tm_table_text(table, tm_history_whose_name(rule->whose));
	tm_table_text(table, *rule->group ? rule->group : NULL);
	tm_table_text(table, tm_history_rule_direction(rule));
}

static void quota_put_all(const struct tm_history_form *form,
		struct tm_table *table, const struct tm_history_quota *quota)
{
	const struct tm_history_rule *const rule = &quota->rule;
	char period[TM_HISTORY_PERIOD_SIZE];

	quota_put_who(form, table, quota);
	tm_table_text(table, tm_history_rule_period(period, rule));
	tm_table_text(table, tm_history_rule_direction(rule));
	tm_table_number(table, quota->begin_ns);
	tm_table_number(table, rule->limit);
	tm_table_number(table, quota->used);
	tm_table_number(table, tm_history_quota_left(quota));
	tm_table_share(table, quota->used, rule->limit);
	quota_put_known(table, quota->projected);
	quota_put_known(table, quota->runs_out_ns);
	tm_table_text(table, tm_history_quota_state(quota));
	quota_put_more(table, quota);
}

int tm_history_answer_quotas(const struct tm_history_form *form,
		const struct tm_history_quotas *quotas)
{
	struct tm_column columns[COLUMNS];
	const struct tm_table_spec spec = {
		.form = form->form,
		.columns = columns,
		.count = COLUMNS,
		.from_ns = quotas->count ? quotas->quotas[0].begin_ns : 0,
		.to_ns = quotas->count ? quotas->quotas[0].end_ns : 0,
		.write = form->write,
		.context = form->context,
	};
	struct tm_table table;

	quota_choose_columns(columns, quotas);
	tm_table_open(&table, &spec);
	for (size_t i = 0; i < quotas->count; i++)
		quota_put_all(form, &table, &quotas->quotas[i]);
	return tm_table_close(&table, NULL);
}

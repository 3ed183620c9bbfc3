#include "tally.h"
#include "common/sums/settle.h"

void tally_want(struct tally *tally, enum view_name name,
		const struct tm_keys *keys, bool has_now, uint32_t max_rows)
{
	struct report_view *const view = &tally->views[name];

	view->keys = *keys;
	view->keys.sources.names = tally->names;
	view->keys.sources.is_numeric = tally->is_numeric;
	view->keys.sources.is_by_name = !tally->is_numeric;
	view->keys.sources.is_by_host = !tally->is_numeric &&
			tm_keys_place(keys, TM_KEY_HOST) >= 0;
	view->keys.sources.ports = tally->ports;
	view->is_wanted = true;
	view->has_now = has_now;
	view->has_no_copies = tm_keys_are_by_interface(keys);
	tm_sums_init(&view->total, keys->words, max_rows);
	view->total.has_nobody = tm_keys_are_user(keys);
	view->now = view->total;
	tally->wanted[tally->wanted_count++] = view;
}

static bool is_left_out(
		const struct report_view *view, const struct tm_event *event)
{
	return view->has_no_copies && event->flags & TM_COPY;
}

/* A name that is asked for now is there when it is to be shown. */
static void view_expect_names(struct tm_names *names,
		const struct report_view *view, const uint64_t *words)
{
	const struct tm_keys *const keys = &view->keys;

	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->list[i]->is_user)
			tm_names_expect(names, words[keys->offsets[i]]);
	}
}

static void view_note(struct tally *tally, struct report_view *view,
		const struct tm_event *event)
{
	/* not on the stack, whose protector would cost each event a check */
	static uint64_t key[TM_KEY_WORDS];
	bool is_new = false;

	if (is_left_out(view, event))
		return;
	tm_keys_extract(&view->keys, event, key);
	tm_sum_count(tm_sums_at(&view->total, key, &is_new), event);
	if (is_new && !tally->is_numeric)
		view_expect_names(tally->names, view, key);
	if (view->has_now)
		tm_sum_count(tm_sums_at(&view->now, key, &is_new), event);
}

int tally_note(struct tally *tally, const struct tm_event *event)
{
	if (event->kind > TM_UNATTRIBUTED)
		return tm_names_note(tally->names, event) ||
						report_runs_note(&tally->runs,
								event)
				? -1
				: 0;
	if (tm_loopback_skips(&tally->loopback, event))
		return 0;
	if (!is_left_out(&tally->views[VIEW_ROWS], event))
		tm_shares_count(&tally->shares, event);
	if (event->kind == TM_UNATTRIBUTED)
		return 0;
	for (unsigned i = 0; i < tally->wanted_count; i++)
		view_note(tally, tally->wanted[i], event);
	return 0;
}

void tally_settle(struct tally *tally)
{
	for (unsigned i = 0; i < tally->wanted_count; i++) {
		struct report_view *const view = tally->wanted[i];

		if (!tm_keys_need_settling(&view->keys))
			continue;
		view->counted[0] = view->total;
		view->counted[1] = view->now;
		tm_sums_settle(&view->total, &view->counted[0], &view->keys);
		tm_sums_settle(&view->now, &view->counted[1], &view->keys);
	}
}

void tally_unsettle(struct tally *tally)
{
	for (unsigned i = 0; i < tally->wanted_count; i++) {
		struct report_view *const view = tally->wanted[i];

		if (!tm_keys_need_settling(&view->keys))
			continue;
		tm_sums_free(&view->total);
		tm_sums_free(&view->now);
		view->total = view->counted[0];
		view->now = view->counted[1];
	}
}

void tally_next(struct tally *tally)
{
	tm_names_refresh(tally->names);
	for (unsigned i = 0; i < VIEWS; i++) {
		if (tally->views[i].has_now)
			tm_sums_free(&tally->views[i].now);
	}
}

struct tm_shares tally_shares(const struct tally *tally)
{
	struct tm_shares shares = tally->shares;
	struct tm_amount left_out;

	shares.excluded = report_runs_excluded(&tally->runs);
	if (tally->loopback.is_left_out) {
		left_out = tm_amount_both(tally->loopback.moved);
		tm_amount_add(&shares.excluded, &left_out);
	}
	return shares;
}

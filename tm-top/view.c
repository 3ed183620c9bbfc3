#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "snapshot.h"
#include "view.h"

#define SLOWEST (1.0 / 64)
#define FASTEST 4096.0

static const char only_one[] = "there is only one of them here";

void view_start(struct top_view *view, struct top *top)
{
	const struct top_options *const options = top->options;
	struct stop *const stop = view->stops;

	memset(view, 0, sizeof(*view));
	view->top = top;
	view->sorting = options->sorting;
	view->is_numeric = options->is_numeric;
	view->is_bytes = options->is_bytes;
	view->note = screen_note();
	top_set_keys(top, &stop->place);
	stop->level = level_of(&stop->place.keys);
}

static struct traffic *view_traffic(const struct top_view *view)
{
	return view->paused ? view->paused : top_shown(view->top);
}

uint32_t view_rows(const struct top_view *view)
{
	return view->rows.count + view->rows.has_rest;
}

const char *view_question(const struct top_view *view)
{
	return view->top->question ? view->top->question->text : "";
}

/* Moves the cursor with its row. */
static void view_follow(struct top_view *view)
{
	struct stop *const stop = view_stop(view);
	uint32_t row;

	if (!stop->has_chosen)
		return;
	row = tm_sums_row(&view->rows.list->sums, stop->chosen);
	if (row != TM_SUMS_NONE)
		stop->at = rows_find(&view->rows, row);
}

static void view_clamp(struct top_view *view)
{
	struct stop *const stop = view_stop(view);
	const uint32_t rows = view_rows(view);
	const uint32_t page = view->page ? view->page : 1;

	if (stop->at >= rows)
		stop->at = rows ? rows - 1 : 0;
	if (stop->top > stop->at)
		stop->top = stop->at;
	if (stop->at - stop->top >= page)
		stop->top = stop->at - page + 1;
	if (stop->top + page > rows)
		stop->top = rows > page ? rows - page : 0;
}

int view_arrange(struct top_view *view)
{
	struct stop *const stop = view_stop(view);

	if (!view->paused)
		top_sum_up(view->top, &view->summary);
	view->rows.sources = top_sources(view->top);
	view->rows.sources.is_numeric = view->is_numeric;
	if (rows_make(&view->rows, view_traffic(view), &stop->place,
			    &view->sorting))
		return -1;
	view_follow(view);
	view_clamp(view);
	rows_rank(&view->rows, stop->top + view->page);
	return 0;
}

/* Makes the rows that keys refer to, if they have changed. */
static bool view_have_rows(struct top_view *view)
{
	return !rows_are_stale(&view->rows) || !view_arrange(view);
}

/* The key of the row under the cursor, or NULL. */
static const uint64_t *view_row_key(struct top_view *view)
{
	const struct stop *const stop = view_stop(view);

	if (!view_have_rows(view))
		return NULL;
	if (stop->at >= view->rows.count)
		return NULL;
	rows_rank(&view->rows, stop->at + 1);
	return list_key(view->rows.list, view->rows.items[stop->at].row);
}

void view_move_to(struct top_view *view, uint32_t at)
{
	struct stop *const stop = view_stop(view);
	const uint64_t *key;

	if (!view_have_rows(view))
		return;
	stop->at = at;
	view_clamp(view);
	key = stop->at ? view_row_key(view) : NULL;
	stop->has_chosen = key;
	if (key)
		memcpy(stop->chosen, key,
				list_words(&stop->place) * sizeof(*key));
}

void view_move_by(struct top_view *view, int64_t rows)
{
	int64_t at;

	if (!view_have_rows(view))
		return;
	at = view_stop(view)->at + rows;
	view_move_to(view, at < 0 ? 0 : at > UINT32_MAX ? UINT32_MAX : at);
}

void view_go_into(struct top_view *view)
{
	const uint64_t *const key = view_row_key(view);
	struct stop into = { .place = view_stop(view)->place };

	if (!key)
		return;
	level_enter(&into.place, key);
	into.level = level_below(&into.place, view->is_merged);
	if (into.level == LEVELS || view->depth + 1 == STOPS_MOST) {
		view->note = "nothing is below a connection";
		return;
	}
	level_set(&into.place, into.level, view->is_merged);
	view->stops[++view->depth] = into;
	rows_forget(&view->rows);
}

void view_go_back(struct top_view *view)
{
	if (view->depth)
		view->depth--;
	else if (view_stop(view)->level != USERS)
		view_change_level(view, USERS);
	else
		view->note = "q quits";
	rows_forget(&view->rows);
}

/* What a stop lists, from its beginning. */
static void stop_list(struct stop *stop, const struct tm_keys *keys)
{
	stop->place.keys = *keys;
	stop->level = level_of(keys);
	stop->has_chosen = false;
	stop->at = stop->top = 0;
}

void view_change_level(struct top_view *view, enum level level)
{
	struct stop *const stop = view_stop(view);
	struct list_place place = stop->place;

	if (!level_set(&place, level, view->is_merged)) {
		view->note = only_one;
		return;
	}
	stop_list(stop, &place.keys);
	stop->level = level;
}

const char *view_change_keys(struct top_view *view, const char *list)
{
	static char problem[128];
	struct stop *const stop = view_stop(view);
	struct tm_keys asked = { .count = 0 };
	struct tm_keys keys = { .sources = stop->place.keys.sources };
	const char *const wrong = tm_keys_parse(&asked, TM_KEY_FOR_TOP, list);

	if (wrong)
		return wrong;
	for (unsigned i = 0; i < asked.count; i++) {
		const enum tm_key_id id = asked.list[i] - tm_key_table;

		if (!top_keeps_key(view->top, id)) {
			snprintf(problem, sizeof(problem),
					"%s is counted only if --by names it",
					asked.list[i]->name);
			return problem;
		}
		if (tm_keys_place(&stop->place.scope, id) < 0)
			tm_keys_add(&keys, id);
	}
	if (keys.count)
		stop_list(stop, &keys);
	else
		view->note = only_one;
	return NULL;
}

/* Whether a level has something to list: there may be no jobs. */
static bool view_has_level(const struct top_view *view, enum level level)
{
	struct list_place place = view->stops[view->depth].place;

	if (!level_set(&place, level, view->is_merged))
		return false;
	for (unsigned i = 0; i < place.keys.count; i++) {
		if (flows_know(&view_traffic(view)->flows,
				    place.keys.list[i] - tm_key_table))
			return true;
	}
	return false;
}

void view_next_level(struct top_view *view)
{
	const enum level now = view_stop(view)->level;
	enum level next = now;

	do
		next = next + 1 >= LEVELS ? USERS : next + 1;
	while (next != now && !view_has_level(view, next));
	view_change_level(view, next);
}

void view_merge(struct top_view *view)
{
	struct stop *const stop = view_stop(view);

	view->is_merged = !view->is_merged;
	view->note = view->is_merged ? "processes of one name are one row"
				     : "each process is a row";
	if (stop->level == PROCESSES)
		view_change_level(view, PROCESSES);
}

void view_pause(struct top_view *view)
{
	if (view->paused) {
		traffic_free(view->paused);
		free(view->paused);
		view->paused = NULL;
		return;
	}
	view->paused = malloc(sizeof(*view->paused));
	if (view->paused && traffic_copy(view->paused, top_shown(view->top))) {
		free(view->paused);
		view->paused = NULL;
	}
	if (view->paused)
		top_sum_up(view->top, &view->summary);
	else
		view->note = "there is no memory for a pause";
}

void view_freeze(struct top_view *view)
{
	view->sorting.is_frozen = !view->sorting.is_frozen;
	if (view_have_rows(view))
		list_thaw(view->rows.list);
}

void view_reset(struct top_view *view)
{
	if (view->paused)
		view_pause(view);
	top_reset(view->top);
	view->note = "totals and peaks count from now on";
}

void view_write(struct top_view *view)
{
	if (!view_have_rows(view))
		return;
	snapshot_write(view->note_room, sizeof(view->note_room), view);
	view->note = view->note_room;
}

void view_change_speed(struct top_view *view, double factor)
{
	struct feed *const feed = &view->top->feed;
	const double speed = feed->speed * factor;

	if (!feed->is_recording)
		view->note = "only a recording can be replayed faster";
	else if (feed->speed > 0 && speed >= SLOWEST && speed <= FASTEST)
		feed_set_speed(feed, speed);
}

/* Command lines are known of processes that run here now. */
void view_toggle_commands(struct top_view *view)
{
	if (!top_is_here(view->top))
		view->note = "command lines: only of a live stream from this "
			     "host";
	else
		view->has_commands = !view->has_commands;
}

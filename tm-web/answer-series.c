#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "answer-json.h"
#include "api.h"
#include "common/base/clock.h"
#include "common/history/row-order.h"

static void put_points(struct tm_text *text, const char *name,
		const struct tm_history_point *points, size_t count,
		enum tm_direction direction)
{
	tm_json_member(text, name);
	tm_text_character(text, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			tm_text_character(text, ',');
		tm_text_number(text, points[i].bytes[direction]);
	}
	tm_text_character(text, ']');
}

static void put_line(struct tm_text *text,
		const struct tm_history_point *points, size_t count)
{
	put_points(text, "in", points, count, TM_IN);
	put_points(text, "out", points, count, TM_OUT);
	tm_text_character(text, '}');
}

/* The rest has no line of its own, and neither has what the history itself has
 * summed up. */
static bool is_rest(
		const struct tm_history_line *line, unsigned by, unsigned top)
{
	return !top || tm_history_row_is_remainder(&line->row, by);
}

static void add_points(struct tm_history_point *sum,
		const struct tm_history_point *points, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sum[i].bytes[TM_IN] += points[i].bytes[TM_IN];
		sum[i].bytes[TM_OUT] += points[i].bytes[TM_OUT];
	}
}

static void put_lines(struct tm_text *text, const struct web_question *question,
		const struct tm_history_series *series)
{
	const unsigned by = question->query.by;
	struct tm_history_point *const rest =
			calloc(series->bins + 1, sizeof(*rest));
	const char *before = "{";

	if (!rest) {
		text->error = ENOMEM;
		return;
	}
	tm_json_member(text, "series");
	tm_text_character(text, '[');
	for (size_t i = 0; i < series->count && series->bins; i++) {
		const struct tm_history_line *const line = &series->lines[i];

		if (is_rest(line, by, question->top)) {
			add_points(rest, line->points, series->bins);
			continue;
		}
		tm_text_string(text, before);
		before = ",{";
		json_key(text, &line->row, by);
		put_line(text, line->points, series->bins);
	}
	tm_text_string(text, "],\"rest\":{");
	put_line(text, rest, series->bins);
	free(rest);
}

static void put_times(
		struct tm_text *text, const struct tm_history_series *series)
{
	tm_json_member(text, "times");
	tm_text_character(text, '[');
	for (size_t i = 0; i < series->bins; i++)
		tm_text_format(text, "%s%" PRIu64, i ? "," : "",
				series->begins[i] / TM_SECOND_NS);
	tm_text_character(text, ']');
	tm_json_member(text, "seconds");
	tm_text_character(text, '[');
	for (size_t i = 0; i < series->bins; i++)
		tm_text_format(text, "%s%" PRIu64, i ? "," : "",
				(series->begins[i + 1] - series->begins[i]) /
						TM_SECOND_NS);
	tm_text_character(text, ']');
}

/* The last bin is still to be lived through. */
static void put_covered(struct tm_text *text,
		const struct tm_history_series *series,
		const struct tm_history_summary *summary, uint64_t now_ns)
{
	tm_json_member(text, "covered");
	tm_text_character(text, '[');
	for (size_t i = 0; i < series->bins; i++) {
		const uint64_t begin = series->begins[i];
		const uint64_t end = series->begins[i + 1] < now_ns
				? series->begins[i + 1]
				: now_ns;

		tm_text_format(text, "%s%.3g", i ? "," : "",
				end > begin ? api_share(api_covered_ns(summary,
									begin,
									end),
							      end - begin)
					    : 0);
	}
	tm_text_character(text, ']');
}

static void put_series(struct tm_text *text,
		const struct web_question *question,
		const struct tm_history_series *series,
		const struct tm_history_summary *summary)
{
	api_put_range(text, series->bins ? series->begins[0] : 0,
			series->bins ? series->begins[series->bins] : 0);
	tm_json_member_string(text, "resolution",
			tm_history_resolution_name(series->resolution));
	tm_json_member_string(
			text, "by", tm_history_key_name(question->query.by));
	put_times(text, series);
	put_lines(text, question, series);
	put_covered(text, series, summary, question->now_ns);
}

void api_series(struct tm_history *history, struct request *request)
{
	struct tm_history_summary summary = { 0 };
	struct tm_history_series series = { 0 };
	struct web_question question;

	if (!question_parse(&question, history, request,
			    API_FILTERS "from to by top bins "))
		return;
	if (question.query.by & (question.query.by - 1) ||
			question.query.by >= TM_HISTORY_BY_DIRECTION) {
		answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
				"by has to be one key, and no direction or time");
		return;
	}
	if (tm_history_series(history,
			    &(struct tm_history_series_query){
					    question.query.filter,
					    question.query.by, question.top,
					    question.bins },
			    &series) ||
			tm_history_summary(history, &question.query.filter,
					&summary)) {
		api_fail(history, request);
	} else {
		put_series(api_begin(request), &question, &series, &summary);
		json_end(&request->answer.text);
	}
	tm_history_series_free(&series);
	tm_history_summary_free(&summary);
}

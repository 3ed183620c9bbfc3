#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/exit.h"
#include "common/filter/never.h"
#include "common/filter/notes.h"
#include "common/stream/input-check.h"
#include "common/tool/options.h"
#include "top.h"

#define TCP_SYN 0x02

/* The keys of owners may be asked for at any time; others are kept if they are
 * asked for now. */
static void top_keep_key(struct top *top, enum tm_key_id id)
{
	const struct tm_key *const key = &tm_key_table[id];
	const bool is_asked = tm_keys_place(&top->options->by, id) >= 0;

	if (!(key->uses & TM_KEY_FOR_TOP))
		return;
	if (key->steady == TM_KEY_OF_OWNER &&
			(is_asked || !top->options->is_batch))
		tm_keys_add(&top->keys.of_owner, id);
	if (key->steady == TM_KEY_OF_EVENT && is_asked)
		tm_keys_add(&top->keys.of_event, id);
}

int top_start(struct top *top, const struct top_options *options)
{
	top->options = options;
	top->names = tm_names_new();
	top->ports = tm_ports_new();
	for (enum tm_key_id id = 0; id < TM_KEYS; id++)
		top_keep_key(top, id);
	top->keys.of_owner.sources = top->keys.of_event.sources =
			top_sources(top);
	traffic_start(&top->all, &top->keys, options->max_rows,
			!options->is_batch);
	top->loopback.is_left_out = options->has_no_loopback;
	return top->names && top->ports ? 0 : -1;
}

struct traffic *top_shown(struct top *top)
{
	return top->question ? &top->question->traffic : &top->all;
}

bool top_is_here(const struct top *top)
{
	return !top->feed.is_recording && tm_names_are_here(top->names);
}

struct tm_key_sources top_sources(const struct top *top)
{
	return (struct tm_key_sources){
		.names = top->names,
		.is_numeric = top->options->is_numeric,
		.is_by_name = true,
		.ports = top->ports,
		.projects = top->options->projects,
	};
}

void top_set_keys(const struct top *top, struct list_place *place)
{
	place->keys = top->options->by;
	place->keys.sources = place->scope.sources = top_sources(top);
}

bool top_keeps_key(const struct top *top, enum tm_key_id id)
{
	return tm_key_table[id].steady != TM_KEY_OF_EVENT ||
			tm_keys_place(&top->keys.of_event, id) >= 0;
}

void top_reset(struct top *top)
{
	traffic_reset(&top->all);
	if (top->question)
		traffic_reset(&top->question->traffic);
	top->reset_ns = top->all.clock.newest_ns;
	top->reset_at = top->feed.given;
}

void top_sum_up(const struct top *top, struct summary *summary)
{
	const struct traffic *const all = &top->all;
	const struct tm_amount *const moved = all->users.all.moved;

	*summary = (struct summary){
		.source = top->source,
		.time_ns = all->clock.newest_ns,
		.events_per_second = traffic_events_per_second(all),
		.bytes = moved[TM_IN].bytes + moved[TM_OUT].bytes,
		.nobody = all->shares.nobody,
		.unattributed = all->shares.unattributed,
		.lost = all->shares.lost,
	};
	if (!top->loopback.is_left_out &&
			tm_amount_is_some(&top->loopback.moved[TM_IN]) &&
			tm_amount_is_some(&top->loopback.moved[TM_OUT]))
		summary->loopback = tm_amount_both(top->loopback.moved);
}

static bool ends_slot(struct top *top, const struct tm_event *event)
{
	bool is_over = traffic_note_time(&top->all, event);

	if (top->question)
		is_over |= traffic_note_time(&top->question->traffic, event);
	top->is_over |= is_over;
	return is_over;
}

/* Counts an event if the question keeps it. Its time was noted before. */
static int question_count(struct top_question *question, struct tm_event *event)
{
	const ssize_t kept = tm_filter_sift(&question->filter, event, 1);
	bool is_new;

	return kept <= 0 ? kept
			 : traffic_count(&question->traffic, event, &is_new);
}

/* Names, which may change what is known of owners. */
static int top_note_names(struct top *top, const struct tm_event *event)
{
	if (top->keys.of_owner.count &&
			(event->kind == TM_NAME || event->kind == TM_START))
		top->keys.changes++;
	return tm_names_note(top->names, event);
}

struct recount {
	struct top *top;
	struct top_question *question;
	uint64_t reset_in; /* events from here totals were reset, 0 = never */
	bool has_no_loopback;
};

static int question_count_again(void *context, struct tm_event *event)
{
	struct recount *const recount = context;
	struct top_question *const question = recount->question;

	if (recount->reset_in && !--recount->reset_in)
		traffic_reset(&question->traffic);
	if (event->kind > TM_UNATTRIBUTED &&
			top_note_names(recount->top, event))
		return -1;
	traffic_note_time(&question->traffic, event);
	if (recount->has_no_loopback && event->kind <= TM_UNATTRIBUTED &&
			event->flags & TM_LOOPBACK)
		return 0;
	return question_count(question, event);
}

static void begin_run(struct source *source, const struct tm_start *start)
{
	source->runs.size = 1; /* nothing is kept for a run */
	tm_open_runs_start(&source->runs, start->run_id);
	memcpy(source->host, start->host, TM_HOST_SIZE);
}

static void source_note(struct source *source, const struct tm_event *event,
		uint64_t now_ns)
{
	const struct tm_status *const status = (const void *)event;

	if (event->kind == TM_START)
		begin_run(source, (const void *)event);
	else if (event->kind == TM_END && event->direction == TM_OUT)
		tm_open_runs_end(&source->runs, status->run_id);
	if (event->kind == TM_TICK) {
		source->has_ticks = true;
		source->tick_ns = event->time_ns;
		source->heard_ns = now_ns;
	}
}

/* Whether an event that is not the first of its flow may tell who listens. */
static bool shows_listener(const struct tm_event *event)
{
	return event->kind == TM_TRAFFIC &&
			(event->flags & TM_LISTENING ||
					event->tcp_flags & TCP_SYN);
}

static int top_count(struct top *top, struct tm_event *event)
{
	bool is_new;

	source_note(&top->source, event, top->heard_ns);
	if (event->kind > TM_UNATTRIBUTED && top_note_names(top, event))
		return -1;
	if (event->kind <= TM_UNATTRIBUTED &&
			tm_loopback_skips(&top->loopback, event))
		return 0;
	if (traffic_count(&top->all, event, &is_new))
		return -1;
	if (is_new || shows_listener(event))
		tm_ports_note(top->ports, event);
	if (is_new && !top->options->is_numeric)
		tm_names_expect(top->names, event->uid);
	return top->question ? question_count(top->question, event) : 0;
}

bool top_take(struct top *top, bool *failed)
{
	struct tm_event *events;
	const size_t n = feed_take(&top->feed, &events);

	if (!n)
		return false;
	top->heard_ns = tm_clock_steady_ns();
	for (size_t i = 0; i < n && !*failed; i++) {
		if (ends_slot(top, &events[i]) && top->options->is_batch) {
			feed_give_back(&top->feed, n - i);
			break;
		}
		*failed = top_count(top, &events[i]);
	}
	return true;
}

void top_pass(struct top *top)
{
	const struct clock *const clock = &top->all.clock;
	const uint64_t now_ns = tm_clock_steady_ns();
	struct top_question *const question = top->question;
	uint64_t time_ns;

	tm_names_refresh(top->names);
	if (top->feed.is_recording || top->feed.has_ended || clock->has_ticks ||
			!clock->start_ns)
		return;
	if (now_ns - top->heard_ns < TM_SECOND_NS)
		return;
	/* a second late, so that events that arrive now are in time */
	time_ns = clock->newest_ns + (now_ns - top->heard_ns - TM_SECOND_NS);
	top->heard_ns = now_ns - TM_SECOND_NS;
	top->is_over |= traffic_pass(&top->all, time_ns);
	if (question)
		traffic_pass(&question->traffic, time_ns);
}

static void question_free(struct top_question *question)
{
	if (!question)
		return;
	tm_filter_free(&question->filter);
	traffic_free(&question->traffic);
	free(question->text);
	free(question);
}

static struct top_question *question_new(struct top *top, const char *text)
{
	struct top_question *const question = calloc(1, sizeof(*question));

	if (!question)
		return NULL;
	question->filter.sources.names = top->names;
	question->filter.sources.projects = top->options->projects;
	question->filter.sources.now_ns = top->all.clock.newest_ns;
	question->filter.sources.stdin_is_taken = true;
	question->text = strdup(text);
	traffic_start(&question->traffic, &top->keys, top->options->max_rows,
			!top->options->is_batch);
	if (question->text)
		return question;
	question_free(question);
	return NULL;
}

static int question_add_expression(struct top_question *question,
		const char *text, struct tm_expression *expression)
{
	struct tm_filter *const filter = &question->filter;
	struct tm_constants found;

	if (tm_expression_parse(expression, text, &filter->sources) ||
			tm_program_add_expression(&filter->program,
					expression->root, text))
		return -1;
	tm_expression_find_constants(expression->root, &found);
	if (found.never)
		question->doubt = "never true";
	else if (found.always && !question->doubt)
		question->doubt = "always true";
	return 0;
}

/* Counts a recording from its beginning. */
static void top_recount(struct top *top, struct top_question *question)
{
	struct recount recount = { top, question,
		top->reset_ns ? top->reset_at + 1 : 0,
		top->options->has_no_loopback };

	feed_read_again(&top->feed, question_count_again, &recount);
	if (recount.reset_in == 1) /* nothing came since */
		traffic_reset(&question->traffic);
}

int top_ask(struct top *top, const char *text, char problem[WRONG_SIZE],
		size_t *column)
{
	struct tm_expression expression = { 0 };
	struct top_question *question = NULL;
	int result = 0;

	if (text[strspn(text, " ")]) {
		question = question_new(top, text);
		result = question ? question_add_expression(
						    question, text, &expression)
				  : -1;
		if (!result)
			result = tm_program_compile(
					&question->filter.program, NULL);
	}
	if (result) {
		snprintf(problem, WRONG_SIZE, "%s",
				*expression.problem ? expression.problem
						    : "out of memory");
		*column = expression.column;
	}
	tm_expression_free(&expression);
	if (!result && question && top->feed.is_recording)
		top_recount(top, question);
	if (!result && question && top->feed.has_ended)
		clock_end(&question->traffic.clock);
	question_free(result ? question : top->question);
	if (!result)
		top->question = question;
	return result;
}

/* "a" and "b" as one text, as it could be typed. */
static char *join_expressions(const char *const *texts)
{
	const bool is_one = !texts[1];
	char *joined = strdup(""), *longer;

	for (; joined && *texts; texts++) {
		if (asprintf(&longer, "%s%s%s%s%s", joined,
				    *joined ? " and " : "", is_one ? "" : "(",
				    *texts, is_one ? "" : ")") < 0)
			longer = NULL;
		free(joined);
		joined = longer;
	}
	return joined;
}

void top_ask_first(struct top *top, char *const *files)
{
	const char *const *const texts = top->options->expressions;
	char lines[TM_EXPRESSION_LINES];
	struct tm_expression expression;
	const bool is_noted = top->options->is_batch && !top->options->is_quiet;
	bool is_void = false;
	char *text;

	if (!texts)
		return;
	text = join_expressions(texts);
	top->question = text ? question_new(top, text) : NULL;
	free(text);
	if (!top->question)
		err(TM_FAILED, NULL);
	top->question->filter.sources.now_ns = tm_clock_wall_ns();
	top->question->filter.sources.stdin_is_taken =
			tm_inputs_have_standard(files);
	for (size_t i = 0; texts[i]; i++) {
		if (!question_add_expression(
				    top->question, texts[i], &expression)) {
			is_void |= is_noted &&
					tm_filter_note_parts(&expression,
							top_say_note);
			continue;
		}
		if (!*expression.problem)
			err(TM_FAILED, NULL);
		tm_expression_explain(&expression, lines);
		warnx("%s", lines);
		exit(expression.in_file ? TM_FAILED : TM_MISUSED);
	}
	if (top->options->is_batch && top->options->projects &&
			tm_keys_place(&top->options->by, TM_KEY_PROJECT) < 0 &&
			!tm_wanted_has_project(
					top->question->filter.sources.wanted))
		tm_misuse("--projects is for --by project or the word project");
	if (is_noted && !is_void)
		tm_filter_note_rules(
				&top->question->filter.program, top_say_note);
	if (tm_program_compile(&top->question->filter.program, NULL))
		err(TM_FAILED, NULL);
}

void top_say_note(const char *note)
{
	warnx("note: %s", note);
}

const char *top_unknown_name(const struct top *top)
{
	const struct tm_wanted *wanted;
	const struct tm_ids *ids;

	if (!top->question)
		return NULL;
	ids = top->question->filter.sources.ids;
	wanted = top->question->filter.sources.wanted;
	while (ids && ids->found)
		ids = ids->next;
	while (wanted && (wanted->found || !*wanted->text))
		wanted = wanted->next;
	return ids ? ids->name : wanted ? wanted->text : NULL;
}

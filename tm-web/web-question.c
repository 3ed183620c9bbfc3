#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/moment.h"
#include "common/base/number.h"
#include "common/net/address.h"
#include "common/record/fields.h"
#include "web-question.h"

#define LIMIT_MOST 10000
#define HOURS_MOST 876000

struct reading {
	struct web_question *question;
	struct tm_history *history;
	const struct request *request;
	const char *names; /* of the parameters that the path takes */
	const char *is;	   /* what the value has to be here, or NULL */
	struct tm_moment_problem time_problem;
};

typedef bool read_fn(struct reading *reading, const char *value);

static bool read_time(
		struct reading *reading, const char *value, uint64_t *time_ns)
{
	return tm_moment_parse(value, reading->question->now_ns, time_ns,
			&reading->time_problem);
}

static bool read_from(struct reading *reading, const char *value)
{
	return read_time(reading, value,
			&reading->question->query.filter.from_ns);
}

static bool read_to(struct reading *reading, const char *value)
{
	return read_time(
			reading, value, &reading->question->query.filter.to_ns);
}

static bool question_add_key(struct web_question *question, const char *name)
{
	const unsigned key = tm_history_key_find(name);
	unsigned *const by = &question->query.by;

	if (!key || *by & key ||
			(key & TM_HISTORY_BY_TIME && *by & TM_HISTORY_BY_TIME))
		return false;
	*by |= key;
	question->keys.order[question->keys.count++] = key;
	return true;
}

static bool read_by(struct reading *reading, const char *value)
{
	struct web_question *const question = reading->question;
	char name[32];
	size_t length;

	question->query.by = question->keys.count = 0;
	for (;; value += length + 1) {
		length = strcspn(value, ",");
		if (length >= sizeof(name))
			return false;
		memcpy(name, value, length);
		name[length] = '\0';
		if (!question_add_key(question, name))
			return false;
		if (!value[length])
			return true;
	}
}

static bool question_find_user(
		struct reading *reading, const char *value, uint32_t *uid)
{
	uint64_t number;

	*uid = TM_NOBODY;
	if (!strcmp(value, "none"))
		return true;
	if (tm_number_parse(value, UINT32_MAX, &number)) {
		*uid = number;
		return true;
	}
	/* who sees his own rows learns of no other name whether it is there */
	return tm_history_find_user(reading->history, value, uid) ||
			reading->request->viewer.is_bound;
}

static bool read_user(struct reading *reading, const char *value)
{
	struct tm_history_filter *const filter =
			&reading->question->query.filter;

	filter->has_user = true;
	return question_find_user(reading, value, &filter->uid);
}

static bool read_login(struct reading *reading, const char *value)
{
	struct tm_history_filter *const filter =
			&reading->question->query.filter;

	filter->has_login = true;
	return question_find_user(reading, value, &filter->login);
}

static bool read_process(struct reading *reading, const char *value)
{
	reading->question->query.filter.process = value;
	return true;
}

static bool read_remote(struct reading *reading, const char *value)
{
	uint8_t address[16];

	reading->question->query.filter.remote = value;
	return !*value || tm_address_parse(value, address);
}

static bool read_interface_name(struct reading *reading, const char *value)
{
	reading->question->query.filter.interface = value;
	return true;
}

static bool read_protocol(struct reading *reading, const char *value)
{
	struct tm_history_filter *const filter =
			&reading->question->query.filter;
	uint32_t word = 0;
	uint64_t number = 0;

	filter->has_protocol = true;
	if (*value && !tm_word_find(tm_protocols, value, &word) &&
			!tm_number_parse(value, UINT8_MAX, &number))
		return false;
	filter->protocol = word | number;
	return true;
}

static bool read_direction(struct reading *reading, const char *value)
{
	struct tm_history_filter *const filter =
			&reading->question->query.filter;

	filter->has_direction = true;
	filter->direction = !strcmp(value, "in") ? TM_IN : TM_OUT;
	return !strcmp(value, "in") || !strcmp(value, "out");
}

static bool read_workload(struct reading *reading, const char *value)
{
	reading->question->query.filter.workload = value;
	return true;
}

static bool read_command(struct reading *reading, const char *value)
{
	reading->question->query.filter.command = value;
	return true;
}

static bool read_job(struct reading *reading, const char *value)
{
	reading->question->job = value;
	return *value;
}

static bool read_loopback(struct reading *reading, const char *value)
{
	reading->question->query.filter.has_no_loopback = !strcmp(value, "no");
	return !strcmp(value, "no") || !strcmp(value, "yes");
}

static bool read_search(struct reading *reading, const char *value)
{
	reading->question->query.search = *value ? value : NULL;
	return strlen(value) <= 256;
}

static bool is_taken(const char *names, const char *name)
{
	const size_t length = strlen(name);
	const char *at = names;

	while (length && (at = strstr(at + 1, name))) {
		if (at[-1] == ' ' && at[length] == ' ')
			return true;
	}
	return false;
}

static bool read_sort(struct reading *reading, const char *value)
{
	/* jobs are in the order of their beginning or of an amount */
	static const struct {
		const char *name;
		enum tm_history_sort sort;
		bool is_of_rows, is_of_jobs;
	} sorts[] = { { "total", TM_HISTORY_SORT_TOTAL, true, true },
		{ "in", TM_HISTORY_SORT_IN, true, true },
		{ "out", TM_HISTORY_SORT_OUT, true, true },
		{ "packets", TM_HISTORY_SORT_PACKETS, true, true },
		{ "lost", TM_HISTORY_SORT_LOST, true, false },
		{ "name", TM_HISTORY_SORT_KEY, true, false },
		{ "first", TM_HISTORY_SORT_KEY, false, true } };
	struct tm_history_rows_query *const query = &reading->question->query;
	const bool is_of_jobs = is_taken(reading->names, "job");

	for (size_t i = 0; i < sizeof(sorts) / sizeof(*sorts); i++) {
		if (strcmp(sorts[i].name, value) ||
				!(is_of_jobs ? sorts[i].is_of_jobs
					     : sorts[i].is_of_rows))
			continue;
		query->sort = sorts[i].sort;
		/* names begin with a, sizes with the largest */
		if (!request_parameter(reading->request, "order"))
			query->is_ascending =
					query->sort == TM_HISTORY_SORT_KEY;
		return true;
	}
	if (is_of_jobs)
		reading->is = "total, in, out, packets or first";
	return false;
}

static bool read_order(struct reading *reading, const char *value)
{
	reading->question->query.is_ascending = !strcmp(value, "asc");
	return !strcmp(value, "asc") || !strcmp(value, "desc");
}

static bool read_limit(struct reading *reading, const char *value)
{
	return tm_number_parse(value, QUESTION_CSV_MOST,
			       &reading->question->query.limit) &&
			reading->question->query.limit;
}

static bool read_offset(struct reading *reading, const char *value)
{
	return tm_number_parse(
			value, INT64_MAX, &reading->question->query.offset);
}

static bool read_output(struct reading *reading, const char *value)
{
	reading->question->is_csv = !strcmp(value, "csv");
	return !strcmp(value, "csv") || !strcmp(value, "json");
}

static bool read_within(const char *value, uint64_t least, uint64_t most,
		unsigned *number)
{
	uint64_t wide;

	if (!tm_number_parse(value, most, &wide) || wide < least)
		return false;
	*number = wide;
	return true;
}

static bool read_top(struct reading *reading, const char *value)
{
	struct web_question *const question = reading->question;
	const bool is_read = read_within(value, 0, 32, &question->top);

	question->query.top = question->top;
	return is_read;
}

static bool read_bins(struct reading *reading, const char *value)
{
	return read_within(value, 1, 2000, &reading->question->bins);
}

static bool read_hours(struct reading *reading, const char *value)
{
	return read_within(value, 1, HOURS_MOST, &reading->question->hours);
}

static bool read_rates(struct reading *reading, const char *value)
{
	reading->question->wants_rates = !strcmp(value, "yes");
	return !strcmp(value, "yes") || !strcmp(value, "no");
}

static bool read_compare(struct reading *reading, const char *value)
{
	struct web_question *const question = reading->question;

	question->wants_before = strcmp(value, "no");
	return !question->wants_before || !strcmp(value, "previous") ||
			read_time(reading, value, &question->before_ns);
}

static const struct {
	const char *name;
	read_fn *read;
	const char *is; /* what it has to be; NULL = of the keys */
} known[] = {
	{ "from", read_from, "a time, as in tm-words(7)" },
	{ "to", read_to, "a time, as in tm-words(7)" },
	{ "by", read_by, NULL },
	{ "user", read_user,
			"a user's number, or a name that one user has in the "
			"history" },
	{ "process", read_process, "a command's name" },
	{ "remote", read_remote, "an address" },
	{ "protocol", read_protocol, "tcp, udp, icmp or a number" },
	{ "interface", read_interface_name, "an interface's name" },
	{ "workload", read_workload, "a unit's or a container's name" },
	{ "login", read_login,
			"a user's number, or a name that one user has in the "
			"history" },
	{ "command", read_command, "the path of an executable" },
	{ "direction", read_direction, "in or out" },
	{ "loopback", read_loopback, "yes or no" },
	{ "job", read_job, "a job such as slurm/4711, or its number" },
	{ "search", read_search, "a text of at most 256 bytes" },
	{ "sort", read_sort, "total, in, out, packets, lost or name" },
	{ "order", read_order, "asc or desc" },
	{ "limit", read_limit, "a number of rows" },
	{ "offset", read_offset, "a number of rows" },
	{ "output", read_output, "json or csv" },
	{ "top", read_top, "0 to 32" },
	{ "bins", read_bins, "1 to 2000" },
	{ "rates", read_rates, "yes or no" },
	{ "compare", read_compare, "previous, no or a time" },
	{ "hours", read_hours, "1 to 876000" },
};

static void question_refuse(const struct reading *reading,
		struct request *request, size_t which)
{
	const struct tm_moment_problem *const problem = &reading->time_problem;
	const char *const is = reading->is ? reading->is : known[which].is;

	if (*problem->reason)
		answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
				"%s: column %zu: %s", known[which].name,
				problem->column + 1, problem->reason);
	else
		answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
				"%s has to be %s%s", known[which].name,
				is ? is : "at most one time and some of ",
				is ? "" : tm_key_names(TM_KEY_FOR_HISTORY));
}

static void refuse_name(
		struct request *request, const char *names, const char *name)
{
	char list[256] = "", *end = list;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (is_taken(names, known[i].name))
			end += snprintf(end, list + sizeof(list) - end, "%s%s",
					end == list ? "; known are " : ", ",
					known[i].name);
	}
	answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
			"%.64s is no parameter here%s", name, list);
}

static bool question_take(struct reading *reading, struct request *request,
		const char *names, const struct parameter *parameter)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].name, parameter->name) ||
				!is_taken(names, known[i].name))
			continue;
		if (parameter->value !=
				request_parameter(request, parameter->name)) {
			answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
					"%s is there twice", known[i].name);
			return false;
		}
		if (known[i].read(reading, parameter->value))
			return true;
		question_refuse(reading, request, i);
		return false;
	}
	refuse_name(request, names, parameter->name);
	return false;
}

/* The largest first, but times as they passed: as tm-store query has it. */
static void question_set_order(
		struct web_question *question, const struct request *request)
{
	struct tm_history_rows_query *const query = &question->query;

	if (request_parameter(request, "sort") ||
			!(query->by & TM_HISTORY_BY_TIME))
		return;
	query->sort = TM_HISTORY_SORT_KEY;
	if (!request_parameter(request, "order"))
		query->is_ascending = true;
}

/* Nobody sees more than his own. */
static bool bind_to_viewer(
		struct web_question *question, struct request *request)
{
	struct tm_history_filter *const filter = &question->query.filter;

	if (!request->viewer.is_bound)
		return true;
	if (filter->has_user && filter->uid != request->viewer.uid) {
		answer_error(&request->answer, MHD_HTTP_FORBIDDEN,
				"these are another user's rows");
		return false;
	}
	filter->has_user = true;
	filter->uid = request->viewer.uid;
	return true;
}

uint64_t question_hours_before(uint64_t time_ns, unsigned hours)
{
	const uint64_t back_ns = hours * TM_HOUR_NS;

	return time_ns > back_ns ? time_ns - back_ns : 0;
}

static bool question_complete(
		struct web_question *question, struct request *request)
{
	struct tm_history_rows_query *const query = &question->query;

	if (question->hours)
		query->filter.from_ns = question_hours_before(
				question->now_ns, question->hours);
	if (query->filter.from_ns >= query->filter.to_ns) {
		answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
				"from has to be before to");
		return false;
	}
	if (!query->limit)
		query->limit = question->is_csv ? QUESTION_CSV_MOST : 50;
	if (question->is_csv || query->limit <= LIMIT_MOST)
		return bind_to_viewer(question, request);
	answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
			"limit has to be %d at most", LIMIT_MOST);
	return false;
}

static void question_begin(struct web_question *question)
{
	*question = (struct web_question){
		.now_ns = tm_clock_wall_ns(), .top = 8, .bins = 300
	};
	question->query.filter.from_ns = question->now_ns - TM_HOUR_NS;
	question->query.filter.to_ns = question->now_ns;
	question->query.by = question->keys.order[0] = TM_HISTORY_BY_USER;
	question->keys.count = 1;
}

static bool parse(struct web_question *question, struct tm_history *history,
		struct request *request, const char *names, bool is_strict)
{
	struct reading reading = { .question = question,
		.history = history,
		.request = request,
		.names = names };

	question_begin(question);
	for (unsigned i = 0; i < request->parameter_count; i++) {
		const struct parameter *const parameter =
				&request->parameters[i];

		if ((is_strict || is_taken(names, parameter->name)) &&
				!question_take(&reading, request, names,
						parameter))
			return false;
	}
	question_set_order(question, request);
	return question_complete(question, request);
}

bool question_parse(struct web_question *question, struct tm_history *history,
		struct request *request, const char *names)
{
	return parse(question, history, request, names, true);
}

bool question_parse_known(struct web_question *question,
		struct tm_history *history, struct request *request,
		const char *names)
{
	return parse(question, history, request, names, false);
}

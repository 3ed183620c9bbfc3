#include <string.h>

#include "api.h"
#include "routes.h"
#include "tm-web/compat/tracker.h"

const char *route_user_header;

/* Its answer is the beginning of a stream: see live.h. It takes no filter, and
 * a request with one is not answered as if it had none. */
static void answer_live(struct tm_history *history, struct request *request)
{
	struct web_question question;

	if (question_parse(&question, history, request, " "))
		request->answer.status = MHD_HTTP_OK;
}

static const struct route routes[] = {
	{ "/api/v1/rows", api_rows, false },
	{ "/api/v1/series", api_series, false },
	{ "/api/v1/summary", api_summary, false },
	{ "/api/v1/jobs", api_jobs, false },
	{ "/api/v1/quotas", api_quotas, false },
	{ "/api/v1/status", api_status, false },
	{ "/api/v1/live", answer_live, true },
	{ "/api/current", tracker_current, false },
	{ "/api/summary", tracker_summary, false },
	{ "/api/protocol/breakdown", tracker_protocols, false },
	{ "/api/ip/breakdown", tracker_addresses, false },
	{ "/api/history/top", tracker_top, false },
	{ TRACKER_PROCESS, tracker_process, false },
	{ "/api/processes", tracker_processes, false },
	{ "/api/timeseries", tracker_series, false },
};

const struct route *route_find(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		const size_t length = strlen(routes[i].path);

		if (routes[i].path[length - 1] == '/'
						? !strncmp(path, routes[i].path,
								  length) &&
								path[length]
						: !strcmp(path, routes[i].path))
			return &routes[i];
	}
	return NULL;
}

/* Who asks; the name is the proxy's word, the number the history's. */
static bool find_viewer(struct tm_history *history, struct request *request)
{
	struct viewer *const viewer = &request->viewer;

	if (!route_user_header)
		return true;
	viewer->is_bound = true;
	if (tm_history_find_user(history, viewer->name, &viewer->uid) &&
			viewer->uid != TM_NOBODY)
		return true;
	answer_error(&request->answer, MHD_HTTP_FORBIDDEN,
			"%s: the history has no user of this name, or more than one",
			viewer->name);
	return false;
}

void route_answer(struct database *database, struct request *request)
{
	const char *problem = "";
	struct tm_history *const history = database_use(database, &problem);

	if (!history)
		answer_error(&request->answer, MHD_HTTP_SERVICE_UNAVAILABLE,
				"%s", problem);
	else if (find_viewer(history, request))
		request->route->answer(history, request);
	if (request->answer.text.error)
		answer_error(&request->answer, MHD_HTTP_BAD_REQUEST,
				"the answer is too large; ask for less (limit, from, "
				"to)");
}

#include "problem.h"
#include "accept.h"
#include "common/base/json.h"

static void put_html(struct tm_text *text, const char *more)
{
	for (; *more; more++) {
		switch (*more) {
		case '<':
			tm_text_string(text, "&lt;");
			break;
		case '&':
			tm_text_string(text, "&amp;");
			break;
		case '"':
			tm_text_string(text, "&quot;");
			break;
		default:
			tm_text_character(text, *more);
		}
	}
}

/* Links to the page by a relative address, because a proxy may serve both below
 * a path of its own. */
static void put_way_home(struct tm_text *text, const char *path)
{
	tm_text_string(text, "<p><a href=\"./");
	for (const char *at = path + (*path == '/'); *at; at++) {
		if (*at == '/')
			tm_text_string(text, "../");
	}
	tm_text_string(text, "\">To the page</a></p>\n");
}

/* If the page itself would be refused too, a link to it is useless. */
static bool is_at_home(const struct answer *answer)
{
	return answer->status != MHD_HTTP_MISDIRECTED_REQUEST &&
			answer->status != MHD_HTTP_FORBIDDEN;
}

static void write_page(struct tm_text *text, const struct request *request)
{
	const struct answer *const answer = &request->answer;
	const char *const reason = MHD_get_reason_phrase_for(answer->status);

	tm_text_format(text,
			"<!doctype html>\n<html lang=\"en\">\n<head>\n"
			"<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, "
			"initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<title>%s - tm</title>\n</head>\n<body>\n<main>\n"
			"<h1>%s</h1>\n<p>",
			reason, reason);
	put_html(text, answer->problem);
	tm_text_format(text, "</p>\n<p>Status %u, from tm-web.</p>\n",
			answer->status);
	if (is_at_home(answer) && request->path)
		put_way_home(text, request->path);
	tm_text_string(text, "</main>\n</body>\n</html>\n");
}

static void write_json(struct tm_text *text, const struct answer *answer)
{
	tm_text_string(text, "{\"version\":1,\"error\":");
	tm_json_string(text, answer->problem);
	tm_text_format(text, ",\"status\":%u}\n", answer->status);
}

void problem_write(struct request *request)
{
	struct answer *const answer = &request->answer;

	if (accept_likes_pages(request)) {
		answer->type = "text/html; charset=utf-8";
		write_page(&answer->text, request);
	} else {
		answer->type = "application/json";
		write_json(&answer->text, answer);
	}
}

#include <ctype.h>
#include <string.h>

#include "accept.h"

#define WHOLE 1000 /* q=1 */
#define UNNAMED -1

/* The name of a list element, without its parameters. */
struct token {
	const char *at;
	size_t size;
};

static const char *accept_skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* Reads 0.5 as 500. An invalid weight counts as a missing one. */
static int read_weight(const char *at)
{
	int weight, digit = 100;

	if (*at != '0' && *at != '1')
		return WHOLE;
	weight = *at++ == '1' ? WHOLE : 0;
	if (*at++ != '.')
		return weight;
	for (; isdigit((unsigned char)*at) && digit; at++, digit /= 10)
		weight += (*at - '0') * digit;
	return weight > WHOLE ? WHOLE : weight;
}

/* Finds the weight in a list element such as NAME;x=y;q=0.5. */
static int weight_of(const char *at, const char *end)
{
	while ((at = memchr(at, ';', end - at))) {
		at = accept_skip_blanks(at + 1);
		if ((*at | 0x20) == 'q' && at[1] == '=')
			return read_weight(at + 2);
	}
	return WHOLE;
}

static bool is_token(const struct token *token, const char *name)
{
	return token->size == strlen(name) &&
			!strncasecmp(token->at, name, token->size);
}

/* How specific the match is: 0 = no match, 1 = a wildcard, 3 = the name. */
static int closeness(const struct token *token, const char *name)
{
	const char *const slash = strchr(name, '/');

	/* x-gzip is gzip (section 8.4.1.3) */
	if (is_token(token, name) ||
			(!slash && token->size > 2 &&
					!strncasecmp(token->at, "x-", 2) &&
					is_token(&(struct token){ token->at + 2,
								 token->size - 2 },
							name)))
		return 3;
	if (slash && token->size == (size_t)(slash - name) + 2 &&
			!strncasecmp(token->at, name, slash - name + 1) &&
			token->at[token->size - 1] == '*')
		return 2;
	return is_token(token, slash ? "*/*" : "*");
}

/* The most specific match so far, over all headers of that name. */
struct search {
	const char *header, *name;
	int closeness, weight;
};

static void search_list(struct search *search, const char *at)
{
	while (*at) {
		const char *const end = at + strcspn(at, ",");
		struct token token = { .at = accept_skip_blanks(at) };
		int found;

		token.size = strcspn(token.at, ",; \t");
		found = closeness(&token, search->name);
		if (found > search->closeness) {
			search->closeness = found;
			search->weight = weight_of(at, end);
		}
		at = *end ? end + 1 : end;
	}
}

static enum MHD_Result search_header(void *context, enum MHD_ValueKind kind,
		const char *name, const char *value)
{
	struct search *const search = context;

	(void)kind;
	if (!strcasecmp(name, search->header) && value)
		search_list(search, value);
	return MHD_YES;
}

/* The weight in thousandths; UNNAMED if no list element matches. */
static int accept_weight(const struct request *request, const char *header,
		const char *name)
{
	struct search search = { header, name, 0, UNNAMED };

	MHD_get_connection_values(request->connection, MHD_HEADER_KIND,
			search_header, &search);
	return search.weight;
}

static int coding_weight(const struct request *request, const char *coding)
{
	return accept_weight(request, MHD_HTTP_HEADER_ACCEPT_ENCODING, coding);
}

bool accept_takes_gzip(const struct request *request)
{
	const int weight = coding_weight(request, "gzip");

	return weight > 0 && weight >= coding_weight(request, "identity");
}

bool accept_likes_pages(const struct request *request)
{
	return accept_weight(request, MHD_HTTP_HEADER_ACCEPT, "text/html") >
			accept_weight(request, MHD_HTTP_HEADER_ACCEPT,
					"application/json");
}

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place up to one of the ends; the character that ended it, or -1
 * for what no text has: a foreign escape, a NUL. */
static int decode(char **from, char **to, const char *ends, bool with_plus)
{
	char *in = *from, *out = *to;
	int high, low;

	for (; *in && !strchr(ends, *in); in++, out++) {
		if ((unsigned char)*in <= ' ' || *in == 0x7f)
			return -1;
		*out = with_plus && *in == '+' ? ' ' : *in;
		if (*in != '%')
			continue;
		high = hexadecimal(in[1]);
		low = high < 0 ? -1 : hexadecimal(in[2]);
		if (low < 0 || !(high | low))
			return -1;
		*out = high << 4 | low;
		in += 2;
	}
	high = *in;
	*out = '\0';
	*to = out + 1;
	*from = high ? in + 1 : in;
	return high;
}

/* Without its escapes the target takes no more room than with them and a NUL,
 * because each part but the last has a character that separates it. */
static int split(struct request *request, const char *target)
{
	char *from, *to;
	int end;

	request->decoded = malloc(2 * strlen(target) + 3);
	if (!request->decoded)
		return -1;
	from = strcpy(request->decoded + strlen(target) + 2, target);
	to = request->decoded;
	request->path = to;
	end = decode(&from, &to, "?", false);
	while (end > 0 && *from) {
		struct parameter *const parameter =
				&request->parameters[request->parameter_count];

		if (request->parameter_count++ == REQUEST_PARAMETERS_MOST)
			return MHD_HTTP_BAD_REQUEST;
		parameter->name = to;
		parameter->value = "";
		end = decode(&from, &to, "=&", true);
		if (end == '=') {
			parameter->value = to;
			end = decode(&from, &to, "&", true);
		}
	}
	return end < 0 ? MHD_HTTP_BAD_REQUEST : 0;
}

/* A target in absolute form, http://HOST:PORT/PATH?QUERY, replaces the Host
 * header (RFC 9112, section 3.2.2). Returns the part after the authority, which
 * may lack its slash, or NULL without memory. */
static const char *split_authority(struct request *request)
{
	static const char *const schemes[] = { "http://", "https://" };
	const char *target = request->target;

	for (unsigned i = 0; i < 2; i++) {
		const size_t length = strlen(schemes[i]);
		const char *const host = target + length;

		if (strncasecmp(target, schemes[i], length))
			continue;
		target = host + strcspn(host, "/?");
		request->authority = strndup(host, target - host);
		return request->authority ? target : NULL;
	}
	return target;
}

/* 0, the status that refuses the target, or -1 without memory. */
static int request_split(struct request *request)
{
	const char *const path = split_authority(request);
	const int flaw = path ? split(request, path) : -1;

	if (flaw || *request->path == '/')
		return flaw;
	if (*request->path || !request->authority)
		return MHD_HTTP_BAD_REQUEST;
	request->path = "/";
	return 0;
}

struct request *request_new(const char *target)
{
	struct request *const request = calloc(1, sizeof(*request));
	int flaw;

	if (!request)
		return NULL;
	request->answer.text.most = ANSWER_MOST;
	request->target = strndup(target, REQUEST_TARGET_MOST);
	request->target_end = target + strlen(target);
	if (!request->target) {
		free(request);
		return NULL;
	}
	if (strlen(target) > REQUEST_TARGET_MOST) {
		request->flaw = MHD_HTTP_URI_TOO_LONG;
		return request;
	}
	flaw = request_split(request);
	if (flaw < 0) {
		request_free(request);
		return NULL;
	}
	request->flaw = flaw;
	return request;
}

/* A copy of a header's value. */
struct value {
	struct value *next;
	char text[];
};

void request_free(struct request *request)
{
	while (request->values) {
		struct value *const next = request->values->next;

		free(request->values);
		request->values = next;
	}
	if (request->party)
		party_leave(request->party);
	free(request->authority);
	tm_text_free(&request->answer.text);
	free(request->decoded);
	free(request->target);
	free(request);
}

const char *request_parameter(const struct request *request, const char *name)
{
	for (unsigned i = 0; i < request->parameter_count; i++) {
		if (!strcmp(request->parameters[i].name, name))
			return request->parameters[i].value;
	}
	return NULL;
}

struct lookup {
	const char *name, *value;
	unsigned count;
};

static enum MHD_Result request_look(void *context, enum MHD_ValueKind kind,
		const char *name, const char *value)
{
	struct lookup *const lookup = context;

	(void)kind;
	if (strcasecmp(name, lookup->name))
		return MHD_YES;
	lookup->count++;
	lookup->value = value ? value : "";
	return MHD_YES;
}

/* Blanks around a value are not part of it (RFC 9110, section 5.5), but the
 * library keeps those after it. */
static const char *trim_value(struct request *request, const char *text)
{
	static const char blanks[] = " \t";
	const char *const from = text + strspn(text, blanks);
	size_t size = strlen(from);
	struct value *value;

	if (!size || !strchr(blanks, from[size - 1]))
		return from;
	while (size && strchr(blanks, from[size - 1]))
		size--;
	value = malloc(sizeof(*value) + size + 1);
	if (!value)
		return NULL;
	memcpy(value->text, from, size);
	value->text[size] = '\0';
	value->next = request->values;
	request->values = value;
	return value->text;
}

const char *request_header(
		struct request *request, const char *name, bool *is_repeated)
{
	struct lookup lookup = { .name = name };

	MHD_get_connection_values(request->connection, MHD_HEADER_KIND,
			request_look, &lookup);
	*is_repeated = lookup.count > 1;
	return lookup.count == 1 ? trim_value(request, lookup.value) : NULL;
}

void answer_error(
		struct answer *answer, unsigned status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(answer->problem, sizeof(answer->problem), format, arguments);
	va_end(arguments);
	tm_text_free(&answer->text);
	answer->status = status;
	answer->file_name = NULL;
}

#include <string.h>

#include "csv.h"
#include "escape.h"

/* Doubles each quote and adds one at both ends, in place, from the end. */
static char *quote(char *begin, char *end)
{
	size_t more = 2;
	char *to, *new_end;

	for (const char *p = begin; p < end; p++)
		more += *p == '"';
	to = new_end = end + more;
	*--to = '"';
	while (end > begin) {
		*--to = *--end;
		if (*end == '"')
			*--to = '"';
	}
	*begin = '"';
	return new_end;
}

char *tm_csv_format(char *out, size_t most, const char *text, size_t length)
{
	char *end = out;

	if (length && strchr("=+-@'", *text))
		*end++ = '\'';
	end += tm_escape_text(end, most, text, length);
	if (!memchr(out, ',', end - out) && !memchr(out, '"', end - out))
		return end;
	return quote(out, end);
}

void tm_csv_string(struct tm_text *text, const char *string)
{
	const size_t length = strlen(string);
	const size_t most = TM_ESCAPE_GROWTH * length + 1;
	char *const to = tm_text_reserve(text, TM_CSV_SIZE(most));

	if (to)
		text->size += tm_csv_format(to, most, string, length) - to;
}

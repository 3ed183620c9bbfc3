#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "escape.h"
#include "width.h"

static locale_t unicode;

static void find_unicode(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static unsigned width_of_code(uint32_t code)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	locale_t before;
	int width;

	if (code < 0x300)
		return 1;
	pthread_once(&once, find_unicode);
	if (!unicode)
		return 1;
	before = uselocale(unicode);
	width = wcwidth(code);
	uselocale(before);
	return width < 0 ? 1 : width;
}

size_t tm_width_fit(const char *text, size_t columns, size_t *used)
{
	size_t left = strlen(text), done = 0, size, width;
	uint32_t code;

	for (*used = 0; left; done += size, left -= size, *used += width) {
		size = tm_utf8_decode(text + done, left, &code);
		width = size ? width_of_code(code) : 1;
		size = size ? size : 1;
		if (width > columns - *used)
			break;
	}
	return done;
}

size_t tm_width(const char *text)
{
	size_t used;

	tm_width_fit(text, SIZE_MAX, &used);
	return used;
}

size_t tm_width_skip(const char *text, size_t columns, size_t *used)
{
	size_t left = strlen(text), done = 0, size;
	uint32_t code;

	for (*used = tm_width(text); *used > columns; done += size) {
		size = tm_utf8_decode(text + done, left - done, &code);
		*used -= size ? width_of_code(code) : 1;
		size = size ? size : 1;
	}
	return done;
}

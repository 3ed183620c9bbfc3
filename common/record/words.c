#include <stddef.h>
#include <string.h>

#include "words.h"

bool tm_word_is_ours(const char *text)
{
	static const char *const ours[] = { TM_WORD_ALL, TM_WORD_NONE,
		TM_WORD_OTHERS, TM_WORD_UNNAMED, TM_WORD_UNKNOWN,
		TM_WORD_ABSENT };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		if (!strcmp(text, ours[i]))
			return true;
	}
	return false;
}

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

bool tm_word_means(const char *word, const char *text, size_t size)
{
	static const char *const older[][2] = { { "comm", "process" },
		{ "proto", "protocol" }, { "net", "network" } };

	if (strlen(word) == size && !memcmp(word, text, size))
		return true;
	for (size_t i = 0; i < sizeof(older) / sizeof(*older); i++) {
		if (strlen(older[i][0]) == size &&
				!memcmp(older[i][0], text, size))
			return !strcmp(older[i][1], word);
	}
	return false;
}

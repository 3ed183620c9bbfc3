#include <stdlib.h>

#include "intern.h"

static uint32_t intern_hash(const char *text, size_t size)
{
	uint64_t hash = tm_map_mix(tm_map_secret[0], size), word;

	for (size_t at = 0; at < size; at += sizeof(word)) {
		const size_t left = size - at;

		word = 0;
		memcpy(&word, text + at,
				left < sizeof(word) ? left : sizeof(word));
		hash = tm_map_mix(hash, word);
	}
	return hash * tm_map_secret[1] >> 32;
}

static bool intern_is(const void *texts, uint32_t number, const void *text)
{
	return !strcmp(((char *const *)texts)[number], text);
}

/* The number of texts that fit is a power of two. */
static bool intern_make_room(struct tm_intern *intern, size_t size)
{
	const uint32_t count = intern->count;
	char **texts;

	if ((intern->count_max && count >= intern->count_max) ||
			(intern->size_max &&
					intern->size + size > intern->size_max))
		return false;
	if (tm_map_reserve(&intern->map, count + 1))
		return false;
	if (count & (count - 1))
		return true;
	texts = reallocarray(intern->texts, count ? 2 * (size_t)count : 1,
			sizeof(*texts));
	if (!texts)
		return false;
	intern->texts = texts;
	return true;
}

static uint32_t intern_find(
		const struct tm_intern *intern, const char *text, uint32_t hash)
{
	return tm_map_find(&intern->map, hash, intern_is, intern->texts, text) +
			1;
}

uint32_t tm_intern_find(const struct tm_intern *intern, const char *text)
{
	return intern_find(intern, text, intern_hash(text, strlen(text)));
}

uint32_t tm_intern(struct tm_intern *intern, const char *text)
{
	const size_t size = strlen(text);
	const uint32_t hash = intern_hash(text, size);
	uint32_t number;

	if (!size)
		return TM_INTERN_NONE;
	number = intern_find(intern, text, hash);
	if (number != TM_INTERN_NONE)
		return number;
	if (!intern_make_room(intern, size + 1))
		return TM_INTERN_FULL;
	intern->texts[intern->count] = strdup(text);
	if (!intern->texts[intern->count])
		return TM_INTERN_FULL;
	tm_map_put(&intern->map, hash, intern->count);
	intern->size += size + 1;
	return ++intern->count;
}

_Static_assert(TM_MAP_NONE + 1 == TM_INTERN_NONE, "none is before the first");

const char *tm_intern_text(const struct tm_intern *intern, uint32_t number)
{
	return number && number <= intern->count ? intern->texts[number - 1]
						 : NULL;
}

void tm_intern_clear(struct tm_intern *intern)
{
	for (uint32_t i = 0; i < intern->count; i++)
		free(intern->texts[i]);
	tm_map_clear(&intern->map);
	intern->count = 0;
	intern->size = 0;
}

void tm_intern_free(struct tm_intern *intern)
{
	tm_intern_clear(intern);
	free(intern->texts);
	tm_map_free(&intern->map);
	intern->texts = NULL;
}

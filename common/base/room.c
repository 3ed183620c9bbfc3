#include <errno.h>
#include <stdlib.h>

#include "room.h"

#define LEAST 16

void *tm_room_for(void *array, uint32_t *room, uint32_t count, size_t size)
{
	const uint64_t wanted = *room ? UINT64_C(2) * *room : LEAST;
	void *more;

	if (count < *room)
		return array;
	if (wanted > UINT32_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	more = reallocarray(array, wanted, size);
	if (more)
		*room = wanted;
	return more;
}

/* Arrays that grow. */
#ifndef TM_BASE_ROOM_H
#define TM_BASE_ROOM_H

#include <stddef.h>
#include <stdint.h>

/* An array of elements of that size with room for one more than count: itself,
 * or a larger one that replaces it. NULL when there is no memory; then the
 * array is as it was, and so is *room. */
void *tm_room_for(void *array, uint32_t *room, uint32_t count, size_t size);

#endif

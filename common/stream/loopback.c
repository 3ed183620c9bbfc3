#include <stdio.h>

#include "common/base/number.h"
#include "loopback.h"

const char *tm_loopback_note(
		char out[TM_LOOPBACK_SIZE], const struct tm_loopback *loopback)
{
	const struct tm_amount *const moved = loopback->moved;
	char size[TM_SIZE_SIZE];

	if (loopback->is_left_out || !tm_amount_is_some(&moved[TM_IN]) ||
			!tm_amount_is_some(&moved[TM_OUT]))
		return NULL;
	snprintf(out, TM_LOOPBACK_SIZE,
			"loopback traffic (%s) counts for its sender and for "
			"its receiver; --no-loopback leaves it out",
			tm_size_format(size, tm_amount_both(moved).bytes));
	return out;
}

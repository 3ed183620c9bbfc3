#include "amount.h"

static bool has_overflown;

void tm_amount_overflow(uint64_t *sum)
{
	*sum = UINT64_MAX;
	__atomic_store_n(&has_overflown, true, __ATOMIC_RELAXED);
}

bool tm_amount_has_overflown(void)
{
	return __atomic_load_n(&has_overflown, __ATOMIC_RELAXED);
}

#include <stdlib.h>

#include "traits.h"

void tm_trait_add(struct tm_traits *traits, enum tm_trait_of of,
		union tm_trait_value value)
{
	struct tm_trait *const trait = &traits->all[of];
	const size_t room = trait->room ? 2 * trait->room : 8;
	union tm_trait_value *more;

	if (trait->count == trait->room) {
		more = reallocarray(trait->values, room, sizeof(*more));
		traits->is_too_much |= !more;
		if (!more)
			return;
		trait->values = more;
		trait->room = room;
	}
	trait->values[trait->count++] = value;
}

enum tm_truth tm_trait_open(struct tm_traits *traits, int trait)
{
	traits->open = trait;
	return TM_UNDECIDED;
}

#include <stdio.h>

#include "common/base/number.h"
#include "shares.h"

struct tm_share tm_shares_next(const struct tm_shares *shares, unsigned *step)
{
	switch ((*step)++) {
	case 0:
		return (struct tm_share){ "attributed", "attributed",
			&shares->attributed };
	case 1:
		return (struct tm_share){ "unowned", "nobody",
			&shares->nobody };
	case 2:
		return (struct tm_share){ "lost", "lost", &shares->lost };
	case 3:
		return (struct tm_share){ "excluded", "excluded",
			&shares->excluded };
	case 4:
		if (shares->has_unattributed)
			return (struct tm_share){ "unattributed",
				"unattributed", &shares->unattributed };
	}
	return (struct tm_share){ NULL, NULL, NULL };
}

const char *tm_shares_format(
		char out[TM_SHARES_SIZE], const struct tm_shares *shares)
{
	char size[TM_SIZE_SIZE], *end = out;
	struct tm_share share;
	unsigned step = 0;
	double whole = 0;

	while ((share = tm_shares_next(shares, &step)).words)
		whole += share.amount->bytes;
	step = 0;
	while ((share = tm_shares_next(shares, &step)).words) {
		const uint64_t bytes = share.amount->bytes;

		end += snprintf(end, out + TM_SHARES_SIZE - end,
				"%s%s %s (%.1f %%)", end == out ? "" : ", ",
				share.words, tm_size_format(size, bytes),
				whole > 0 ? bytes * 100.0 / whole : 0);
	}
	return out;
}

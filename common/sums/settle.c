#include "settle.h"

void tm_sums_settle(struct tm_sums *settled, const struct tm_sums *sums,
		const struct tm_keys *keys)
{
	uint64_t words[TM_KEY_WORDS];
	bool is_new;

	tm_sums_init(settled, sums->words, sums->max_rows);
	settled->has_nobody = sums->has_nobody;
	settled->nobody = sums->nobody;
	settled->others = sums->others;
	for (uint32_t row = 0; row < sums->count; row++) {
		memcpy(words, tm_sums_key(sums, row),
				sums->words * sizeof(*words));
		tm_keys_settle(keys, words);
		tm_sum_add(tm_sums_at(settled, words, &is_new),
				&sums->rows[row]);
	}
}

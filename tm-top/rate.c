#include "rate.h"

static uint64_t slot_length_ns(const struct clock *clock, uint64_t slot)
{
	const uint64_t length_ns = clock->lengths_ns[slot % SLOTS];

	return clock->slot - slot < SLOTS && length_ns ? length_ns
						       : TM_SECOND_NS;
}

static void peaks_raise(double peaks[2], const struct rate *rate,
		const struct clock *clock, uint64_t slot)
{
	const double per_ns =
			(double)TM_SECOND_NS / slot_length_ns(clock, slot);
	double bytes;

	for (int d = TM_IN; d <= TM_OUT; d++) {
		bytes = rate->bytes[slot % SLOTS][d] * per_ns;
		if (bytes > peaks[d])
			peaks[d] = bytes;
	}
}

void rate_advance(struct rate *rate, const struct clock *clock)
{
	uint64_t past = clock->slot;

	if (rate->slot < clock->slot)
		peaks_raise(rate->peaks, rate, clock, rate->slot);
	for (; past > rate->slot && clock->slot - past < SLOTS; past--)
		memset(rate->bytes[past % SLOTS], 0, sizeof(*rate->bytes));
	rate->slot = clock->slot;
}

void rate_sum(const struct rate *rate, const struct slots *slots,
		uint64_t bytes[2])
{
	const uint64_t end =
			slots->end <= rate->slot ? slots->end : rate->slot + 1;
	const uint64_t *past;

	bytes[TM_IN] = bytes[TM_OUT] = 0;
	for (uint64_t slot = slots->begin; slot < end; slot++) {
		past = rate->bytes[slot % SLOTS];
		tm_amount_raise(&bytes[TM_IN], past[TM_IN]);
		tm_amount_raise(&bytes[TM_OUT], past[TM_OUT]);
	}
}

/* The slots that both know, up to that one. */
static uint64_t first_known(uint64_t slot)
{
	return slot < SLOTS ? 0 : slot - SLOTS + 1;
}

void rate_add(struct rate *rate, const struct rate *more)
{
	const uint64_t latest =
			rate->slot > more->slot ? rate->slot : more->slot;

	for (uint64_t slot = first_known(latest); slot <= latest; slot++) {
		uint64_t *const bytes = rate->bytes[slot % SLOTS];

		if (!rate_has(rate, slot))
			bytes[TM_IN] = bytes[TM_OUT] = 0;
		if (!rate_has(more, slot))
			continue;
		tm_amount_raise(&bytes[TM_IN],
				more->bytes[slot % SLOTS][TM_IN]);
		tm_amount_raise(&bytes[TM_OUT],
				more->bytes[slot % SLOTS][TM_OUT]);
	}
	rate->slot = latest;
}

void rate_peaks(const struct rate *rate, const struct clock *clock,
		double peaks[2])
{
	memcpy(peaks, rate->peaks, sizeof(rate->peaks));
	if (rate->slot < clock->slot)
		peaks_raise(peaks, rate, clock, rate->slot);
}

void rate_find_peaks(struct rate *rate, const struct clock *clock)
{
	for (uint64_t slot = first_known(rate->slot); slot < rate->slot; slot++)
		peaks_raise(rate->peaks, rate, clock, slot);
}

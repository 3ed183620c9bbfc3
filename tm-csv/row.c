#include "row.h"
#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/net/address.h"

#define MEMO_BITS 13

/* Texts of addresses seen lately, by hash: hosts come again. */
struct memo {
	uint64_t halves[2];
	char text[TM_ADDRESS_SIZE + 1];
	uint8_t size; /* 0 = free */
};

static struct memo memos[1 << MEMO_BITS];

static struct {
	uint64_t value;
	char text[16]; /* its digits and the point; 11 digits at most */
	uint8_t size;
} second;

/* The rare paths stay out of line: the frequent ones need no stack then. */
static __attribute__((noinline)) void row_remember(
		struct memo *memo, const uint8_t address[16])
{
	memcpy(memo->halves, address, sizeof(memo->halves));
	memo->size = tm_address_format(memo->text, address) - memo->text;
}

static inline char *row_put_address(char *out, const uint8_t address[16])
{
	struct memo *memo;
	uint64_t halves[2];

	memcpy(halves, address, sizeof(halves));
	memo = &memos[((halves[0] << 1 ^ halves[1]) *
				      UINT64_C(0x9e3779b97f4a7c15)) >>
			(64 - MEMO_BITS)];
	if (memo->halves[0] != halves[0] || memo->halves[1] != halves[1] ||
			!memo->size)
		row_remember(memo, address);
	memcpy(out, memo->text, sizeof(memo->text));
	return out + memo->size;
}

static __attribute__((noinline)) void note_second(uint64_t value)
{
	char digits[TM_NUMBER_SIZE];
	char *end = tm_number_format(digits, value);

	*end++ = '.';
	second.value = value;
	second.size = end - digits;
	memcpy(second.text, digits, second.size);
}

static inline char *row_put_time(char *out, uint64_t time_ns)
{
	const uint64_t value = time_ns / TM_SECOND_NS;

	if (value != second.value || !second.size)
		note_second(value);
	memcpy(out, second.text, sizeof(second.text));
	return tm_nanoseconds_format(
			out + second.size, time_ns - value * TM_SECOND_NS);
}

static char *row_put_number(char *out, uint64_t value)
{
	out = tm_number_format(out, value);
	*out++ = ',';
	return out;
}

char *row_format(char out[ROW_SIZE], const struct tm_event *event)
{
	static const struct {
		char text[15];
		uint8_t size;
	} names[] = { { "in,", 3 }, { "out,", 4 }, { "lost-in,", 8 },
		{ "lost-out,", 9 } };
	const bool is_lost = event->kind == TM_LOST;
	const unsigned i = is_lost * 2 + (event->direction & 1);
	char *p = out;

	memcpy(p, names[i].text, sizeof(names[i].text));
	p = row_put_number(p + names[i].size, event->bytes);
	if (!is_lost)
		p = row_put_address(p, event->source);
	*p++ = ',';
	if (!is_lost)
		p = row_put_address(p, event->destination);
	*p++ = ',';
	p = row_put_time(p, event->time_ns);
	*p++ = ',';
	p = row_put_number(p, event->total_in);
	return tm_number_format(p, event->total_out);
}

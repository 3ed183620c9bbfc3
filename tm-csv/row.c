#include "row.h"

#include "common/address.h"
#include "common/number.h"

#define SECOND_NS UINT64_C(1000000000)
#define MEMO_BITS 13

/* IPv6 texts seen lately, by hash. An address of zeros has an empty text
 * until it is asked for, and then gets its own. */
struct memo {
	uint8_t address[16];
	uint8_t size;
	char text[TM_ADDRESS_SIZE + 1];
};

static struct memo memos[1 << MEMO_BITS];

static struct {
	uint64_t value;
	char text[16]; /* its digits and the point; 11 digits at most */
	uint8_t size;
} second;

static char *put_ipv6(char *out, const uint8_t address[16])
{
	struct memo *memo;
	uint64_t half[2];

	memcpy(half, address, sizeof(half));
	half[0] = (half[0] ^ (half[1] << 1 | half[1] >> 63)) *
		  UINT64_C(0x9e3779b97f4a7c15);
	memo = &memos[half[0] >> (64 - MEMO_BITS)];
	if (!memo->size || memcmp(memo->address, address, 16)) {
		memcpy(memo->address, address, 16);
		memo->size =
			tm_address_format(memo->text, address) - memo->text;
	}
	memcpy(out, memo->text, sizeof(memo->text));
	return out + memo->size;
}

static char *put_address(char *out, const uint8_t address[16])
{
	if (tm_address_is_ipv4(address))
		return tm_address_format(out, address);
	return put_ipv6(out, address);
}

static void note_second(uint64_t value)
{
	char digits[TM_NUMBER_SIZE];
	char *end = tm_number_format(digits, value);

	*end++ = '.';
	second.value = value;
	second.size = end - digits;
	memcpy(second.text, digits, second.size);
}

static char *put_time(char *out, uint64_t time_ns)
{
	const uint64_t value = time_ns / SECOND_NS;

	if (value != second.value || !second.size)
		note_second(value);
	memcpy(out, second.text, sizeof(second.text));
	return tm_nanoseconds_format(
		out + second.size, time_ns - value * SECOND_NS);
}

static char *put_number(char *out, uint64_t value)
{
	out = tm_number_format(out, value);
	*out++ = ',';
	return out;
}

char *tm_row_format(char out[TM_ROW_SIZE], const struct tm_event *event)
{
	static const char names[2][2][12] = {
		{"in,", "out,"}, {"lost-in,", "lost-out,"}};
	static const uint8_t sizes[2][2] = {{3, 4}, {8, 9}};
	const unsigned kind = event->kind == TM_LOST;
	const unsigned direction = event->direction & 1;
	char *p = out;

	memcpy(p, names[kind][direction], sizeof(names[0][0]));
	p = put_number(p + sizes[kind][direction], event->bytes);
	if (!kind)
		p = put_address(p, event->source);
	*p++ = ',';
	if (!kind)
		p = put_address(p, event->destination);
	*p++ = ',';
	p = put_time(p, event->time_ns);
	*p++ = ',';
	p = put_number(p, event->total_in);
	return tm_number_format(p, event->total_out);
}

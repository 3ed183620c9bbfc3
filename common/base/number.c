#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "number.h"

/* Advances *text past its digits; false when there are none or too many. */
static bool parse_digits(const char **text, uint64_t *value)
{
	const char *p = *text;

	for (*value = 0; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(*value, 10, value) ||
				__builtin_add_overflow(*value, *p - '0', value))
			return false;
	}
	if (p == *text)
		return false;
	*text = p;
	return true;
}

bool tm_number_parse(const char *text, uint64_t max, uint64_t *value)
{
	return parse_digits(&text, value) && !*text && *value <= max;
}

bool tm_size_parse(const char *text, uint64_t *bytes)
{
	static const char units[] = "kmgtp";
	const char *unit;
	unsigned shift;

	if (!parse_digits(&text, bytes))
		return false;
	if (!*text)
		return true;
	unit = strchr(units, *text | 0x20);
	if (!unit ||
			(text[1] && strcasecmp(text + 1, "b") &&
					strcasecmp(text + 1, "ib")))
		return false;
	shift = 10 * (unit - units + 1);
	return !__builtin_mul_overflow(*bytes, UINT64_C(1) << shift, bytes);
}

bool tm_duration_parse(const char *text, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", 1000000000 },
		{ "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60000000000 },
		{ "h", 3600000000000 },
		{ "d", 86400000000000 },
	};

	if (!parse_digits(&text, ns))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (!strcmp(text, units[i].name))
			return !__builtin_mul_overflow(*ns, units[i].ns, ns);
	}
	return false;
}

/* clang-format off */
/* "0000" to "9999", so that a number is written four digits at a time. */
#define TEN(p) p "0" p "1" p "2" p "3" p "4" p "5" p "6" p "7" p "8" p "9"
#define HUNDRED(p) \
	TEN(p "0") TEN(p "1") TEN(p "2") TEN(p "3") TEN(p "4") \
	TEN(p "5") TEN(p "6") TEN(p "7") TEN(p "8") TEN(p "9")
#define THOUSAND(p) \
	HUNDRED(p "0") HUNDRED(p "1") HUNDRED(p "2") HUNDRED(p "3") \
	HUNDRED(p "4") HUNDRED(p "5") HUNDRED(p "6") HUNDRED(p "7") \
	HUNDRED(p "8") HUNDRED(p "9")
/* Three more for leading(), which reads four from any digit of the last. */
static const char fours[] =
	THOUSAND("0") THOUSAND("1") THOUSAND("2") THOUSAND("3") THOUSAND("4")
	THOUSAND("5") THOUSAND("6") THOUSAND("7") THOUSAND("8") THOUSAND("9")
	"\0\0";
/* clang-format on */

static char *four(char *out, uint32_t value)
{
	memcpy(out, fours + 4 * value, 4);
	return out + 4;
}

static char *eight(char *out, uint32_t value)
{
	return four(four(out, value / 10000), value % 10000);
}

/* Below 10,000, without leading zeros. */
static inline char *leading(char *out, uint32_t value)
{
	const unsigned zeros = (value < 1000) + (value < 100) + (value < 10);

	memcpy(out, fours + 4 * value + zeros, 4);
	return out + 4 - zeros;
}

static inline char *below_10_8(char *out, uint32_t value)
{
	if (value < 10000)
		return leading(out, value);
	return four(leading(out, value / 10000), value % 10000);
}

static __attribute__((noinline)) char *above_10_16(char *out, uint64_t value)
{
	out = leading(out, value / UINT64_C(10000000000000000));
	value %= UINT64_C(10000000000000000);
	return eight(eight(out, value / 100000000), value % 100000000);
}

char *tm_number_format(char *out, uint64_t value)
{
	if (value < 100000000)
		return below_10_8(out, value);
	if (value >= UINT64_C(10000000000000000))
		return above_10_16(out, value);
	out = below_10_8(out, value / 100000000);
	return eight(out, value % 100000000);
}

char *tm_octet_format(char *out, uint8_t value)
{
	return leading(out, value);
}

char *tm_nanoseconds_format(char *out, uint32_t value)
{
	*out++ = '0' + value / 100000000;
	return eight(out, value % 100000000);
}

const char *tm_iec_format(char out[TM_IEC_SIZE], uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double value = bytes;
	unsigned unit = 0;

	/* 1023.95 would print as 1024.0 */
	for (; value >= (unit ? 1023.95 : 1024); unit++)
		value /= 1024;
	if (!unit)
		snprintf(out, TM_IEC_SIZE, "%" PRIu64 " B", bytes);
	else
		snprintf(out, TM_IEC_SIZE, "%.1f %ciB", value, units[unit]);
	return out;
}

const char *tm_rate_format(
		char out[TM_RATE_SIZE], uint64_t bytes, uint64_t length_ns)
{
	static const char units[] = " kMGTPE";
	double rate = length_ns ? bytes * 8e9 / length_ns : 0;
	unsigned unit = 0;

	/* 999.95 would print as 1000.0 */
	for (; rate >= (unit ? 999.95 : 999.5) && units[unit + 1]; unit++)
		rate /= 1000;
	if (unit)
		snprintf(out, TM_RATE_SIZE, "%.1f %cbit/s", rate, units[unit]);
	else
		snprintf(out, TM_RATE_SIZE, "%.0f bit/s", rate);
	return out;
}

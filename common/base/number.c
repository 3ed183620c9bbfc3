#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "number.h"

bool tm_digits_scan(const char **text, uint64_t *value)
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
	return tm_digits_scan(&text, value) && !*text && *value <= max;
}

/* 12 or 1.5, with a resolution of one billionth. */
struct decimal {
	uint64_t whole, billionths;
	bool is_fraction;
};

static bool decimal_scan(const char **text, struct decimal *decimal)
{
	uint64_t unit = 100000000;

	*decimal = (struct decimal){ 0 };
	if (!tm_digits_scan(text, &decimal->whole))
		return false;
	if (**text != '.')
		return true;
	decimal->is_fraction = true;
	if (*++*text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; ++*text, unit /= 10)
		decimal->billionths += (**text - '0') * unit;
	return true;
}

/* False if it does not fit. */
static bool decimal_times(
		const struct decimal *decimal, uint64_t unit, uint64_t *product)
{
	const unsigned __int128 part = (unsigned __int128)decimal->billionths *
			unit / 1000000000;

	return !__builtin_mul_overflow(decimal->whole, unit, product) &&
			!__builtin_add_overflow(
					*product, (uint64_t)part, product);
}

/* k, kB, KiB: a letter with B is a power of 1000, else of 1024. */
static bool parse_size_unit(const char *text, uint64_t *unit)
{
	static const char letters[] = "kmgtpe";
	const char *const letter = *text ? strchr(letters, *text | 0x20) : NULL;
	unsigned base = 1024;

	*unit = 1;
	if (!letter)
		return !*text || !strcasecmp(text, "b");
	if (!strcasecmp(text + 1, "b"))
		base = 1000;
	else if (text[1] && strcasecmp(text + 1, "i") &&
			strcasecmp(text + 1, "ib"))
		return false;
	for (const char *at = letters; at <= letter; at++)
		*unit *= base;
	return true;
}

bool tm_size_parse(const char *text, uint64_t *bytes)
{
	struct decimal decimal;
	uint64_t unit;

	if (!decimal_scan(&text, &decimal))
		return false;
	text += *text == ' ';
	return parse_size_unit(text, &unit) &&
			!(unit == 1 && decimal.is_fraction) &&
			decimal_times(&decimal, unit, bytes);
}

#define DAY_NS UINT64_C(86400000000000)

static const struct {
	const char *names; /* with a space around each */
	uint64_t ns;
} time_units[] = {
	{ " ms ", 1000000 },
	{ " s sec secs second seconds ", 1000000000 },
	{ " m min mins minute minutes ", 60000000000 },
	{ " h hr hrs hour hours ", 3600000000000 },
	{ " d day days ", DAY_NS },
	{ " w week weeks ", 7 * DAY_NS },
	{ " y year years ", 365 * DAY_NS },
};

/* Advances past a unit of time; 0 if there is none. */
static uint64_t scan_time_unit(const char **text)
{
	char name[16];
	size_t length = 0;

	while ((**text | 0x20) >= 'a' && (**text | 0x20) <= 'z' && length < 12)
		name[++length] = *(*text)++ | 0x20;
	name[0] = name[length + 1] = ' ';
	name[length + 2] = '\0';
	for (size_t i = 0;
			length && i < sizeof(time_units) / sizeof(*time_units);
			i++) {
		if (strstr(time_units[i].names, name))
			return time_units[i].ns;
	}
	*text -= length;
	return 0;
}

const char *tm_duration_scan(const char **text, uint64_t *ns)
{
	const char *begin = *text, *at;
	struct decimal decimal;
	uint64_t unit, part;

	for (*ns = 0; begin == *text || (**text >= '0' && **text <= '9');) {
		at = *text;
		if (!decimal_scan(&at, &decimal))
			return "not a length of time such as 90d, 2w, 12h or "
			       "30m";
		*text = at;
		at += *at == ' ';
		unit = scan_time_unit(&at);
		if (!unit)
			return !strncasecmp(at, "mo", 2)
					? "months differ in length; count days"
					: "the units are ms, s, m, h, d, w "
					  "and y";
		*text = at;
		if (!decimal_times(&decimal, unit, &part) ||
				__builtin_add_overflow(*ns, part, ns))
			return "too long";
	}
	return NULL;
}

bool tm_duration_parse(const char *text, uint64_t *ns)
{
	uint64_t seconds;

	if (tm_number_parse(text, UINT64_MAX, &seconds))
		return !__builtin_mul_overflow(seconds, 1000000000, ns);
	return !tm_duration_scan(&text, ns) && !*text;
}

/* clang-format off */
/* "0000" to "9999": a number is written four digits at a time. */
#define TEN(p) p "0" p "1" p "2" p "3" p "4" p "5" p "6" p "7" p "8" p "9"
#define HUNDRED(p) \
	TEN(p "0") TEN(p "1") TEN(p "2") TEN(p "3") TEN(p "4") \
	TEN(p "5") TEN(p "6") TEN(p "7") TEN(p "8") TEN(p "9")
#define THOUSAND(p) \
	HUNDRED(p "0") HUNDRED(p "1") HUNDRED(p "2") HUNDRED(p "3") \
	HUNDRED(p "4") HUNDRED(p "5") HUNDRED(p "6") HUNDRED(p "7") \
	HUNDRED(p "8") HUNDRED(p "9")
/* Three more bytes, because leading() reads four from any digit of the last. */
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

/* Writes a number below 10,000 without leading zeros. */
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

static bool sizes_are_decimal;

void tm_size_use_decimal(void)
{
	sizes_are_decimal = true;
}

bool tm_size_is_decimal(uint64_t bytes)
{
	return bytes % 1000000 == 0 && bytes % (1 << 20) != 0;
}

unsigned tm_size_base(void)
{
	return sizes_are_decimal ? 1000 : 1024;
}

const char *tm_size_format(char out[TM_SIZE_SIZE], uint64_t bytes)
{
	const char *const units = sizes_are_decimal ? "BkMGTPE" : "BKMGTPE";
	const unsigned base = tm_size_base();
	double value = bytes;
	unsigned unit = 0;

	/* 1023.95 would be printed as 1024.0 */
	for (; value >= (unit ? base - 0.05 : base); unit++)
		value /= base;
	if (!unit)
		snprintf(out, TM_SIZE_SIZE, "%" PRIu64 " B", bytes);
	else
		snprintf(out, TM_SIZE_SIZE, "%.1f %c%sB", value, units[unit],
				sizes_are_decimal ? "" : "i");
	return out;
}

const char *tm_rate_format(
		char out[TM_RATE_SIZE], uint64_t bytes, uint64_t length_ns)
{
	static const char units[] = " kMGTPE";
	double rate = length_ns ? bytes * 8e9 / length_ns : 0;
	unsigned unit = 0;

	/* 999.95 would be printed as 1000.0 */
	for (; rate >= (unit ? 999.95 : 999.5) && units[unit + 1]; unit++)
		rate /= 1000;
	if (unit)
		snprintf(out, TM_RATE_SIZE, "%.1f %cbit/s", rate, units[unit]);
	else
		snprintf(out, TM_RATE_SIZE, "%.0f bit/s", rate);
	return out;
}

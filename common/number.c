#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Advances *text past its digits; false when there are none or too many. */
static bool digits(const char **text, uint64_t *value)
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
	return digits(&text, value) && !*text && *value <= max;
}

bool tm_size_parse(const char *text, uint64_t *bytes)
{
	static const char units[] = "kmgtp";
	const char *unit;
	unsigned shift;

	if (!digits(&text, bytes))
		return false;
	if (!*text)
		return true;
	unit = strchr(units, *text | 0x20);
	if (!unit || (text[1] && strcasecmp(text + 1, "b") &&
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
		{"", 1000000000},
		{"ms", 1000000},
		{"s", 1000000000},
		{"m", 60000000000},
		{"h", 3600000000000},
		{"d", 86400000000000},
	};

	if (!digits(&text, ns))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (!strcmp(text, units[i].name))
			return !__builtin_mul_overflow(*ns, units[i].ns, ns);
	}
	return false;
}

static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

char *tm_number_format(char *out, uint64_t value)
{
	char digits[TM_NUMBER_SIZE];
	char *p = digits + sizeof(digits);
	size_t size;

	for (; value >= 100; value /= 100)
		memcpy(p -= 2, pairs + 2 * (value % 100), 2);
	if (value >= 10)
		memcpy(p -= 2, pairs + 2 * value, 2);
	else
		*--p = '0' + value;
	size = digits + sizeof(digits) - p;
	memcpy(out, p, size);
	return out + size;
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

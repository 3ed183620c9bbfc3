/* Numbers, sizes and durations: text to integer and back. */
#ifndef TM_BASE_NUMBER_H
#define TM_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only; false when empty, foreign or above max. */
bool tm_number_parse(const char *text, uint64_t max, uint64_t *value);

/* Bytes: digits and an optional K, M, G, T or P, each 1024 of the one before
 * (4M, 4m, 4MiB and 4MB are the same). False when foreign or too large. */
bool tm_size_parse(const char *text, uint64_t *bytes);

/* Nanoseconds: digits and an optional ms, s, m, h or d; a bare number is
 * seconds. False when foreign or too large. */
bool tm_duration_parse(const char *text, uint64_t *ns);

#define TM_NUMBER_SIZE 20 /* digits of the largest */

/* Decimal digits without a NUL; returns the end. Any of the TM_NUMBER_SIZE
 * bytes at out may be overwritten, also behind the end. */
char *tm_number_format(char *out, uint64_t value);

/* The same for 0 to 255; four bytes are overwritten. */
char *tm_octet_format(char *out, uint8_t value);

/* Nine digits with leading zeros, of a value below 10^9; returns the end. */
char *tm_nanoseconds_format(char *out, uint32_t value);

#define TM_IEC_SIZE 16

/* For people: "0 B", "999 B", "1.5 KiB", "12.3 GiB". Ends in NUL. */
const char *tm_iec_format(char out[TM_IEC_SIZE], uint64_t bytes);

#define TM_RATE_SIZE 32

/* For people: "0 bit/s", "999 bit/s", "1.5 kbit/s", "940.1 Mbit/s"; 0 where
 * length_ns is. Ends in NUL. */
const char *tm_rate_format(
		char out[TM_RATE_SIZE], uint64_t bytes, uint64_t length_ns);

#endif

/* Numbers, sizes and durations: text to integer and back. */
#ifndef TM_BASE_NUMBER_H
#define TM_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only; false if empty, not a number or above max. */
bool tm_number_parse(const char *text, uint64_t max, uint64_t *value);

/* Advances past digits; false if there are none or too many. */
bool tm_digits_scan(const char **text, uint64_t *value);

/* Bytes, with a fraction where a unit follows: K, M, G, T, P, E and KiB, MiB,
 * ... are powers of 1024, kB, MB, ... of 1000, whatever their case. False when
 * foreign or too large. */
bool tm_size_parse(const char *text, uint64_t *bytes);

/* Nanoseconds: numbers with ms, s, m, h, d, w or y (365 days), such as 1h30m or
 * 1.5h; a bare number is seconds. False when foreign or too large. */
bool tm_duration_parse(const char *text, uint64_t *ns);

/* Advances past a duration, which needs a unit. NULL, or what is wrong
 * at *text. */
const char *tm_duration_scan(const char **text, uint64_t *ns);

#define TM_NUMBER_SIZE 20 /* digits of UINT64_MAX */

/* Decimal digits without a NUL; returns the end. Any of the TM_NUMBER_SIZE
 * bytes at out may be overwritten, also behind the end. */
char *tm_number_format(char *out, uint64_t value);

/* The same for 0 to 255; overwrites four bytes. */
char *tm_octet_format(char *out, uint8_t value);

/* Nine digits with leading zeros, of a value below 10^9; returns the end. */
char *tm_nanoseconds_format(char *out, uint32_t value);

#define TM_SIZE_SIZE 16

/* From then on sizes for people are decimal in all of this process, before
 * which it starts no thread: 1000 is "1.0 kB". */
void tm_size_use_decimal(void);

/* Whether somebody gave the size in decimal units: 500 GB is a multiple of 10^6
 * and not of 2^20. */
bool tm_size_is_decimal(uint64_t bytes);

/* 1024, or 1000 if sizes are decimal. */
unsigned tm_size_base(void);

/* For people: "0 B", "999 B", "1.5 KiB", "12.3 GiB". Ends in NUL. */
const char *tm_size_format(char out[TM_SIZE_SIZE], uint64_t bytes);

#define TM_RATE_SIZE 32

/* For people: "0 bit/s", "999 bit/s", "1.5 kbit/s", "940.1 Mbit/s"; 0 where
 * length_ns is. Ends in NUL. */
const char *tm_rate_format(
		char out[TM_RATE_SIZE], uint64_t bytes, uint64_t length_ns);

#endif

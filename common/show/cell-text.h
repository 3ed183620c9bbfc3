/* How numbers and times read in the cells of a table: for people, or exactly.
 */
#ifndef TM_SHOW_CELL_TEXT_H
#define TM_SHOW_CELL_TEXT_H

#include <stdint.h>

enum tm_form { TM_FORM_TABLE, TM_FORM_CSV, TM_FORM_JSON };

enum tm_cell_type {
	TM_CELL_TEXT, /* left-aligned; cut with ~ for people */
	TM_CELL_NUMBER,
	TM_CELL_BYTES, /* "4.0 KiB" for people */
	TM_CELL_SHARE, /* "99.7 %"; a fraction of 1 in data */
	TM_CELL_RATE,  /* "1.0 kbit/s"; bits a second in data */
	/* Times are ns since the epoch. In JSON a second member, key_ns, has
	 * the number. */
	TM_CELL_TIME, /* 2023-11-14 22:13:20; 1700000000.000000000 in CSV and
			 2023-11-14T22:13:20.000000000Z in JSON */
	TM_CELL_HOUR, /* 2023-11-14 22:00; 2023-11-14T22:00:00+00:00 in data */
	TM_CELL_DAY,  /* 2023-11-14 */
};

#define TM_CELL_SIZE 64

/* A number or a time as people read it. */
void tm_cell_format(char out[TM_CELL_SIZE], enum tm_cell_type type,
		uint64_t number);

/* The same for programs, in CSV or JSON. */
void tm_cell_format_data(char out[TM_CELL_SIZE], enum tm_cell_type type,
		enum tm_form form, uint64_t number);

/* "2023-11-14 22:13:20", local; seconds where there is no such day. */
#define TM_TIME_SIZE 32
const char *tm_time_format(char out[TM_TIME_SIZE], uint64_t time_ns);

#endif

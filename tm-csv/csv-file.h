/* One file of rows: opened so that nothing but such a file is ever written. */
#ifndef TM_CSV_CSV_FILE_H
#define TM_CSV_CSV_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/system/place.h"

#define CSV_REFUSAL_SIZE (TM_REFUSAL_TEXT + 16)

/* What the rows of all files look like. */
struct csv_layout {
	char *header;	  /* the line of names */
	unsigned columns; /* how many */
	bool with_header; /* each file begins with it */
	bool is_seven;	  /* no columns but the usual ones */
};

/* What the common checks say, in a line: "refused: it is a FIFO". */
void csv_file_explain(
		char text[CSV_REFUSAL_SIZE], const struct tm_refusal *refusal);

/* Opens a file to append to, or makes it. *inode is that of the file as it was
 * left, 0 = unknown; another one is looked into: a torn last row is cut back
 * and said, other columns are refused. A descriptor, or -1 with errno and a
 * reason in text; a refusal is EPERM. */
int csv_file_open(int directory, const char *name,
		const struct csv_layout *layout, ino_t *inode,
		char text[CSV_REFUSAL_SIZE]);

/* Gives the file to a group, unless it is (gid_t)-1. 0, or -1 and errno. */
int csv_file_give(int fd, gid_t group);

/* Appends whole rows: how many bytes of them are there to stay. When that is
 * not all, errno says why, and the file was cut back to its last whole row. */
size_t csv_file_append(int fd, const char *rows, size_t size);

/* Cuts back the torn rows of all files whose names are prefix, digits or
 * "none", ".log". */
void csv_file_repair_all(int directory, const char *prefix);

#endif

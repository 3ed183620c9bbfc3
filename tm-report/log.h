/* The log file that reports are appended to: a regular file of its own. */
#ifndef TM_REPORT_LOG_H
#define TM_REPORT_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct log {
	const char *path;
	int fd;		 /* -1 = there is none */
	off_t begun;	 /* where the current report began */
	int error;	 /* errno of the first write of it that failed */
	uint64_t missed; /* reports that could not be written */
	bool is_failing; /* it was reported */
};

/* Opens the log. NULL, or why the file cannot be the log. A log that is already
 * open remains so on failure, and if the path still leads to it. */
const char *log_open(struct log *log, const char *path);

/* Writes go between begin and end; a report that failed is removed again. */
void log_begin(struct log *log);
void log_write(struct log *log, const char *data, size_t size);
void log_end(struct log *log);

/* 0, or -1 and errno. */
int log_close(struct log *log);

#endif

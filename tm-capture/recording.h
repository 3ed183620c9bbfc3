/* The file that a recording goes to: who talked to whom is not for everybody.
 */
#ifndef TM_CAPTURE_RECORDING_H
#define TM_CAPTURE_RECORDING_H

#include <stdbool.h>

/* Opens the file of -w as standard output, with mode 0640, for who called sudo;
 * unless quiet, reports that it replaces an earlier recording. Ends the process
 * where that cannot be. */
void recording_open(const char *path, bool is_quiet);

/* Warns where standard output is a file that everybody can read. */
void recording_check(void);

#endif

/* The file that a recording goes to: who talked to whom is not for everybody.
 */
#ifndef TM_CAPTURE_RECORDING_H
#define TM_CAPTURE_RECORDING_H

#include <stdbool.h>

/* Opens the file of -w as standard output, with mode 0640, for who called sudo.
 * Ends the process where that cannot be. */
void recording_open(const char *path, bool is_quiet);

/* Once the capture is about to write: removes an earlier recording from the
 * file and, unless quiet, reports that. If the process ends before, the earlier
 * recording stays, and a new file goes. */
void recording_begin(void);

/* Warns where standard output is a file that everybody can read. */
void recording_check(void);

#endif

/* Brings a database of an older format up to date. */
#ifndef TM_HISTORY_CONVERSION_H
#define TM_HISTORY_CONVERSION_H

struct tm_history;

/* Copies the tables that have new keys and then replaces the old ones by the
 * copies in one transaction. Until then nothing changes for readers, and if the
 * conversion is interrupted, the next one starts from the beginning. Does
 * nothing to a database of the present format. The caller holds the writer's
 * lock. 0, or -1 with a problem. */
int tm_history_convert(struct tm_history *history);

#endif

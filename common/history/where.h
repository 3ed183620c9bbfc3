/* Chooses the database. */
#ifndef TM_HISTORY_WHERE_H
#define TM_HISTORY_WHERE_H

#define TM_HISTORY_DEFAULT "/var/lib/tm/history.db"

/* Without a name on the command line: that of TM_DB, otherwise
 * TM_HISTORY_DEFAULT. */
const char *tm_history_path(void);

/* The end of a message about a database that was not named; "" if it was. */
const char *tm_history_hint(const char *path);

#endif

/* Which database is meant. */
#ifndef TM_HISTORY_WHERE_H
#define TM_HISTORY_WHERE_H

#define TM_HISTORY_DEFAULT "/var/lib/tm/history.db"

/* The one that is named, else that of TM_DB, else TM_HISTORY_DEFAULT. */
const char *tm_history_path(const char *named);

/* Ends a message about a database that nobody named; "" for others. */
const char *tm_history_hint(const char *path);

#endif

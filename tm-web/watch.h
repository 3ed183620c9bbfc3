/* A thread that watches the database for commits and tells the live streams
 * what they added. */
#ifndef TM_WEB_WATCH_H
#define TM_WEB_WATCH_H

/* 0, or -1 and errno. */
int watch_start(const char *path);

#endif

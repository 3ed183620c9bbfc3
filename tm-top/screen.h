/* The terminal: taken over, and given back as it was, however we end. */
#ifndef TM_TOP_SCREEN_H
#define TM_TOP_SCREEN_H

#include <stdbool.h>

/* What text may be painted as. */
enum paint {
	PLAIN,
	STRONG,
	FAINT,
	HEADING,
	RECEIVED,
	SENT,
	GRAPH,
	NOTICE, /* what the user has set */
	ALARM,
	PAINTS
};

/* NULL, or why the terminal cannot be used. After tm_signals_install(). */
const char *screen_start(void);

/* Gives the terminal back; whether there was one. */
bool screen_stop(void);

/* Whether nobody is there any more. */
bool screen_is_lost(void);

/* What the keys come from. */
int screen_fd(void);

/* What is to be said about it, or NULL. */
const char *screen_note(void);

/* Takes the window's new size, where that has changed since the last call. */
bool screen_resize(void);

/* Draws everything anew, for what others wrote over it. */
void screen_refresh(void);

/* Attributes of curses. */
unsigned screen_paint(enum paint paint);

#endif

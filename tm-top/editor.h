/* A line of text being typed. */
#ifndef TM_TOP_EDITOR_H
#define TM_TOP_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define EDITOR_SIZE 1024 /* characters */

struct editor {
	wchar_t text[EDITOR_SIZE];
	size_t length, cursor;
};

enum edited { EDITING, ENTERED, LEFT };

void editor_start(struct editor *editor, const char *text);

/* is_code: the key is a code of curses, not a character. */
enum edited editor_take(struct editor *editor, wint_t key, bool is_code);

/* The caller frees it; NULL if there is no memory. */
char *editor_text(const struct editor *editor);

/* How many columns the characters before this one take. */
unsigned editor_columns(const struct editor *editor, size_t before);

#endif

#include <limits.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "editor.h"

#define CONTROL(letter) ((letter)&0x1f)
#define DELETE 0x7f

void editor_start(struct editor *editor, const char *text)
{
	const size_t length = mbstowcs(editor->text, text, EDITOR_SIZE - 1);

	editor->length = length == (size_t)-1 ? 0 : length;
	editor->cursor = editor->length;
}

static void editor_insert(struct editor *editor, wchar_t character)
{
	wchar_t *const at = editor->text + editor->cursor;

	if (editor->length == EDITOR_SIZE - 1 || wcwidth(character) < 1)
		return;
	wmemmove(at + 1, at, editor->length - editor->cursor);
	*at = character;
	editor->length++;
	editor->cursor++;
}

/* Removes the text between here and the cursor, on either side. */
static void editor_cut(struct editor *editor, size_t here)
{
	const size_t from = here < editor->cursor ? here : editor->cursor;
	const size_t to = here < editor->cursor ? editor->cursor : here;

	wmemmove(editor->text + from, editor->text + to, editor->length - to);
	editor->length -= to - from;
	editor->cursor = from;
}

static size_t word_begin(const struct editor *editor)
{
	size_t at = editor->cursor;

	while (at && iswspace(editor->text[at - 1]))
		at--;
	while (at && !iswspace(editor->text[at - 1]))
		at--;
	return at;
}

static void editor_backspace(struct editor *editor)
{
	if (editor->cursor)
		editor_cut(editor, editor->cursor - 1);
}

static void editor_delete(struct editor *editor)
{
	if (editor->cursor < editor->length)
		editor_cut(editor, editor->cursor + 1);
}

static enum edited editor_take_code(struct editor *editor, wint_t key)
{
	switch (key) {
	case KEY_LEFT:
		editor->cursor -= editor->cursor > 0;
		break;
	case KEY_RIGHT:
		editor->cursor += editor->cursor < editor->length;
		break;
	case KEY_HOME:
		editor->cursor = 0;
		break;
	case KEY_END:
		editor->cursor = editor->length;
		break;
	case KEY_BACKSPACE:
		editor_backspace(editor);
		break;
	case KEY_DC:
		editor_delete(editor);
		break;
	case KEY_ENTER:
		return ENTERED;
	}
	return EDITING;
}

enum edited editor_take(struct editor *editor, wint_t key, bool is_code)
{
	if (is_code)
		return editor_take_code(editor, key);
	switch (key) {
	case '\r':
	case '\n':
		return ENTERED;
	case CONTROL('['):
	case CONTROL('G'):
		return LEFT;
	case CONTROL('A'):
		return editor_take_code(editor, KEY_HOME);
	case CONTROL('E'):
		return editor_take_code(editor, KEY_END);
	case CONTROL('B'):
		return editor_take_code(editor, KEY_LEFT);
	case CONTROL('F'):
		return editor_take_code(editor, KEY_RIGHT);
	case CONTROL('D'):
		return editor_take_code(editor, KEY_DC);
	case CONTROL('H'):
	case DELETE:
		editor_backspace(editor);
		break;
	case CONTROL('U'):
		editor_cut(editor, 0);
		break;
	case CONTROL('K'):
		editor_cut(editor, editor->length);
		break;
	case CONTROL('W'):
		editor_cut(editor, word_begin(editor));
		break;
	default:
		editor_insert(editor, key);
	}
	return EDITING;
}

char *editor_text(const struct editor *editor)
{
	wchar_t text[EDITOR_SIZE];
	char *bytes = malloc(EDITOR_SIZE * MB_LEN_MAX);

	wmemcpy(text, editor->text, editor->length);
	text[editor->length] = L'\0';
	if (bytes &&
			wcstombs(bytes, text, EDITOR_SIZE * MB_LEN_MAX) ==
					(size_t)-1)
		*bytes = '\0';
	return bytes;
}

unsigned editor_columns(const struct editor *editor, size_t before)
{
	unsigned columns = 0;

	for (size_t i = 0; i < before && i < editor->length; i++)
		columns += wcwidth(editor->text[i]);
	return columns;
}

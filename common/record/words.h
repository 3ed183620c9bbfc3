/* Words that tables print in place of a name. A real name that reads the same
 * is shown in quotes. */
#ifndef TM_RECORD_WORDS_H
#define TM_RECORD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define TM_WORD_ALL "all"
#define TM_WORD_NONE "none"	    /* no owner */
#define TM_WORD_OTHERS "(others)"   /* the rows beyond the limit */
#define TM_WORD_UNNAMED "(unnamed)" /* networks without a name */
#define TM_WORD_UNKNOWN "(unknown)"
#define TM_WORD_ABSENT "-"

bool tm_word_is_ours(const char *text);

/* Whether the text, of that size, is this word or an older name of it: comm is
 * process, proto is protocol, net is network. */
bool tm_word_means(const char *word, const char *text, size_t size);

#endif

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "command-line.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct words {
	char *to;
	size_t room;	     /* with the NUL at the end */
	const char *program; /* the last one that is in the forms, or NULL */
	size_t program_size;
	bool is_masked; /* the rest of the argument */
	/* of the next word */
	enum { PLAIN, SECRET, PAIR } next;
	char separator; /* in a PAIR, before the secret */
};

struct word {
	const char *text;
	size_t size;
};

/* Names of secrets contain one of these. */
static const char *const parts_of_names[] = { "password", "passwd",
	"passphrase", "passwort", "secret", "token", "apikey", "api-key",
	"api_key", "accesskey", "access-key", "access_key", "private-key",
	"private_key", "authorization", "credential", "cookie" };

/* These are too short to be looked for within others. */
static const char *const whole_names[] = { "pass", "pwd", "pw" };

/* Options of one letter that have a secret after them, or after a separator. */
static const struct form {
	const char *program; /* how its name begins */
	char letter;
	bool is_joined; /* the next word is never the secret */
	char separator; /* 0 = all is secret */
} forms[] = {
	{ "mysql", 'p', true, 0 },
	{ "mariadb", 'p', true, 0 },
	{ "7z", 'p', true, 0 },
	{ "sshpass", 'p', false, 0 },
	{ "zip", 'P', false, 0 },
	{ "unzip", 'P', false, 0 },
	{ "ldap", 'w', false, 0 },
	{ "redis-cli", 'a', false, 0 },
	{ "mosquitto", 'P', false, 0 },
	{ "ipmitool", 'P', false, 0 },
	{ "snmp", 'A', false, 0 },
	{ "snmp", 'X', false, 0 },
	{ "snmp", 'c', false, 0 },
	{ "curl", 'b', false, 0 },
	{ "curl", 'u', false, ':' },
	{ "curl", 'U', false, ':' },
	{ "smbclient", 'U', false, '%' },
	{ "smbget", 'U', false, '%' },
	{ "rpcclient", 'U', false, '%' },
};

/* Long options with a user and a secret. */
static const char *const pair_options[] = { "--user", "--proxy-user" };

static void words_add(struct words *words, const char *text, size_t size)
{
	if (size >= words->room)
		size = words->room ? words->room - 1 : 0;
	memcpy(words->to, text, size);
	words->to += size;
	words->room -= size;
}

/* Masks the rest of the argument: where a secret ends is not known. */
static void words_mask(struct words *words)
{
	words_add(words, "***", 3);
	words->is_masked = true;
}

static bool is_name_of_secret(const char *name, size_t size)
{
	for (size_t i = 0; i < COUNT(parts_of_names); i++) {
		const size_t length = strlen(parts_of_names[i]);

		for (size_t at = 0; at + length <= size; at++) {
			if (!strncasecmp(name + at, parts_of_names[i], length))
				return true;
		}
	}
	for (size_t i = 0; i < COUNT(whole_names); i++) {
		if (strlen(whole_names[i]) == size &&
				!strncasecmp(name, whole_names[i], size))
			return true;
	}
	return false;
}

static bool is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_' ||
			c == '.';
}

/* Whether the name of a secret ends before this place. A quote may follow the
 * name, as in JSON. */
static bool has_name_before(const struct word *word, size_t end)
{
	size_t begin;

	if (end && strchr("\"'", word->text[end - 1]))
		end--;
	begin = end;
	while (begin && is_of_name(word->text[begin - 1]))
		begin--;
	while (begin < end && word->text[begin] == '-')
		begin++;
	return is_name_of_secret(word->text + begin, end - begin);
}

/* Where the value of a secret begins, as in password=X and "token": "X", or
 * behind the end. */
static size_t find_value(const struct word *word, size_t from)
{
	for (size_t i = from; i < word->size; i++) {
		if ((word->text[i] == '=' || word->text[i] == ':') &&
				has_name_before(word, i))
			return i + 1;
	}
	return word->size + 1;
}

/* Writes what is up to the first secret's value, and a mask. */
static void add_named(struct words *words, const struct word *word, size_t from)
{
	const size_t value = find_value(word, from);

	if (value > word->size) {
		words_add(words, word->text + from, word->size - from);
		return;
	}
	words_add(words, word->text + from, value - from);
	words_mask(words);
}

/* As in scheme://user:secret@host; an at sign in the secret is part of it. */
static void add_address(struct words *words, const struct word *word)
{
	const char *const end = word->text + word->size;
	const char *host = memmem(word->text, word->size, "://", 3);
	const char *colon, *at, *slash;

	if (!host) {
		add_named(words, word, 0);
		return;
	}
	host += 3;
	slash = memchr(host, '/', end - host);
	at = memrchr(host, '@', (slash ? slash : end) - host);
	colon = at ? memchr(host, ':', at - host) : NULL;
	if (!colon) {
		add_named(words, word, 0);
		return;
	}
	words_add(words, word->text, colon + 1 - word->text);
	words_add(words, "***", 3);
	add_named(words, word, at - word->text);
}

/* Writes a user, and a mask for what follows the separator. */
static void add_pair(struct words *words, const struct word *word, size_t from,
		char separator)
{
	const char *const begin = word->text + from;
	const char *const found = memchr(begin, separator, word->size - from);
	const size_t shown =
			found ? (size_t)(found + 1 - begin) : word->size - from;

	words_add(words, begin, shown);
	if (found)
		words_mask(words);
}

static bool is_form_of(
		const struct form *form, const char *program, size_t size)
{
	const size_t length = strlen(form->program);

	return length <= size && !memcmp(form->program, program, length);
}

static const struct form *find_form(
		const struct words *words, const struct word *word)
{
	if (!words->program || word->size < 2 || word->text[0] != '-')
		return NULL;
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (forms[i].letter == word->text[1] &&
				is_form_of(&forms[i], words->program,
						words->program_size))
			return &forms[i];
	}
	return NULL;
}

/* A program may be started by another: by sudo, or in the text for a shell. */
static void note_program(struct words *words, const struct word *word)
{
	const char *const slash = memrchr(word->text, '/', word->size);
	const char *const name = slash ? slash + 1 : word->text;
	const size_t size = word->text + word->size - name;

	for (size_t i = 0; i < COUNT(forms); i++) {
		if (!is_form_of(&forms[i], name, size))
			continue;
		words->program = name;
		words->program_size = size;
		return;
	}
}

static void add_form(struct words *words, const struct word *word,
		const struct form *form)
{
	words_add(words, word->text, 2);
	if (word->size == 2 && !form->is_joined)
		words->next = form->separator ? PAIR : SECRET;
	else if (word->size > 2 && form->separator)
		add_pair(words, word, 2, form->separator);
	else if (word->size > 2)
		words_mask(words);
	words->separator = form->separator;
}

static bool is_pair_option(const struct word *word)
{
	for (size_t i = 0; i < COUNT(pair_options); i++) {
		if (strlen(pair_options[i]) == word->size &&
				!memcmp(pair_options[i], word->text,
						word->size))
			return true;
	}
	return false;
}

static void add_option(struct words *words, const struct word *word)
{
	const char *const equals = memchr(word->text, '=', word->size);
	const struct word name = { word->text,
		equals ? (size_t)(equals - word->text) : word->size };

	if (is_pair_option(&name)) {
		words->next = equals ? PLAIN : PAIR;
		words->separator = ':';
		words_add(words, word->text, name.size);
		add_pair(words, word, name.size, ':');
		return;
	}
	if (!equals && has_name_before(word, word->size))
		words->next = SECRET;
	add_address(words, word);
}

static void add_word(struct words *words, const struct word *word)
{
	const struct form *const form = find_form(words, word);
	const int kind = words->next;

	words->next = PLAIN;
	if (kind == SECRET)
		words_mask(words);
	else if (kind == PAIR)
		add_pair(words, word, 0, words->separator);
	else if (form)
		add_form(words, word, form);
	else if (word->size && word->text[0] == '-')
		add_option(words, word);
	else
		add_address(words, word);
	note_program(words, word);
}

/* Arguments may contain words: the text for a shell, or a header. */
static void add_argument(struct words *words, const struct word *argument)
{
	const char *const end = argument->text + argument->size;
	const char *at = argument->text;
	struct word word;

	words->is_masked = false;
	for (;;) {
		word.text = at;
		while (at < end && !strchr(" \t\n", *at))
			at++;
		word.size = at - word.text;
		add_word(words, &word);
		if (at == end || words->is_masked)
			return;
		words_add(words, at++, 1);
	}
}

void tm_command_line_write(
		char *to, size_t room, const char *arguments, size_t size)
{
	const char *const end = arguments + size;
	struct words words = { .to = to, .room = room };
	struct word argument;

	for (const char *at = arguments; at < end; at += argument.size + 1) {
		argument = (struct word){ at, strnlen(at, end - at) };
		if (at > arguments)
			words_add(&words, " ", 1);
		add_argument(&words, &argument);
	}
	if (words.room)
		*words.to = '\0';
}

#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/exit.h"
#include "routes.h"
#include "web-options.h"

static const char usage[] =
		"usage: tm-web [-qv] [--listen ADDRESS:PORT|unix:PATH] [--host NAME]...\n"
		"              [--user-from-header NAME] [--user NAME] --db FILE\n"
		"Serves the history of tm-store, and what moves now, to a browser.\n"
		"\n"
		"      --db FILE        the database that tm-store writes\n"
		"      --listen PLACE   127.0.0.1:8080 by default; port 0 is one that is\n"
		"                       free; unix:PATH is a socket for a proxy\n"
		"      --host NAME      answer to this name (or NAME:PORT) too; repeatable\n"
		"      --user-from-header NAME\n"
		"                       a proxy says in this header who asks, and people see\n"
		"                       their own rows only; with a local PLACE alone\n"
		"      --user NAME      become this user; as root: tm, who called sudo,\n"
		"                       or nobody\n"
		"  -q, --quiet          don't say where the page is\n"
		"  -v, --verbose        a line for each request, and what is not confined\n"
		"  -h, --help           show this\n"
		"  -V, --version        show the version\n";

static void __attribute__((noreturn)) misuse(void)
{
	fputs("try: tm-web --help\n", stderr);
	exit(TM_MISUSED);
}

static bool is_word(const char *text, const char *more)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) ||
			(text[length] && strchr(more, text[length])))
		length++;
	return length && !text[length];
}

static void add_host(struct guard *guard, const char *name)
{
	if (!is_word(name, "-._:[]")) {
		warnx("--host %s: not the name of a host", name);
		misuse();
	}
	if (guard->host_count == GUARD_HOSTS_MOST)
		errx(TM_MISUSED, "--host: more than %d", GUARD_HOSTS_MOST);
	guard->hosts[guard->host_count++] = name;
}

static void set_header(const char *name)
{
	if (!is_word(name, "-_")) {
		warnx("--user-from-header %s: not the name of a header", name);
		misuse();
	}
	route_user_header = name;
}

static void set_place(struct listen_place *place, const char *text)
{
	if (place_parse(place, text))
		return;
	warnx("--listen %s: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH",
			text);
	misuse();
}

enum { DATABASE = 256, LISTEN, HOST, HEADER, USER };

static void take_option(struct web_options *options, int letter, char *argument)
{
	switch (letter) {
	case DATABASE:
		options->server.database = argument;
		break;
	case LISTEN:
		set_place(&options->place, argument);
		break;
	case HOST:
		add_host(&options->server.guard, argument);
		break;
	case HEADER:
		set_header(argument);
		break;
	case USER:
		options->user = argument;
		break;
	case 'q':
		options->is_quiet = true;
		break;
	case 'v':
		options->server.is_verbose = true;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(fflush(stdout) ? TM_FAILED : TM_DONE);
	case 'V':
		puts("tm-web " TM_VERSION);
		exit(fflush(stdout) ? TM_FAILED : TM_DONE);
	default:
		misuse();
	}
}

/* Anybody who reaches it could write such a header. */
static void check_header(const struct web_options *options)
{
	if (!route_user_header || place_is_local(&options->place))
		return;
	warnx("--user-from-header: %s can be reached from other machines; "
	      "listen on 127.0.0.1 or unix:PATH behind the proxy",
			options->place.text);
	misuse();
}

void web_options_parse(struct web_options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "db", required_argument, NULL, DATABASE },
		{ "listen", required_argument, NULL, LISTEN },
		{ "host", required_argument, NULL, HOST },
		{ "user-from-header", required_argument, NULL, HEADER },
		{ "user", required_argument, NULL, USER },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int letter;

	set_place(&options->place, "127.0.0.1:8080");
	while ((letter = getopt_long(argc, argv, "qvhV", longs, NULL)) != -1)
		take_option(options, letter, optarg);
	if (optind < argc) {
		warnx("%s: it takes no files but --db FILE", argv[optind]);
		misuse();
	}
	if (!options->server.database) {
		warnx("--db FILE is missing: what tm-store writes");
		misuse();
	}
	check_header(options);
	options->server.guard.place = &options->place;
}

#include <ctype.h>
#include <pwd.h>
#include <string.h>

#include "common/base/number.h"
#include "common/history/where.h"
#include "common/tool/options.h"
#include "connections.h"
#include "routes.h"
#include "web-options.h"

static bool is_word(const char *text, const char *more)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) ||
			(text[length] && strchr(more, text[length])))
		length++;
	return length && !text[length];
}

static void add_host(struct gate *gate, const struct tm_option *option,
		const char *name)
{
	if (!is_word(name, "-._:[]"))
		tm_option_refuse(option, name, "not the name of a host");
	if (gate->host_count == GATE_HOSTS_MOST)
		tm_option_refuse(option, name, "more than %d", GATE_HOSTS_MOST);
	gate->hosts[gate->host_count++] = name;
}

static void set_base(struct server *server, const struct tm_option *option,
		const char *path)
{
	if (!is_word(path, "/-._~") || *path != '/' ||
			path[strlen(path) - 1] != '/' || strstr(path, "//"))
		tm_option_refuse(option, path, "not a path such as /tm/");
	server->base = path;
}

static void allow_user(const struct tm_option *option, const char *name)
{
	const struct passwd *const user = getpwnam(name);
	uint64_t uid;

	if (user)
		uid = user->pw_uid;
	else if (!tm_number_parse(name, UINT32_MAX - 1, &uid))
		tm_option_refuse(option, name, "there is no such user");
	if (!connections_allow(uid))
		tm_option_refuse(option, name, "more than %d", ALLOWED_MOST);
}

static void set_header(const struct tm_option *option, const char *name)
{
	if (!is_word(name, "-_"))
		tm_option_refuse(option, name, "not the name of a header");
	route_user_header = name;
}

static void set_place(struct listen_place *place,
		const struct tm_option *option, const char *text)
{
	const char *const problem = place_parse(place, text);

	if (problem)
		tm_option_refuse(option, text, "%s", problem);
}

enum { DATABASE = TM_OPTION, LISTEN, HOST, BASE, ALLOW, HEADER, RUN_AS };

static const struct tm_option known[] = {
	{ "db", DATABASE, "FILE",
			"the database of tm-store (TM_DB, else\n"
			"/var/lib/tm/history.db)",
			0 },
	{ "listen", LISTEN, "PLACE",
			"127.0.0.1:8080 by default; port 0: any that is\n"
			"free; unix:PATH is a socket for a proxy",
			TM_ONCE },
	{ "host", HOST, "NAME",
			"answer to this name (or NAME:PORT) too; repeatable",
			0 },
	{ "base", BASE, "PATH",
			"a proxy serves it at this path, which begins and ends\n"
			"with a slash",
			0 },
	{ "allow", ALLOW, "USER",
			"answer only processes of this user on this host, and of\n"
			"root; repeatable",
			0 },
	{ "user-from-header", HEADER, "NAME",
			"a proxy names the user in this header, and users see\n"
			"only their own rows; needs a local PLACE",
			TM_ONCE },
	{ "run-as", RUN_AS, "USER",
			"become this user (as root, by default: tm, else the\n"
			"user of sudo, else nobody)",
			0 },
	{ "user", TM_MOVED, "USER",
			"whose rows are shown, in other tools; who to become is "
			"--run-as USER",
			0 },
	{ "quiet", 'q', NULL, "no notes, not even the address of the page",
			TM_FLAG(struct web_options, is_quiet) },
	{ "verbose", 'v', NULL,
			"also report each request, and any lack of confinement",
			TM_FLAG(struct web_options, server.is_verbose) },
};

static void web_take_option(void *context, const struct tm_option *option,
		const char *argument)
{
	struct web_options *const options = context;

	switch (option->letter) {
	case DATABASE:
		options->server.database = tm_option_file(option, argument);
		break;
	case LISTEN:
		set_place(&options->place, option, argument);
		break;
	case HOST:
		add_host(&options->server.gate, option, argument);
		break;
	case BASE:
		set_base(&options->server, option, argument);
		break;
	case ALLOW:
		allow_user(option, argument);
		options->is_restricted = true;
		break;
	case HEADER:
		set_header(option, argument);
		break;
	case RUN_AS:
		options->user = argument;
		break;
	}
}

static const struct tm_tool tool = {
	.usage = "usage: tm-web [-qv] [--listen ADDRESS:PORT|unix:PATH] [--host NAME]...\n"
		 "              [--base PATH] [--allow USER]... [--user-from-header NAME]\n"
		 "              [--run-as USER] [--db FILE]\n"
		 "Serves the history of tm-store and the current rates to a browser.\n\n",
	.options = known,
	.option_count = sizeof(known) / sizeof(*known),
	.take = web_take_option,
};

/* Anybody who reaches it could write such a header. */
static void check_header(const struct web_options *options)
{
	if (route_user_header && !place_is_local(&options->place))
		tm_misuse("--user-from-header: %s can be reached from other "
			  "machines; listen on 127.0.0.1 or unix:PATH behind "
			  "the proxy",
				options->place.text);
}

void web_options_parse(struct web_options *options, int argc, char **argv)
{
	int at;

	place_parse(&options->place, "127.0.0.1:8080");
	options->server.base = "/";
	at = tm_tool_parse(&tool, argc, argv, options);
	if (at < argc)
		tm_misuse("%s: it takes no files but --db FILE", argv[at]);
	if (!options->server.database)
		options->server.database =
				tm_variable_file("TM_DB", tm_history_path());
	check_header(options);
	options->server.gate.place = &options->place;
}

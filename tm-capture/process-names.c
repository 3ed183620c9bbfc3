#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/index.h"
#include "common/record/names.h"
#include "process-names.h"

#define MEMO_BITS 10 /* pids, direct-mapped */

/* What the stream has of a pid. */
struct named_pid {
	uint32_t identity;
	uint8_t kinds;	 /* 1 << enum tm_name_of, ever written */
	bool is_unknown; /* nothing was known of this identity */
};

struct pid_memo {
	uint32_t pid, identity;
};

struct process_names {
	struct processes *processes;
	struct tm_index pids;
	struct named_pid *named;
	struct pid_memo memo[1 << MEMO_BITS];
};

struct process_names *process_names_new(struct processes *processes)
{
	struct process_names *const names = calloc(1, sizeof(*names));

	if (names)
		names->processes = processes;
	return names;
}

static uint32_t memo_slot(uint32_t pid)
{
	return pid * 0x9e3779b1u >> (32 - MEMO_BITS);
}

bool process_names_are_news(const struct process_names *names, uint32_t pid,
		uint32_t identity)
{
	const struct pid_memo *const memo = &names->memo[memo_slot(pid)];

	return identity && (memo->pid != pid || memo->identity != identity);
}

/* NULL without memory. */
static struct named_pid *named_pid(struct process_names *names, uint32_t pid)
{
	const uint32_t count = names->pids.count;
	uint32_t number = tm_index_find(&names->pids, pid);
	struct named_pid *more;

	if (number != TM_INDEX_NONE)
		return &names->named[number];
	if (!(count & (count - 1))) { /* rooms are powers of two */
		more = realloc(names->named,
				(count ? 2 * count : 1) * sizeof(*more));
		if (!more)
			return NULL;
		names->named = more;
	}
	names->named[count] = (struct named_pid){ 0 };
	number = tm_index_add(&names->pids, pid);
	return number == TM_INDEX_NONE ? NULL : &names->named[number];
}

/* The records of a text. An empty one is written if the pid had one before. */
static size_t name_process(struct named_pid *named, enum tm_name_of of,
		uint32_t pid, uint64_t time_ns, const char *text,
		struct tm_event *out)
{
	if (!*text && !(named->kinds & 1 << of))
		return 0;
	named->kinds |= 1 << of;
	return tm_name_records(out, TM_NAME_PARTS, of, pid, time_ns, text);
}

static void write_login(
		char *text, size_t size, const struct process_facts *facts)
{
	if (facts->login == TM_NOBODY)
		*text = '\0';
	else
		snprintf(text, size, "%" PRIu32 " %" PRIu32, facts->login,
				facts->session);
}

static size_t name_facts(struct named_pid *named, uint32_t pid,
		uint64_t time_ns, const struct process_facts *facts,
		struct tm_event *out)
{
	char login[32];
	size_t n;

	write_login(login, sizeof(login), facts);
	n = name_process(named, TM_NAME_COMMAND, pid, time_ns, facts->command,
			out);
	n += name_process(named, TM_NAME_LOGIN, pid, time_ns, login, out + n);
	n += name_process(named, TM_NAME_CGROUP1, pid, time_ns, facts->cgroup1,
			out + n);
	n += name_process(named, TM_NAME_ARGUMENTS, pid, time_ns,
			facts->arguments, out + n);
	return n;
}

size_t process_names_records(struct process_names *names, uint32_t pid,
		uint32_t identity, uint64_t time_ns, struct tm_event *out,
		const struct process_facts **facts)
{
	static const struct process_facts unknown = { .login = TM_NOBODY,
		.command = "",
		.cgroup = "",
		.cgroup1 = "",
		.arguments = "" };
	struct named_pid *const named = named_pid(names, pid);

	*facts = NULL;
	if (!named || (named->identity == identity && !named->is_unknown)) {
		names->memo[memo_slot(pid)] =
				(struct pid_memo){ pid, identity };
		return 0;
	}
	*facts = processes_find(names->processes, pid, identity);
	if (!*facts && named->identity == identity)
		return 0;
	named->identity = identity;
	named->is_unknown = !*facts;
	if (*facts) {
		names->memo[memo_slot(pid)] =
				(struct pid_memo){ pid, identity };
		processes_release(names->processes, pid, identity);
	}
	return name_facts(named, pid, time_ns, *facts ? *facts : &unknown, out);
}

void process_names_free(struct process_names *names)
{
	if (!names)
		return;
	free(names->named);
	tm_index_free(&names->pids);
	free(names);
}

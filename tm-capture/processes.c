#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "bpf/capture.h"
#include "common/base/map.h"
#include "common/capture/command-line.h"
#include "common/record/workload.h"
#include "processes.h"

#define KEPT 65536		     /* processes */
#define KEPT_TEXT ((size_t)64 << 20) /* bytes of their texts */
#define SPARED 64		     /* looked at to find one to forget */
#define ROUND 65536		     /* records taken at once */
#define TEXTS_MOST (5 * (PROCESS_TEXT + 16))

struct known_process {
	uint32_t pid, identity;
	bool is_released; /* the stream has its names */
	size_t size;
	char *texts;
	struct process_facts facts;
};

/* A queue in the order in which they were reported. */
struct processes {
	struct ring_buffer *ring;
	bool has_arguments;
	struct tm_map map; /* numbers modulo KEPT */
	struct known_process *all;
	uint32_t first, end;
	uint32_t round;
	size_t text_size;
	char texts[TEXTS_MOST]; /* of the one that is being read */
};

static struct known_process *process_at(
		const struct processes *processes, uint32_t number)
{
	return &processes->all[number % KEPT];
}

static uint64_t process_key(uint32_t pid, uint32_t identity)
{
	return (uint64_t)pid << 32 | identity;
}

static bool process_is(const void *all, uint32_t number, const void *key)
{
	const struct known_process *const one =
			&((const struct known_process *)all)[number];

	return process_key(one->pid, one->identity) == *(const uint64_t *)key;
}

static struct known_process *process_known(const struct processes *processes,
		uint32_t pid, uint32_t identity)
{
	const uint64_t key = process_key(pid, identity);
	const uint32_t number = tm_map_find(&processes->map, tm_map_hash(key),
			process_is, processes->all, &key);

	return number == TM_MAP_NONE ? NULL : &processes->all[number];
}

static void process_unlist(struct processes *processes, uint32_t number)
{
	const struct known_process *const one = process_at(processes, number);

	tm_map_remove(&processes->map,
			tm_map_hash(process_key(one->pid, one->identity)),
			number % KEPT);
}

static void process_list(struct processes *processes, uint32_t number)
{
	const struct known_process *const one = process_at(processes, number);

	tm_map_put(&processes->map,
			tm_map_hash(process_key(one->pid, one->identity)),
			number % KEPT);
}

static bool is_alive(uint32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%" PRIu32, pid);
	return !access(path, F_OK);
}

/* A server may wait for days for its first packet. */
static bool is_awaited(const struct known_process *one)
{
	return !one->is_released && is_alive(one->pid);
}

static void forget_first(struct processes *processes)
{
	struct known_process *first = process_at(processes, processes->first);

	for (int i = 0; i < SPARED && is_awaited(first); i++) {
		process_unlist(processes, processes->first++);
		*process_at(processes, processes->end) = *first;
		process_list(processes, processes->end++);
		first = process_at(processes, processes->first);
	}
	process_unlist(processes, processes->first++);
	processes->text_size -= first->size;
	free(first->texts);
}

/* The components of a path, the last one first, as a path; where it ends. */
static char *path_write(
		char *to, const char *components, size_t size, bool is_cut)
{
	const char *const begin = components, *name = components + size;

	if (is_cut)
		to = stpcpy(to, "...");
	while (name > begin) {
		for (name--; name > begin && name[-1]; name--)
			;
		if (*name && strcmp(name, "/") != 0)
			to = stpcpy(stpcpy(to, "/"), name);
	}
	return to;
}

/* A text of the record. */
struct reported_text {
	const char *text;
	size_t size;
	bool is_cut;
};

static struct reported_text reported_text(
		const struct process *process, enum process_text text)
{
	const char *const texts = (const char *)(process + 1);
	const uint32_t begin = text ? process->ends[text - 1] : 0;

	return (struct reported_text){ texts + begin,
		process->ends[text] - begin, process->cut >> text & 1 };
}

/* All of these write a text, with its NUL, and return what follows it. */
static char *write_command(char *to, const struct process *process)
{
	const struct reported_text found =
			reported_text(process, PROCESS_COMMAND);

	if (found.size)
		to = path_write(to, found.text, found.size, found.is_cut);
	if (found.size && process->is_deleted)
		to = stpcpy(to, " (deleted)");
	*to = '\0';
	return to + 1;
}

/* What is not below the mount has no name there. */
static char *write_cgroup(char *to, const struct process *process)
{
	const struct reported_text found =
			reported_text(process, PROCESS_CGROUP);

	if (!found.is_cut)
		to = found.size ? path_write(to, found.text, found.size, false)
				: stpcpy(to, "/");
	*to = '\0';
	return to + 1;
}

static int path_rank(const char *path)
{
	struct tm_workload workload;

	tm_workload_parse(&workload, path);
	return *workload.job		      ? 4
			: *workload.container ? 3
			: *workload.unit      ? 2
					      : *path != 0;
}

/* The path that tells most: of a job, else of a container, else of a unit. Job
 * managers use different trees. At the root a process has no path. */
static char *write_cgroup1(char *to, const struct process *process)
{
	char path[PROCESS_TEXT + 16];
	int best = 0, rank;

	*to = '\0';
	for (int i = 0; i < TREES; i++) {
		const struct reported_text found =
				reported_text(process, PROCESS_TREES + i);

		*path_write(path, found.text, found.size, found.is_cut) = '\0';
		rank = path_rank(path);
		if (rank <= best)
			continue;
		strcpy(to, path);
		best = rank;
	}
	return to + strlen(to) + 1;
}

/* The holders of sockets that are older than the capture do not run while the
 * programs look at them, so that these cannot read the arguments. */
static size_t arguments_read(uint32_t pid, char arguments[PROCESS_TEXT])
{
	char path[32];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, arguments, PROCESS_TEXT);
	if (fd >= 0)
		close(fd);
	return size > 0 ? size : 0;
}

static char *write_arguments(char *to, const struct processes *processes,
		const struct process *process)
{
	struct reported_text found = reported_text(process, PROCESS_ARGUMENTS);
	char arguments[PROCESS_TEXT];

	*to = '\0';
	if (!processes->has_arguments)
		return to + 1;
	if (!found.size) {
		found.size = arguments_read(process->pid, arguments);
		found.text = arguments;
	}
	tm_command_line_write(to, PROCESS_TEXT, found.text, found.size);
	return to + strlen(to) + 1;
}

static bool is_sound(const struct process *process, size_t size)
{
	uint32_t begin = 0;

	if (size < sizeof(*process))
		return false;
	for (int i = 0; i < PROCESS_TEXTS; i++) {
		const uint32_t end = process->ends[i];

		if (end < begin || end - begin > PROCESS_TEXT ||
				end > size - sizeof(*process) ||
				(i < PROCESS_ARGUMENTS && end > begin &&
						((const char *)(process +
								1))[end - 1]))
			return false;
		begin = end;
	}
	return true;
}

/* Points the facts at the texts. */
static void facts_read(struct process_facts *facts,
		const struct process *process, const char *texts)
{
	facts->cgroup_id = process->cgroup_id;
	facts->login = process->login;
	facts->session = process->session;
	facts->command = texts;
	facts->cgroup = texts + strlen(texts) + 1;
	facts->cgroup1 = facts->cgroup + strlen(facts->cgroup) + 1;
	facts->arguments = facts->cgroup1 + strlen(facts->cgroup1) + 1;
}

static void process_add(
		struct processes *processes, const struct process *process)
{
	char *end = write_command(processes->texts, process);
	struct known_process *one;
	char *texts;
	size_t size;

	end = write_cgroup(end, process);
	end = write_cgroup1(end, process);
	end = write_arguments(end, processes, process);
	size = end - processes->texts;
	texts = malloc(size);
	if (!texts)
		return;
	memcpy(texts, processes->texts, size);
	while (processes->end - processes->first == KEPT ||
			(processes->end != processes->first &&
					processes->text_size + size >
							KEPT_TEXT))
		forget_first(processes);
	one = process_at(processes, processes->end);
	*one = (struct known_process){ .pid = process->pid,
		.identity = process->identity,
		.size = size,
		.texts = texts };
	facts_read(&one->facts, process, texts);
	processes->text_size += size;
	process_list(processes, processes->end++);
}

/* Programs that have forgotten a process report it again. */
static int on_process(void *context, void *data, size_t size)
{
	struct processes *const processes = context;
	const struct process *const process = data;

	if (is_sound(process, size) &&
			!process_known(processes, process->pid,
					process->identity))
		process_add(processes, process);
	return --processes->round ? 0 : -ECANCELED;
}

void processes_follow(struct processes *processes)
{
	processes->round = ROUND;
	ring_buffer__consume(processes->ring);
}

static void processes_free(struct processes *processes)
{
	if (!processes)
		return;
	ring_buffer__free(processes->ring);
	for (uint32_t i = processes->first; i != processes->end; i++)
		free(process_at(processes, i)->texts);
	free(processes->all);
	tm_map_free(&processes->map);
	free(processes);
}

struct processes *processes_new(int ring, bool has_arguments)
{
	struct processes *const processes = calloc(1, sizeof(*processes));

	if (!processes)
		return NULL;
	processes->has_arguments = has_arguments;
	processes->all = calloc(KEPT, sizeof(*processes->all));
	processes->ring = ring_buffer__new(ring, on_process, processes, NULL);
	if (!processes->all || !processes->ring ||
			tm_map_reserve(&processes->map, KEPT)) {
		processes_free(processes);
		return NULL;
	}
	return processes;
}

const struct process_facts *processes_find(
		struct processes *processes, uint32_t pid, uint32_t identity)
{
	struct known_process *one = process_known(processes, pid, identity);

	if (!one) {
		processes_follow(processes);
		one = process_known(processes, pid, identity);
	}
	return one ? &one->facts : NULL;
}

void processes_release(
		struct processes *processes, uint32_t pid, uint32_t identity)
{
	struct known_process *const one =
			process_known(processes, pid, identity);

	if (one)
		one->is_released = true;
}

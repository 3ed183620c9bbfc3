#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "common/record/amount.h"
#include "program-counts.h"

static int map_counters(struct programs *programs)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t size = programs->cpus * sizeof(struct counters);
	void *counters;

	programs->counters_size = (size + page - 1) / page * page;
	counters = mmap(NULL, programs->counters_size, PROT_READ, MAP_SHARED,
			programs_map(programs, "counters"), 0);
	if (counters == MAP_FAILED)
		return -1;
	programs->counters = counters;
	return 0;
}

static int map_lost_turn(struct programs *programs)
{
	void *const turn = mmap(NULL, sysconf(_SC_PAGESIZE),
			PROT_READ | PROT_WRITE, MAP_SHARED,
			programs_map(programs, "lost_turn"), 0);

	if (turn == MAP_FAILED)
		return -1;
	programs->lost_turn = turn;
	return 0;
}

int programs_map_counts(struct programs *programs)
{
	programs->lost_fd = programs_map(programs, "lost");
	return map_counters(programs) || map_lost_turn(programs) ? -1 : 0;
}

struct counted programs_counted(
		const struct programs *programs, enum tm_direction direction)
{
	struct counted all = {};

	for (unsigned cpu = 0; cpu < programs->cpus; cpu++) {
		const struct counted *counted =
				&programs->counters[cpu].counted[direction];

		tm_amount_add(&all.seen, &counted->seen);
		tm_amount_add(&all.excluded, &counted->excluded);
		tm_amount_add(&all.lost, &counted->lost);
		tm_amount_add(&all.overflow, &counted->overflow);
		tm_amount_add(&all.flowless, &counted->flowless);
	}
	return all;
}

uint64_t programs_unreported(const struct programs *programs)
{
	uint64_t all = 0;

	for (unsigned cpu = 0; cpu < programs->cpus; cpu++)
		all += programs->counters[cpu].unreported;
	return all;
}

int programs_lost(const struct programs *programs, bool is_end,
		void found(void *context, const struct lost_key *key,
				const struct tm_amount *amount),
		void *context)
{
	const int fd = programs->lost_fd;
	struct lost_key key, next;
	struct tm_amount amount;
	int end = bpf_map_get_next_key(fd, NULL, &next);

	while (!end) {
		key = next;
		end = bpf_map_get_next_key(fd, &key, &next);
		/* a program may be writing it */
		if (!is_end && key.turn == *programs->lost_turn)
			continue;
		if (bpf_map_lookup_elem(fd, &key, &amount) ||
				bpf_map_delete_elem(fd, &key))
			return -1;
		found(context, &key, &amount);
	}
	__atomic_store_n(programs->lost_turn, !*programs->lost_turn,
			__ATOMIC_RELEASE);
	return 0;
}

/* Sends or receives on the socket that is its standard input by io_uring:
 *     uring send|receive COUNT SIZE [sqpoll]
 * With sqpoll a thread of the kernel's submits. Exit 77 where there is none. */
#include <err.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/exit.h"

struct ring {
	int fd;
	struct io_uring_params params;
	char *submission, *completion;
	struct io_uring_sqe *entry;
};

static void *map(int fd, size_t size, off_t what)
{
	void *const at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, fd, what);

	if (at == MAP_FAILED)
		err(TM_FAILED, "mmap");
	return at;
}

static void set_up(struct ring *ring, bool polls)
{
	struct io_uring_params *const params = &ring->params;

	if (polls) {
		params->flags = IORING_SETUP_SQPOLL;
		params->sq_thread_idle = 1000;
	}
	ring->fd = syscall(SYS_io_uring_setup, 1, params);
	if (ring->fd < 0)
		err(TM_CANNOT, "io_uring_setup");
	ring->submission = map(ring->fd,
			params->sq_off.array +
					params->sq_entries * sizeof(uint32_t),
			IORING_OFF_SQ_RING);
	ring->completion = map(ring->fd,
			params->cq_off.cqes +
					params->cq_entries *
							sizeof(struct io_uring_cqe),
			IORING_OFF_CQ_RING);
	ring->entry = map(ring->fd, params->sq_entries * sizeof(*ring->entry),
			IORING_OFF_SQES);
}

static uint32_t *field(char *base, uint32_t offset)
{
	return (uint32_t *)(base + offset);
}

/* Does one operation and waits for its result. */
static int32_t operate(struct ring *ring, bool polls)
{
	const struct io_uring_params *const params = &ring->params;
	uint32_t *const tail = field(ring->submission, params->sq_off.tail);
	uint32_t *const head = field(ring->completion, params->cq_off.head);
	const struct io_uring_cqe *const results =
			(void *)(ring->completion + params->cq_off.cqes);
	int32_t result;

	field(ring->submission, params->sq_off.array)[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1,
			    IORING_ENTER_GETEVENTS |
					    (polls ? IORING_ENTER_SQ_WAKEUP
						   : 0),
			    NULL, 0) < 0)
		err(TM_FAILED, "io_uring_enter");
	result = results[*head &
			*field(ring->completion, params->cq_off.ring_mask)]
				 .res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

int main(int argc, char **argv)
{
	static char data[65536];
	struct ring ring = { 0 };
	const bool polls = argc > 4;

	if (argc < 4)
		errx(TM_MISUSED,
				"usage: uring send|receive COUNT SIZE [sqpoll]");
	set_up(&ring, polls);
	for (int i = atoi(argv[2]); i > 0; i--) {
		memset(ring.entry, 0, sizeof(*ring.entry));
		ring.entry->opcode = strcmp(argv[1], "send") ? IORING_OP_RECV
							     : IORING_OP_SEND;
		ring.entry->fd = STDIN_FILENO;
		ring.entry->addr = (uintptr_t)data;
		ring.entry->len = atoi(argv[3]);
		if (operate(&ring, polls) < 0)
			errx(TM_FAILED, "no data moved");
	}
	return TM_DONE;
}

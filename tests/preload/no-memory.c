/* A machine without memory for tests: the allocation of number NO_MEMORY_AT
 * fails, and NO_MEMORY_MORE others after it. What is written behind the end of
 * an allocation ends the program with SIGABRT when that is freed. With
 * NO_MEMORY_COUNT, a file, the number of all allocations is written there. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK UINT64_C(0x5a3c96e1d2b40f78)

/* Before what the program has; the same mark is behind it. */
struct head {
	uint64_t size, mark;
};

void *__libc_malloc(size_t size);
void __libc_free(void *memory);

static unsigned long count, fails_from = -1UL, fails_to;
static const char *count_path;

__attribute__((constructor)) static void begin(void)
{
	const char *const at = getenv("NO_MEMORY_AT");
	const char *const more = getenv("NO_MEMORY_MORE");

	count_path = getenv("NO_MEMORY_COUNT");
	count = 0;
	if (!at)
		return;
	fails_from = strtoul(at, NULL, 10);
	fails_to = fails_from + (more ? strtoul(more, NULL, 10) : 0);
}

__attribute__((destructor)) static void end(void)
{
	const unsigned long all = count;
	FILE *const file = count_path ? fopen(count_path, "w") : NULL;

	if (file) {
		fprintf(file, "%lu\n", all);
		fclose(file);
	}
}

static int fails(void)
{
	const unsigned long number =
			__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);

	return number >= fails_from && number <= fails_to;
}

static void *allocate(size_t size)
{
	struct head *const head =
			__libc_malloc(sizeof(*head) + size + sizeof(uint64_t));

	if (!head) {
		errno = ENOMEM;
		return NULL;
	}
	*head = (struct head){ size, MARK };
	memcpy((char *)(head + 1) + size, &head->mark, sizeof(head->mark));
	return head + 1;
}

/* NULL is of what was allocated in another way. */
static struct head *head_of(void *memory)
{
	static const char text[] = "no-memory: overwritten\n";
	struct head *const head = (struct head *)memory - 1;

	if (head->mark != MARK)
		return NULL;
	if (!memcmp((char *)memory + head->size, &head->mark,
			    sizeof(head->mark)))
		return head;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		abort();
	abort();
}

void *malloc(size_t size)
{
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return allocate(size);
}

void *calloc(size_t number, size_t size)
{
	void *memory;

	if (size && number > SIZE_MAX / 2 / size) {
		errno = ENOMEM;
		return NULL;
	}
	memory = fails() ? NULL : allocate(number * size);
	if (!memory) {
		errno = ENOMEM;
		return NULL;
	}
	return memset(memory, 0, number * size);
}

void free(void *memory)
{
	struct head *const head = memory ? head_of(memory) : NULL;

	if (head)
		head->mark = 0;
	__libc_free(head ? head : memory);
}

static size_t size_of(void *memory)
{
	const struct head *const head = memory ? head_of(memory) : NULL;

	return head ? head->size : 0;
}

void *realloc(void *memory, size_t size)
{
	const size_t known = size_of(memory);
	void *const more = malloc(size);

	if (!more)
		return NULL;
	if (known)
		memcpy(more, memory, known < size ? known : size);
	free(memory);
	return more;
}

size_t malloc_usable_size(void *memory)
{
	return size_of(memory);
}

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btf.h"

#define MAGIC 0xeb9f
#define MOST ((size_t)64 << 20)

/* sysfs tells no length that can be relied on. */
static int read_all(int fd, struct btf *btf)
{
	size_t room = 0;
	ssize_t n;

	do {
		if (btf->size == room) {
			void *const more = realloc(
					btf->data, room += (size_t)4 << 20);

			if (!more)
				return -1;
			btf->data = more;
		}
		n = read(fd, btf->data + btf->size, room - btf->size);
		btf->size += n > 0 ? n : 0;
	} while (n > 0 && btf->size < MOST);
	return n < 0 ? -1 : 0;
}

static bool is_sound(const struct btf *btf)
{
	const struct btf_header *const header = (const void *)btf->data;
	uint64_t types, names;

	if (btf->size < sizeof(*header) || header->magic != MAGIC)
		return false;
	types = (uint64_t)header->hdr_len + header->type_off;
	names = (uint64_t)header->hdr_len + header->str_off;
	return types % 4 == 0 && types + header->type_len <= btf->size &&
			names + header->str_len <= btf->size &&
			header->str_len &&
			!btf->data[names + header->str_len - 1];
}

int btf_open(struct btf *btf)
{
	const int fd = open(BTF_PATH, O_RDONLY | O_CLOEXEC);

	memset(btf, 0, sizeof(*btf));
	if (fd < 0)
		return -1;
	if (!read_all(fd, btf) && is_sound(btf)) {
		close(fd);
		return 0;
	}
	close(fd);
	btf_close(btf);
	errno = EBADMSG;
	return -1;
}

/* What follows a type, by kind; SIZE_MAX for one that is not known. */
static size_t rest(const struct btf_type *type)
{
	const size_t members = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case 16: /* float */
	case 18: /* type tag */
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case 17: /* declaration tag */
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return members * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return members * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return members * sizeof(struct btf_var_secinfo);
	case 19: /* enum of 64 bits */
		return members * 12;
	}
	return SIZE_MAX;
}

static bool is_named(const struct btf *btf, const struct btf_type *type,
		const char *prefix, const char *name)
{
	const struct btf_header *const header = (const void *)btf->data;
	const size_t length = strlen(prefix);
	const char *text;

	if (type->name_off >= header->str_len)
		return false;
	text = (const char *)btf->data + header->hdr_len + header->str_off +
			type->name_off;
	return !strncmp(text, prefix, length) && !strcmp(text + length, name);
}

uint32_t btf_find(const struct btf *btf, uint32_t kind, const char *prefix,
		const char *name)
{
	const struct btf_header *const header = (const void *)btf->data;
	const unsigned char *at, *end;
	const struct btf_type *type;

	if (!btf->data)
		return 0;
	at = btf->data + header->hdr_len + header->type_off;
	end = at + header->type_len;
	for (uint32_t id = 1; (size_t)(end - at) >= sizeof(*type); id++) {
		type = (const void *)at;
		if (BTF_INFO_KIND(type->info) == kind &&
				is_named(btf, type, prefix, name))
			return id;
		at += sizeof(*type);
		if (rest(type) > (size_t)(end - at))
			return 0;
		at += rest(type);
	}
	return 0;
}

void btf_close(struct btf *btf)
{
	free(btf->data);
	memset(btf, 0, sizeof(*btf));
}

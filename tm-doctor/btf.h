/* The kernel's description of its own types, as far as hooks go by it. */
#ifndef TM_DOCTOR_BTF_H
#define TM_DOCTOR_BTF_H

#include <stddef.h>
#include <stdint.h>

#define BTF_PATH "/sys/kernel/btf/vmlinux"

struct btf {
	unsigned char *data;
	size_t size;
};

/* 0, or -1 with errno, which is EBADMSG where it is not a BTF. */
int btf_open(struct btf *btf);

/* The id of the type of that kind (BTF_KIND_FUNC ...) and name, which is put
 * together of both texts; 0 = none. */
uint32_t btf_find(const struct btf *btf, uint32_t kind, const char *prefix,
		const char *name);

void btf_close(struct btf *btf);

#endif

/* A kernel before 6.6 for tests: it knows no links of tcx. */
#include <dlfcn.h>
#include <errno.h>

#define TCX_INGRESS 46
#define TCX_EGRESS 47

int bpf_link_create(int program, int target, int type, const void *options)
{
	int (*const create)(int, int, int, const void *) =
		dlsym(RTLD_NEXT, "bpf_link_create");

	if (type != TCX_INGRESS && type != TCX_EGRESS)
		return create(program, target, type, options);
	errno = EINVAL;
	return -EINVAL;
}

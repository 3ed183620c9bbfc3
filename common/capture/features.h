/* What of the kernel tm-capture uses, in one table: tm-capture loads by it and
 * reports from it what is missing, tm-doctor tries each. */
#ifndef TM_CAPTURE_FEATURES_H
#define TM_CAPTURE_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of enum bpf_attach_type; newer than many headers. */
#define TM_TCX_INGRESS 46
#define TM_TCX_EGRESS 47

/* The first letters of the names of tm-capture's programs on interfaces. */
#define TM_TC_PREFIX "tm_tc_"

/* What a program is attached to. */
enum tm_feature_place {
	TM_AT_NOTHING, /* it is only loaded */
	TM_AT_CGROUP,
	TM_AT_TRACEPOINT, /* of the name after the slash, by BTF */
	TM_AT_ITERATOR,	  /* the same */
	TM_AT_TCX,
	TM_AT_CLSACT,
};

struct tm_feature_map {
	uint32_t type; /* enum bpf_map_type, 0 = none */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t entries;
	uint32_t flags;
};

struct tm_feature {
	const char *name;
	uint32_t hook; /* enum tm_hook: what is not loaded without it */
	enum tm_feature_place place;
	uint32_t program, attach; /* enum bpf_prog_type, bpf_attach_type */
	uint32_t helpers[2]; /* enum bpf_func_id: the program calls these */
	struct tm_feature_map maps[3];
	const char *member;   /* of a type of the kernel, as "type.member" */
	const char *function; /* of the kernel, which the program calls */
	bool is_needed;	      /* without it nothing is captured */
	bool takes_perfmon;   /* without CAP_PERFMON it cannot be tried */
	const char *cost;     /* of its lack */
	const char *since;    /* the first kernel that has it, NULL = any */
	const char *with;     /* what that one has to be built with, or NULL */
	const char *fix;      /* unless a kernel is, NULL = it is */
};

extern const struct tm_feature tm_features[];
extern const size_t tm_feature_count;

#endif

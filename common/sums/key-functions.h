/* What the table in key.c points to and files beside it define. */
#ifndef TM_SUMS_KEY_FUNCTIONS_H
#define TM_SUMS_KEY_FUNCTIONS_H

#include "common/base/number.h"
#include "key.h"

static inline void tm_label_set(struct tm_label *label, enum tm_label_sort sort,
		const char *text)
{
	label->sort = sort;
	label->text = text;
}

static inline void tm_label_digits(struct tm_label *label,
		enum tm_label_sort sort, uint64_t number)
{
	*tm_number_format(label->room, number) = '\0';
	tm_label_set(label, sort, label->room);
}

/* A uid as a value, and its label. */
uint64_t tm_key_uid(const struct tm_key_sources *sources, uint32_t uid);
tm_key_label_fn tm_key_label_uid;

/* --- key-named.c: ids that have recorded names --- */

tm_key_extract_fn tm_key_extract_cgroup, tm_key_extract_interface;
tm_key_label_fn tm_key_label_cgroup, tm_key_label_interface;
tm_key_settle_fn tm_key_settle_cgroup, tm_key_settle_interface;

/* --- key-ports.c --- */

tm_key_extract_fn tm_key_extract_port, tm_key_extract_source_port,
		tm_key_extract_destination_port, tm_key_extract_local_port,
		tm_key_extract_remote_port, tm_key_extract_protocol,
		tm_key_extract_service;
tm_key_label_fn tm_key_label_protocol, tm_key_label_service;
tm_key_settle_fn tm_key_settle_port;

/* --- key-facts.c: numbers of tm_names_fact, and what else names know --- */

tm_key_extract_fn tm_key_extract_job, tm_key_extract_step, tm_key_extract_unit,
		tm_key_extract_container, tm_key_extract_session,
		tm_key_extract_workload, tm_key_extract_command,
		tm_key_extract_host, tm_key_extract_project,
		tm_key_extract_login;
tm_key_label_fn tm_key_label_fact, tm_key_label_login, tm_key_label_arguments;

#endif

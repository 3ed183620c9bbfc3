#include <stdio.h>

#include "common/capture/features.h"
#include "missing-features.h"

static void report_missing_buffer(const struct programs *programs,
		void say_missing(const char *what))
{
	if (!programs->knows_buffer)
		say_missing(programs->meter == TM_HOOK_CGROUP_SKB
						? "access to sk_buff: a fragmented packet "
						  "counts as one, and --l2 adds nothing"
						: "access to sk_buff: the length of the "
						  "link header is assumed");
	if (programs->meter == TM_HOOK_TCX && !programs->finds_receivers)
		say_missing("bpf_sk_lookup_tcp: inbound traffic has no owner and "
			    "is not distinguished from forwarded traffic");
}

/* The hooks, and the one feature that is no hook but a function. */
static bool feature_is_used(const struct programs *programs,
		const struct tm_feature *feature)
{
	if (feature->function)
		return programs->meter != TM_HOOK_CGROUP_SKB ||
				programs->knows_result;
	return !feature->hook || programs->hooks & feature->hook;
}

static void report_missing_feature(const struct programs *programs,
		const struct tm_feature *feature,
		void say_missing(const char *what))
{
	char text[PROGRAMS_PROBLEM];

	if (feature_is_used(programs, feature))
		return;
	snprintf(text, sizeof(text), "%s: %s", feature->name, feature->cost);
	say_missing(text);
}

void missing_features_say(const struct programs *programs,
		void say_missing(const char *what))
{
	if (!programs->knows_task) {
		say_missing("CAP_PERFMON or access to kernel memory: the owner "
			    "is the user of the socket, and unattributed traffic "
			    "is not measured");
		report_missing_buffer(programs, say_missing);
		return;
	}
	if (!(programs->hooks & TM_HOOK_CGROUP_SKB))
		say_missing("cgroup_skb/egress: traffic of an inherited or passed "
			    "socket is charged to its creator");
	for (size_t i = 0; i < tm_feature_count; i++)
		report_missing_feature(programs, &tm_features[i], say_missing);
	report_missing_buffer(programs, say_missing);
}

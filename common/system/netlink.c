#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/record/event.h"
#include "netlink.h"

#define REPLY_SIZE 65536
#define PATIENCE_S 2
#define NAME_SIZE 128 /* of an alternative name, with its NUL */

typedef void answer_fn(void *context, const struct nlmsghdr *message);

static int open_route(void)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	const int fd = socket(
			AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				sizeof(patience));
	return fd;
}

/* Reads answers until the last: 0, or -1 with errno. */
static int receive(int fd, answer_fn *answer, void *context)
{
	static char reply[REPLY_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *message;
	ssize_t n;

	while ((n = recv(fd, reply, sizeof(reply), 0)) > 0) {
		for (message = (const void *)reply; NLMSG_OK(message, n);
				message = NLMSG_NEXT(message, n)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return 0;
			if (message->nlmsg_type == NLMSG_ERROR) {
				const struct nlmsgerr *const error =
						NLMSG_DATA(message);

				errno = -error->error;
				return error->error ? -1 : 0;
			}
			answer(context, message);
			if (!(message->nlmsg_flags & NLM_F_MULTI))
				return 0;
		}
	}
	return -1;
}

static int netlink_ask(const void *request, size_t size, answer_fn *answer,
		void *context)
{
	const int fd = open_route();
	int result = -1, error;

	if (fd < 0)
		return -1;
	if (send(fd, request, size, 0) == (ssize_t)size)
		result = receive(fd, answer, context);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

/* The first attribute of that type, NULL if there is none. */
static const struct rtattr *attribute_find(
		const struct rtattr *attribute, int length, unsigned short type)
{
	for (; RTA_OK(attribute, length);
			attribute = RTA_NEXT(attribute, length)) {
		if ((attribute->rta_type & NLA_TYPE_MASK) == type)
			return attribute;
	}
	return NULL;
}

static const struct rtattr *find_inside(
		const struct rtattr *attribute, unsigned short type)
{
	return attribute ? attribute_find(RTA_DATA(attribute),
					   RTA_PAYLOAD(attribute), type)
			 : NULL;
}

static uint32_t attribute_number(const struct rtattr *attribute)
{
	uint32_t value = 0;

	if (attribute && RTA_PAYLOAD(attribute) >= sizeof(value))
		memcpy(&value, RTA_DATA(attribute), sizeof(value));
	return value;
}

static void attribute_copy(
		char *out, size_t size, const struct rtattr *attribute)
{
	size_t length = attribute ? RTA_PAYLOAD(attribute) : 0;

	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(out, RTA_DATA(attribute), length);
	out[length] = '\0';
}

struct search {
	struct tm_tc_filter filter;
	void (*found)(void *context, const struct tm_tc_filter *filter);
	void *context;
};

static void netlink_on_filter(void *context, const struct nlmsghdr *message)
{
	struct search *const search = context;
	const struct tcmsg *const tc = NLMSG_DATA(message);
	const struct rtattr *const first = TCA_RTA(tc);
	const int length = TCA_PAYLOAD(message);
	const struct rtattr *const kind =
			attribute_find(first, length, TCA_KIND);
	const struct rtattr *options;

	/* the head of a chain has no handle */
	if (message->nlmsg_type != RTM_NEWTFILTER || !tc->tcm_handle || !kind)
		return;
	search->filter.program = 0;
	*search->filter.name = '\0';
	if (RTA_PAYLOAD(kind) >= sizeof("bpf") &&
			!memcmp(RTA_DATA(kind), "bpf", sizeof("bpf"))) {
		options = attribute_find(first, length, TCA_OPTIONS);
		search->filter.program = attribute_number(
				find_inside(options, TCA_BPF_ID));
		attribute_copy(search->filter.name, TM_FILTER_NAME,
				find_inside(options, TCA_BPF_NAME));
	}
	search->filter.handle = tc->tcm_handle;
	search->filter.preference = tc->tcm_info >> 16;
	search->found(search->context, &search->filter);
}

int tm_netlink_filters(uint32_t ifindex,
		void found(void *context, const struct tm_tc_filter *filter),
		void *context)
{
	struct search search = { .found = found, .context = context };
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETTFILTER,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.tc = { .tcm_ifindex = ifindex },
	};

	search.filter.ifindex = ifindex;
	for (int is_out = 0; is_out < 2; is_out++) {
		search.filter.is_in = !is_out;
		request.tc.tcm_parent = TC_H_MAKE(TC_H_CLSACT,
				search.filter.is_in ? TC_H_MIN_INGRESS
						    : TC_H_MIN_EGRESS);
		if (netlink_ask(&request, sizeof(request), netlink_on_filter,
				    &search))
			return -1;
	}
	return 0;
}

struct walk {
	void (*found)(void *context, const struct tm_link *link);
	void *context;
};

static void link_count(struct tm_link *link, const struct rtattr *attribute)
{
	struct rtnl_link_stats64 counters = { 0 };
	size_t size = attribute ? RTA_PAYLOAD(attribute) : 0;

	/* newer kernels have more */
	if (size > sizeof(counters))
		size = sizeof(counters);
	if (size)
		memcpy(&counters, RTA_DATA(attribute), size);
	link->packets[TM_IN] = counters.rx_packets;
	link->bytes[TM_IN] = counters.rx_bytes;
	link->packets[TM_OUT] = counters.tx_packets;
	link->bytes[TM_OUT] = counters.tx_bytes;
}

static void on_any_link(void *context, const struct nlmsghdr *message)
{
	const struct walk *const walk = context;
	const struct ifinfomsg *const found = NLMSG_DATA(message);
	const struct rtattr *const first = IFLA_RTA(found);
	const int length = IFLA_PAYLOAD(message);
	struct tm_link link = { .ifindex = found->ifi_index,
		.type = found->ifi_type,
		.is_up = found->ifi_flags & IFF_UP };

	if (message->nlmsg_type != RTM_NEWLINK)
		return;
	if (!attribute_find(first, length, IFLA_LINK_NETNSID))
		link.lower = attribute_number(
				attribute_find(first, length, IFLA_LINK));
	link.master = attribute_number(
			attribute_find(first, length, IFLA_MASTER));
	attribute_copy(link.name, sizeof(link.name),
			attribute_find(first, length, IFLA_IFNAME));
	attribute_copy(link.kind, sizeof(link.kind),
			find_inside(attribute_find(first, length,
						    IFLA_LINKINFO),
					IFLA_INFO_KIND));
	link_count(&link, attribute_find(first, length, IFLA_STATS64));
	walk->found(walk->context, &link);
}

int tm_netlink_links(void found(void *context, const struct tm_link *link),
		void *context)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETLINK,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	struct walk walk = { found, context };

	return netlink_ask(&request, sizeof(request), on_any_link, &walk);
}

static void copy_link(void *context, const struct tm_link *link)
{
	*(struct tm_link *)context = *link;
}

int tm_netlink_link(const char *name, uint32_t ifindex, struct tm_link *link)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
		struct rtattr attribute;
		char name[NAME_SIZE];
	} request = {
		.header = { .nlmsg_type = RTM_GETLINK,
				.nlmsg_flags = NLM_F_REQUEST },
		.link = { .ifi_index = ifindex },
	};
	const size_t size = name ? strlen(name) + 1 : 0;
	struct walk walk = { copy_link, link };

	errno = ENODEV;
	if (size > sizeof(request.name))
		return -1;
	request.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	if (name) {
		request.header.nlmsg_len += RTA_SPACE(size);
		memcpy(request.name, name, size);
	}
	request.attribute = (struct rtattr){ RTA_LENGTH(size),
		size <= IF_NAMESIZE ? IFLA_IFNAME : IFLA_ALT_IFNAME };
	return netlink_ask(&request, sizeof(request), on_any_link, &walk);
}

int tm_netlink_watch(void)
{
	const struct sockaddr_nl links = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK };
	const int fd = socket(AF_NETLINK,
			SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || !bind(fd, (const void *)&links, sizeof(links)))
		return fd;
	close(fd);
	return -1;
}

bool tm_netlink_changes(int fd, bool *is_complete,
		void removed(void *context, uint32_t ifindex), void *context)
{
	static char news[REPLY_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *message;
	const struct ifinfomsg *link;
	bool is_any = false;
	ssize_t n;

	*is_complete = true;
	while ((n = recv(fd, news, sizeof(news), 0)) > 0 || errno == ENOBUFS) {
		is_any = true;
		*is_complete = *is_complete && n > 0;
		for (message = (const void *)news; NLMSG_OK(message, n);
				message = NLMSG_NEXT(message, n)) {
			link = NLMSG_DATA(message);
			/* a port that leaves its bridge is not gone */
			if (message->nlmsg_type == RTM_DELLINK &&
					link->ifi_family == AF_UNSPEC)
				removed(context, link->ifi_index);
		}
	}
	return is_any;
}

static void on_link(void *context, const struct nlmsghdr *message)
{
	const struct ifinfomsg *const link = NLMSG_DATA(message);

	if (message->nlmsg_type == RTM_NEWLINK)
		*(uint32_t *)context = attribute_number(find_inside(
				attribute_find(IFLA_RTA(link),
						IFLA_PAYLOAD(message),
						IFLA_XDP),
				IFLA_XDP_PROG_ID));
}

uint32_t tm_netlink_xdp(uint32_t ifindex)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETLINK,
				.nlmsg_flags = NLM_F_REQUEST },
		.link = { .ifi_index = ifindex },
	};
	uint32_t id = 0;

	netlink_ask(&request, sizeof(request), on_link, &id);
	return id;
}

static void ignore(void *context, const struct nlmsghdr *message)
{
	(void)context;
	(void)message;
}

static int change_clsact(uint32_t ifindex, uint16_t type, uint16_t flags)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
		struct rtattr kind;
		char name[8];
	} request = {
		.header = { .nlmsg_type = type,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
						flags },
		.tc = { .tcm_ifindex = ifindex,
				.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
				.tcm_parent = TC_H_CLSACT },
		.kind = { RTA_LENGTH(sizeof("clsact")), TCA_KIND },
		.name = "clsact",
	};

	request.header.nlmsg_len = sizeof(request);
	return netlink_ask(&request, sizeof(request), ignore, NULL);
}

int tm_netlink_add_clsact(uint32_t ifindex)
{
	return change_clsact(ifindex, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
}

int tm_netlink_remove_clsact(uint32_t ifindex)
{
	return change_clsact(ifindex, RTM_DELQDISC, 0);
}

static struct tcmsg place_of(const struct tm_tc_filter *filter)
{
	return (struct tcmsg){
		.tcm_ifindex = filter->ifindex,
		.tcm_handle = filter->handle,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT,
				filter->is_in ? TC_H_MIN_INGRESS
					      : TC_H_MIN_EGRESS),
		.tcm_info = TC_H_MAKE((uint32_t)filter->preference << 16,
				htons(ETH_P_ALL)),
	};
}

int tm_netlink_add_filter(const struct tm_tc_filter *filter, int program)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
		struct rtattr kind;
		char bpf[4];
		struct rtattr options, fd;
		uint32_t program;
		struct rtattr flags;
		uint32_t is_direct;
		struct rtattr name;
		char text[TM_FILTER_NAME];
	} request = {
		.header = { .nlmsg_type = RTM_NEWTFILTER,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
						NLM_F_CREATE | NLM_F_EXCL },
		.tc = place_of(filter),
		.kind = { RTA_LENGTH(sizeof("bpf")), TCA_KIND },
		.bpf = "bpf",
		.fd = { RTA_LENGTH(sizeof(uint32_t)), TCA_BPF_FD },
		.program = program,
		.flags = { RTA_LENGTH(sizeof(uint32_t)), TCA_BPF_FLAGS },
		.is_direct = TCA_BPF_FLAG_ACT_DIRECT,
		.name = { RTA_LENGTH(TM_FILTER_NAME), TCA_BPF_NAME },
	};

	memcpy(request.text, filter->name, TM_FILTER_NAME - 1);
	request.options.rta_type = TCA_OPTIONS;
	request.options.rta_len = sizeof(request) -
			offsetof(__typeof__(request), options);
	request.header.nlmsg_len = sizeof(request);
	return netlink_ask(&request, sizeof(request), ignore, NULL);
}

int tm_netlink_remove_filter(const struct tm_tc_filter *filter)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
		struct rtattr kind;
		char bpf[4];
	} request = {
		.header = { .nlmsg_type = RTM_DELTFILTER,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.tc = place_of(filter),
		.kind = { RTA_LENGTH(sizeof("bpf")), TCA_KIND },
		.bpf = "bpf",
	};

	request.header.nlmsg_len = sizeof(request);
	return netlink_ask(&request, sizeof(request), ignore, NULL);
}

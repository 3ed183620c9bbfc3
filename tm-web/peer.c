#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

static int diag = -1; /* the kernel's answers about sockets: sock_diag(7) */

int peer_start(void)
{
	diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	return diag < 0 ? -1 : 0;
}

/* One end of a connection. The kernel keeps IPv4-mapped addresses as IPv4. */
struct end {
	sa_family_t family;
	in_port_t port;
	uint32_t words[4];
};

typedef int name_fn(int, struct sockaddr *, socklen_t *);

static bool end_get(struct end *end, int connection, name_fn *get)
{
	struct sockaddr_in6 address = { 0 };
	const struct sockaddr_in *const ipv4 = (const void *)&address;
	socklen_t size = sizeof(address);

	*end = (struct end){ 0 };
	if (get(connection, (void *)&address, &size))
		return false;
	end->family = address.sin6_family;
	end->port = address.sin6_port; /* sin_port is there, too */
	if (end->family == AF_INET) {
		end->words[0] = ipv4->sin_addr.s_addr;
	} else if (end->family != AF_INET6) {
		return false;
	} else if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
		end->family = AF_INET;
		memcpy(end->words, &address.sin6_addr.s6_addr[12], 4);
	} else {
		memcpy(end->words, &address.sin6_addr, 16);
	}
	return true;
}

struct question {
	struct nlmsghdr header;
	struct inet_diag_req_v2 request;
};

/* Asks for the socket at the other end of our connection. */
static struct question question_about(
		const struct end *other, const struct end *own)
{
	struct question question = {
		.header = { .nlmsg_len = sizeof(question),
				.nlmsg_type = SOCK_DIAG_BY_FAMILY,
				.nlmsg_flags = NLM_F_REQUEST },
		.request = { .sdiag_family = other->family,
				.sdiag_protocol = IPPROTO_TCP,
				.idiag_states = ~0U },
	};
	struct inet_diag_sockid *const id = &question.request.id;

	id->idiag_sport = other->port;
	id->idiag_dport = own->port;
	memcpy(id->idiag_src, other->words, sizeof(id->idiag_src));
	memcpy(id->idiag_dst, own->words, sizeof(id->idiag_dst));
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return question;
}

/* If there is no such connection, the kernel may return a listening socket. If
 * every process has closed the socket, it reports root as the owner. */
static bool is_answer(const struct inet_diag_msg *answer,
		const struct question *question)
{
	return answer->idiag_state != TCP_LISTEN && answer->idiag_inode &&
			answer->id.idiag_sport ==
			question->request.id.idiag_sport &&
			answer->id.idiag_dport ==
			question->request.id.idiag_dport;
}

static bool find_tcp_user(int connection, uint32_t *uid)
{
	static uint32_t number;
	struct question question;
	struct end other, own;
	union {
		struct nlmsghdr header;
		char bytes[4096];
	} reply;
	const struct inet_diag_msg *const answer = NLMSG_DATA(&reply.header);
	ssize_t size;

	if (diag < 0 || !end_get(&other, connection, getpeername) ||
			!end_get(&own, connection, getsockname))
		return false;
	question = question_about(&other, &own);
	question.header.nlmsg_seq = ++number;
	if (send(diag, &question, sizeof(question), 0) < 0)
		return false;
	/* the kernel queues the reply before send() returns */
	do
		size = recv(diag, &reply, sizeof(reply), MSG_DONTWAIT);
	while (size > 0 && reply.header.nlmsg_seq != number);
	if (size < (ssize_t)NLMSG_LENGTH(sizeof(*answer)) ||
			reply.header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
			!is_answer(answer, &question))
		return false;
	*uid = answer->idiag_uid;
	return true;
}

bool peer_find_user(int connection, uint32_t *uid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (!getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
			peer.uid != (uid_t)-1) {
		*uid = peer.uid;
		return true;
	}
	return find_tcp_user(connection, uid);
}

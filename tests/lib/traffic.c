/* Sends known traffic, as a user of choice, for two minutes at most:
 *   traffic udp ADDRESS PORT COUNT SIZE [UID]   COUNT datagrams
 *   traffic tcp ADDRESS PORT BYTES [UID]        one connection
 *   traffic sink ADDRESS PORT                   accepts one, prints its bytes
 *   traffic short ADDRESS PORT COUNT BYTES [UID]  COUNT connections to itself
 *   traffic sweep ADDRESS PORT FROM TO          a datagram of each size
 *   traffic drain ADDRESS PORT                  takes datagrams until killed
 *   traffic hosts PORT COUNT SIZE HOSTS   COUNT datagrams of one socket, to so
 *                                         many hosts 127.1.y.z in turn
 *   traffic many ADDRESS PORT SOCKETS SECONDS TURN   a datagram of each socket,
 *           again after TURN ms; prints their number, and the longest time of
 *           one in us
 * With -s SIZE before it datagrams are cut by UDP_SEGMENT, with -o they have
 * IPv6 destination options, with -c their socket is connected.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char block[65536];
static int segment;
static bool has_options;
static bool connects;

static void become(const char *uid)
{
	if (uid && (setgid(atoi(uid)) || setuid(atoi(uid))))
		err(1, "uid %s", uid);
}

static socklen_t parse(struct sockaddr_storage *to, char *host, char *port)
{
	struct sockaddr_in *const v4 = (void *)to;
	struct sockaddr_in6 *const v6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(atoi(port));
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		errx(2, "%s: not an address", host);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(atoi(port));
	return sizeof(*v6);
}

static void set(int fd, int level, int name, const void *value, socklen_t size)
{
	if (setsockopt(fd, level, name, value, size))
		err(1, "setsockopt");
}

static int datagrams(int family)
{
	/* a header of 8 bytes that holds but padding */
	static const char options[8] = { 0, 0, 1, 4 };
	const int fd = socket(family, SOCK_DGRAM, 0);

	if (segment)
		set(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	if (has_options)
		set(fd, SOL_IPV6, IPV6_DSTOPTS, options, sizeof(options));
	return fd;
}

static int sweep(char **argv)
{
	struct sockaddr_storage to;
	const socklen_t size = parse(&to, argv[0], argv[1]);
	const int fd = datagrams(to.ss_family);
	const long last = atol(argv[3]);

	for (long bytes = atol(argv[2]); bytes <= last; bytes++) {
		if (sendto(fd, block, bytes, 0, (void *)&to, size) != bytes)
			err(1, "sendto");
	}
	return 0;
}

static int drain(char **argv)
{
	struct sockaddr_storage at;
	const socklen_t size = parse(&at, argv[0], argv[1]);
	const int fd = datagrams(at.ss_family), room = 64 << 20;

	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, (void *)&at, size))
		err(1, "bind");
	while (read(fd, block, sizeof(block)) >= 0)
		;
	return 1;
}

static int udp(char **argv)
{
	struct sockaddr_storage to;
	const socklen_t size = parse(&to, argv[0], argv[1]);
	const int fd = datagrams(to.ss_family);
	const long count = atol(argv[2]), bytes = atol(argv[3]);

	if (connects && connect(fd, (void *)&to, size))
		err(1, "connect");
	for (long i = 0; i < count; i++) {
		if (connects) {
			/* or the answer that nobody is there */
			if (send(fd, block, bytes, 0) < 0)
				(void)!send(fd, block, bytes, 0);
		} else if (sendto(fd, block, bytes, 0, (void *)&to, size) !=
				bytes)
			err(1, "sendto");
	}
	return 0;
}

static struct sockaddr_in host(unsigned int number, int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(127 << 24 | number),
	};
}

static int hosts(char **argv)
{
	const int fd = datagrams(AF_INET), port = atoi(argv[0]);
	const long count = atol(argv[1]), bytes = atol(argv[2]);
	const long hosts = atol(argv[3]);

	for (long i = 0; i < count; i++) {
		const struct sockaddr_in to = host(0x10001 + i % hosts, port);

		if (sendto(fd, block, bytes, 0, (void *)&to, sizeof(to)) !=
				bytes)
			err(1, "sendto");
	}
	return 0;
}

/* One address has not enough ports for all of them, nor for other processes. */
static int *open_many(long count, char *address, char *port)
{
	struct sockaddr_storage to;
	const socklen_t size = parse(&to, address, port);
	const unsigned int first = 0x800000 | (getpid() * 4 & 0x7fffff);
	int *const fds = calloc(count, sizeof(*fds));

	if (!fds)
		err(1, NULL);
	for (long i = 0; i < count; i++) {
		const struct sockaddr_in from = host(first + i / 10000, 0);

		fds[i] = datagrams(AF_INET);
		if (fds[i] < 0 || bind(fds[i], (void *)&from, sizeof(from)) ||
				connect(fds[i], (void *)&to, size))
			err(1, "socket %ld", i);
	}
	return fds;
}

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static int many(char **argv)
{
	const long count = atol(argv[2]), span_us = atol(argv[3]) * 1000000;
	const long turn_us = atol(argv[4]) * 1000;
	const int *const fds = open_many(count, argv[0], argv[1]);
	const long start = now_us();
	long sent = 0, longest = 0, before, after;

	do {
		before = now_us();
		if (send(fds[sent++ % count], block, 64, 0) < 0)
			err(1, "send");
		after = now_us();
		if (after - before > longest)
			longest = after - before;
		if (turn_us && sent % count == 0)
			usleep(turn_us);
	} while (after - start < span_us);
	printf("%ld %ld\n", sent, longest);
	return 0;
}

static int tcp(char **argv)
{
	struct sockaddr_storage to;
	const socklen_t size = parse(&to, argv[0], argv[1]);
	const int fd = socket(to.ss_family, SOCK_STREAM, 0);
	long left = atol(argv[2]);

	for (int tries = 0; connect(fd, (void *)&to, size); tries++) {
		if (tries == 100)
			err(1, "connect");
		usleep(20000);
	}
	while (left > 0) {
		const ssize_t n = write(fd, block,
				left < (long)sizeof(block) ? (size_t)left
							   : sizeof(block));

		if (n < 0)
			err(1, "write");
		left -= n;
	}
	shutdown(fd, SHUT_WR);
	return read(fd, block, 1) != 0;
}

static int sink(char **argv)
{
	struct sockaddr_storage at;
	const socklen_t size = parse(&at, argv[0], argv[1]);
	const int fd = socket(at.ss_family, SOCK_STREAM, 0), on = 1;
	long total = 0;
	ssize_t n;
	int connection;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (void *)&at, size) || listen(fd, 1))
		err(1, "listen");
	connection = accept(fd, NULL, NULL);
	while ((n = read(connection, block, sizeof(block))) > 0)
		total += n;
	printf("%ld\n", total);
	return n < 0;
}

static int brief(char **argv)
{
	struct sockaddr_storage at;
	const socklen_t size = parse(&at, argv[0], argv[1]);
	const int listener = socket(at.ss_family, SOCK_STREAM, 0), on = 1;
	const struct linger no_wait = { .l_onoff = 1 };
	const long count = atol(argv[2]);
	const ssize_t bytes = atol(argv[3]);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (void *)&at, size) || listen(listener, 16))
		err(1, "listen");
	for (long i = 0; i < count; i++) {
		const int fd = socket(at.ss_family, SOCK_STREAM, 0);
		int peer;

		if (connect(fd, (void *)&at, size))
			err(1, "connect");
		peer = accept(listener, NULL, NULL);
		if (write(fd, block, bytes) != bytes)
			err(1, "write");
		if (recv(peer, block, bytes, MSG_WAITALL) != bytes)
			err(1, "recv");
		/* most are reset, so that ports do not run out */
		if (i % 8)
			setsockopt(peer, SOL_SOCKET, SO_LINGER, &no_wait,
					sizeof(no_wait));
		close(peer);
		close(fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *const slower = getenv("SLOWER"); /* in emulation */
	int option;

	while ((option = getopt(argc, argv, "+s:oc")) != -1) {
		if (option == '?')
			return 2;
		if (option == 's')
			segment = atoi(optarg);
		else if (option == 'c')
			connects = true;
		else
			has_options = true;
	}
	alarm(120 * (slower ? atoi(slower) : 1));
	argc -= optind - 1;
	argv += optind - 1;
	if (argc >= 6 && !strcmp(argv[1], "udp"))
		return become(argv[6]), udp(argv + 2);
	if (argc >= 5 && !strcmp(argv[1], "tcp"))
		return become(argv[5]), tcp(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "sink"))
		return sink(argv + 2);
	if (argc >= 6 && !strcmp(argv[1], "short"))
		return become(argv[6]), brief(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "sweep"))
		return sweep(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "hosts"))
		return hosts(argv + 2);
	if (argc == 7 && !strcmp(argv[1], "many"))
		return many(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "drain"))
		return drain(argv + 2);
	errx(2, "see the head of tests/lib/traffic.c");
}

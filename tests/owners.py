"""Moves data in ways that name the wrong user where one only asks the socket.

usage: owners.py CASE     the users are ALICE and BOB, root does the rest
       owners.py --list   a line for each case: name, what happens, direction
                          and user of the bytes in question"""

import array
import os
import socket
import sys
import time

ALICE, BOB = 541001, 541002
AMOUNT = 200_000


def become(uid):
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def child(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return pid


def join(*pids):
    for pid in pids:
        os.waitpid(pid, 0)


def receive(connection):
    got = 0
    while got < AMOUNT:
        got += len(connection.recv(65536))


def client(work):
    def connect():
        become(BOB)
        with socket.socket() as connection:
            connection.connect(("127.0.0.1", 7701))
            work(connection)

    return child(connect)


def daemon(work):
    """root accepts, a child becomes ALICE and works: sshd's pattern."""
    listener = socket.create_server(("127.0.0.1", 7701))
    peer = client(PEER[work])
    connection, _ = listener.accept()

    def serve():
        become(ALICE)
        work(connection)
        # what is still to be sent would go out when root closes
        connection.shutdown(socket.SHUT_WR)

    join(child(serve))
    connection.close()
    join(peer)


def send(connection):
    connection.sendall(b"x" * AMOUNT)


def greet_and_send(connection):
    """Something small first, as protocols do, so that the reader has read."""
    connection.sendall(b"x" * 100)
    time.sleep(0.2)
    connection.sendall(b"x" * (AMOUNT - 100))


PEER = {send: receive, receive: greet_and_send}


def setuid_after_socket():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    become(ALICE)
    for _ in range(100):
        sender.sendto(b"x" * 972, ("127.0.0.1", 9))


def scm_rights():
    here, there = socket.socketpair(socket.AF_UNIX)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def take():
        become(ALICE)
        _, rights, _, _ = there.recvmsg(1, socket.CMSG_SPACE(4))
        fds = array.array("i", rights[0][2][:4])
        taken = socket.socket(fileno=fds[0])
        for _ in range(100):
            taken.sendto(b"x" * 972, ("127.0.0.1", 9))

    taker = child(take)
    here.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                           array.array("i", [sender.fileno()]))])
    join(taker)


def older():
    """Opens its socket at once, sends once it is told to on standard input."""
    become(ALICE)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", 9))
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(100):
        try:
            sender.send(b"x" * 972)
        except ConnectionRefusedError:
            sender.send(b"x" * 972)


def only_receives():
    """ALICE's socket, read by BOB, who got it at birth."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    receiver.bind(("127.0.0.1", 7702))

    def read():
        become(BOB)
        for _ in range(101):
            receiver.recv(2000)

    reader = child(read)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"x" * 972, ("127.0.0.1", 7702))
    time.sleep(0.2)
    for _ in range(100):
        sender.sendto(b"x" * 972, ("127.0.0.1", 7702))
    join(reader)


def datagrams(sender, to=("127.0.0.1", 9)):
    for _ in range(100):
        sender.sendto(b"x" * 972, to)


def fork():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send_as_alice():
        become(ALICE)
        datagrams(sender)

    join(child(send_as_alice))


def real_nobody():
    become(65534)
    datagrams(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))


def sends_file(connection):
    with open(__file__, "rb") as source:
        sent = 0
        while sent < AMOUNT:
            sent += os.sendfile(connection.fileno(), source.fileno(), 0, 4000)


def splices(connection):
    reader, writer = os.pipe()
    sent = 0
    while sent < AMOUNT:
        os.write(writer, b"x" * 4000)
        sent += os.splice(reader, connection.fileno(), 4000)


def raw():
    """Echo requests by a raw socket that root made and ALICE uses."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                           socket.IPPROTO_ICMP)
    become(ALICE)
    # type 8, code 0, checksum of a request with no data, id 0, sequence 0
    for _ in range(100):
        sender.sendto(b"\x08\x00\xf7\xff\x00\x00\x00\x00", ("127.0.0.1", 0))


def multicast():
    group = ("239.255.0.1", 7703)
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(group)
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton(group[0]) +
                        socket.inet_aton("127.0.0.1"))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                      socket.inet_aton("127.0.0.1"))
    become(ALICE)
    datagrams(sender, group)


PEER[sends_file] = PEER[splices] = receive

# What each does, and whose the bytes of that direction are. Those of a daemon
# are the server's end alone: its port is 7701.
CASES = {
    "fork": ("root makes a socket, a child that becomes the user sends",
             fork, "out", ALICE),
    "setuid": ("a process makes a socket as root, becomes the user and sends",
               setuid_after_socket, "out", ALICE),
    "daemon-sends": ("root accepts, a child that becomes the user sends",
                     lambda: daemon(send), "out", ALICE),
    "daemon-receives": ("root accepts, a child that becomes the user receives",
                        lambda: daemon(receive), "in", ALICE),
    "sendfile": ("the same, by sendfile(2)",
                 lambda: daemon(sends_file), "out", ALICE),
    "splice": ("the same, by splice(2)",
               lambda: daemon(splices), "out", ALICE),
    "scm-rights": ("root hands a socket over, the user sends",
                   scm_rights, "out", ALICE),
    "only-receives": ("root makes a socket, a user reads it",
                      only_receives, "in", BOB),
    "real-nobody": ("a process of the user 65534 sends",
                    real_nobody, "out", 65534),
    "raw": ("root makes a raw socket, becomes the user and sends",
            raw, "out", ALICE),
    "multicast": ("the user sends to a group", multicast, "out", ALICE),
    "older": ("a user sends by a socket older than the capture",
              older, "out", ALICE),
}

if sys.argv[1] == "--list":
    for name, (what, _, direction, user) in CASES.items():
        print(name, what, direction, user, sep="\t")
else:
    CASES[sys.argv[1]][1]()

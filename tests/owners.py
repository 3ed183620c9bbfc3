"""Moves data in ways that name the wrong user where one only asks the socket.

usage: owners.py CASE; the users are ALICE and BOB, root does the rest."""

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

    join(child(serve))
    connection.close()
    join(peer)


def send(connection):
    connection.sendall(b"x" * AMOUNT)


PEER = {send: receive, receive: send}


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


CASES = {
    "daemon-sends": lambda: daemon(send),
    "daemon-receives": lambda: daemon(receive),
    "setuid": setuid_after_socket,
    "scm-rights": scm_rights,
    "older": older,
    "only-receives": only_receives,
}

CASES[sys.argv[1]]()

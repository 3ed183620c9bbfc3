"""Moves data in ways that name the wrong user where one only asks the socket.

usage: owners.py CASE     once told to on standard input; the users are ALICE
                          and BOB, root does the rest
       owners.py --list   a line for each case: name, what happens, what is
                          sent, direction and user of the bytes in question,
                          and a jq(1) filter that finds them"""

import array
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ALICE, BOB, NOBODY = 541001, 541002, 4294967295
AMOUNT = 200_000
# than a machine that is not emulated
SLOWER = int(os.environ.get("SLOWER", 1))


def become(uid):
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def pause(seconds):
    time.sleep(seconds * SLOWER)


def wait_for_start():
    sys.stdin.readline()


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


def wait_until_read(protocol, port, peer=0):
    """The socket at a port, whose peer may be at another, is read empty."""
    waiting = 1
    while waiting:
        time.sleep(0.01)
        with open(f"/proc/net/{protocol}") as sockets:
            for line in sockets:
                here, there, _, queues = line.split()[1:5]
                if here.endswith(f":{port:04X}") and there.endswith(
                        f":{peer:04X}"):
                    waiting = int(queues.split(":")[1], 16)
    pause(0.2)  # its reader returns to its program


def greet_and_send(connection):
    """Something small first, as protocols do, so that the reader has read."""
    connection.sendall(b"x" * 100)
    wait_until_read("tcp", 7701, connection.getsockname()[1])
    connection.sendall(b"x" * (AMOUNT - 100))


def read_late(connection):
    """All has come before the first read."""
    pause(0.5)
    receive(connection)


PEER = {send: receive, receive: greet_and_send, read_late: send}


def setuid_after_socket():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    become(ALICE)
    for _ in range(100):
        sender.sendto(b"x" * 972, ("127.0.0.1", 9))


def acts_for_alice(how):
    """root's daemon stays root, and does what the user asks for."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if how == "effective":
        os.seteuid(ALICE)
    elif how == "container":
        os.setresuid(BOB, ALICE, BOB)
    else:
        ctypes.CDLL(None).setfsuid(ALICE)
    datagrams(sender)


def set_user_id():
    """A program that runs as BOB, whoever starts it."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        program = shutil.copy(shutil.which("traffic"), directory)
        os.chown(program, BOB, BOB)
        os.chmod(program, 0o4755)
        subprocess.run([program, "udp", "127.0.0.1", "9", "100", "972"],
                       check=True, user=ALICE, group=ALICE, extra_groups=[])


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
    """Opens its socket before it is told to begin."""
    become(ALICE)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", 9))
    print("ready", flush=True)
    wait_for_start()
    for _ in range(100):
        try:
            sender.send(b"x" * 972)
        except ConnectionRefusedError:
            sender.send(b"x" * 972)


def receiver_of(port, address="127.0.0.1"):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    receiver.bind((address, port))
    return receiver


def only_receives():
    """root's socket, read by BOB, who got it at birth."""
    receiver = receiver_of(7702)

    def read():
        become(BOB)
        for _ in range(101):
            receiver.recv(2000)

    reader = child(read)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"x" * 972, ("127.0.0.1", 7702))
    wait_until_read("udp", 7702)
    for _ in range(100):
        sender.sendto(b"x" * 972, ("127.0.0.1", 7702))
    join(reader)


def only_empty():
    """root's socket, by which BOB gets datagrams without data."""
    receiver = receiver_of(7706)

    def read():
        become(BOB)
        for _ in range(101):
            receiver.recv(2000)

    reader = child(read)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"", ("127.0.0.1", 7706))
    wait_until_read("udp", 7706)
    for _ in range(100):
        sender.sendto(b"", ("127.0.0.1", 7706))
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


def splices_in(connection):
    reader, writer = os.pipe()
    got = 0
    while got < AMOUNT:
        n = os.splice(connection.fileno(), writer, 4000)
        os.read(reader, n)
        got += n


# an echo request with no data, id 0, sequence 0, and its checksum
ECHO = b"\x08\x00\xf7\xff\x00\x00\x00\x00"


def icmp(kind, answers):
    """Echo requests by a socket that root made and ALICE uses."""
    sender = socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
    sender.settimeout(5 * SLOWER)
    become(ALICE)
    for _ in range(100):
        sender.sendto(ECHO, ("127.0.0.1", 0))
        if answers:
            sender.recv(100)


def raw_receives():
    """BOB reads a raw socket of root's; what it sees was sent by ALICE."""
    watcher = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                            socket.IPPROTO_ICMP)

    def read():
        become(BOB)
        for _ in range(20):
            watcher.recv(100)

    def ask():
        become(ALICE)
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM,
                               socket.IPPROTO_ICMP)
        for _ in range(100):
            sender.sendto(ECHO, ("127.0.0.1", 0))
            pause(0.002)

    join(child(read), child(ask))


def connected():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver = receiver_of(7704)
    sender.connect(("127.0.0.1", 7704))
    become(ALICE)
    for _ in range(100):
        sender.send(b"x" * 972)
        receiver.recv(2000)


def uring(what, *more):
    """A program of ALICE's moves data on root's socket."""
    receiver = receiver_of(7705)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", 7705))

    def operate():
        subprocess.run(["uring", what, "100", "972", *more], check=True,
                       user=ALICE, group=ALICE, extra_groups=[],
                       stdin=sender if what == "send" else receiver)

    worker = child(operate)
    if what == "receive":
        for _ in range(100):
            sender.send(b"x" * 972)
    join(worker)


def multicast():
    group = ("239.255.0.1", 7703)
    receiver = receiver_of(7703, group[0])
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton(group[0]) +
                        socket.inet_aton("127.0.0.1"))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                      socket.inet_aton("127.0.0.1"))

    def read():
        become(BOB)
        for _ in range(100):
            receiver.recv(2000)

    reader = child(read)
    become(ALICE)
    datagrams(sender, group)
    join(reader)


def container():
    """ALICE's own user namespace, in which she is root."""
    subprocess.run(["unshare", "-Urn", "sh", "-c", "ip link set lo up &&"
                    "exec traffic udp 127.0.0.1 9 100 972"], check=True,
                   user=ALICE, group=ALICE, extra_groups=[])


def refused():
    """The kernel answers, with an ICMP error and with a TCP reset."""
    datagrams(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    for _ in range(20):
        socket.socket().connect_ex(("127.0.0.1", 9))


PEER[sends_file] = PEER[splices] = receive
PEER[splices_in] = greet_and_send

# What each does, whose the bytes of that direction are, and which they are.
CASES = {
    "fork": ("root creates a socket, a child that becomes the user sends",
             fork, "out", ALICE, ".destination_port == 9"),
    "setuid": ("a process creates a socket as root, becomes the user and sends",
               setuid_after_socket, "out", ALICE, ".destination_port == 9"),
    "effective": ("root acts for the user (seteuid) and sends",
                  lambda: acts_for_alice("effective"), "out", ALICE,
                  ".destination_port == 9"),
    "fsuid": ("the same, by setfsuid(2)", lambda: acts_for_alice("fsuid"),
              "out", ALICE, ".destination_port == 9"),
    "container-root": ("the same, by the root of a container",
                       lambda: acts_for_alice("container"), "out", ALICE,
                       ".destination_port == 9"),
    "set-user-id": ("the user starts another user's set-user-ID program",
                    set_user_id, "out", ALICE, ".destination_port == 9"),
    "connected": ("root connects a datagram socket, becomes the user and sends",
                  connected, "out", ALICE, ".destination_port == 7704"),
    "daemon-sends": ("root accepts, a child that becomes the user sends",
                     lambda: daemon(send), "out", ALICE,
                     ".source_port == 7701"),
    "daemon-receives": ("root accepts, a child that becomes the user receives",
                        lambda: daemon(receive), "in", ALICE,
                        ".destination_port == 7701"),
    "late": ("the same, if all data arrives before it reads",
             lambda: daemon(read_late), "in", ALICE,
             ".destination_port == 7701"),
    "sendfile": ("root accepts, the child sends by sendfile(2)",
                 lambda: daemon(sends_file), "out", ALICE,
                 ".source_port == 7701"),
    "splice": ("root accepts, the child sends by splice(2)",
               lambda: daemon(splices), "out", ALICE,
               ".source_port == 7701"),
    "splice-in": ("root accepts, the child receives by splice(2)",
                  lambda: daemon(splices_in), "in", ALICE,
                  ".destination_port == 7701"),
    "scm-rights": ("root passes a socket on (SCM_RIGHTS), the user sends",
                   scm_rights, "out", ALICE, ".destination_port == 9"),
    "only-receives": ("root creates a socket, a child that is the user reads it",
                      only_receives, "in", BOB, ".destination_port == 7702"),
    "only-empty": ("the same, of which each is empty", only_empty, "in", BOB,
                   ".destination_port == 7706"),
    "uring": ("root creates a socket, the user sends by io_uring",
              lambda: uring("send"), "out", ALICE,
              ".destination_port == 7705"),
    "uring-polled": ("the same, submitted by a kernel thread (SQPOLL)",
                     lambda: uring("send", "sqpoll"), "out", ALICE,
                     ".destination_port == 7705"),
    "uring-in": ("root creates a socket, the user receives by io_uring",
                 lambda: uring("receive"), "in", ALICE,
                 ".destination_port == 7705"),
    "older": ("a user sends on a socket older than the capture",
              older, "out", ALICE, ".destination_port == 9"),
    "container": ("the user is root in a user namespace (unshare -Urn)",
                  container, "out", ALICE, ".destination_port == 9"),
    "real-nobody": ("a process of the user 65534 sends",
                    real_nobody, "out", 65534, ".destination_port == 9"),
    "refused": ("the kernel refuses datagrams and connections",
                refused, "out", NOBODY,
                ".protocol == 1 or .source_port == 9"),
    "ping": ("root creates a datagram socket for ICMP, the user pings",
             lambda: icmp(socket.SOCK_DGRAM, True), "in", ALICE,
             ".protocol == 1"),
    "raw": ("root creates a raw socket, becomes the user and sends",
            lambda: icmp(socket.SOCK_RAW, False), "out", ALICE,
            ".protocol == 1 and .flags % 4 == 2"),
    "raw-in": ("root creates a raw socket, the user reads another's pings",
               raw_receives, "in", BOB, ".flags / 512 % 2 >= 1"),
    "multicast": ("the user sends to a multicast group", multicast, "out", ALICE,
                  ".destination_port == 7703"),
    "multicast-in": ("another user has joined the group", multicast, "in", BOB,
                     ".destination_port == 7703"),
}

DATAGRAMS = "100 datagrams of 1000 B"
SENT = {
    **dict.fromkeys(("daemon-sends", "daemon-receives", "late", "sendfile",
                     "splice", "splice-in"), "200000 B over TCP"),
    **dict.fromkeys(("ping", "raw", "raw-in"), "100 pings of 28 B"),
    "only-receives": "101 datagrams of 1000 B",
    "only-empty": "101 datagrams of 28 B",
    "refused": "answers to 100 datagrams, 20 connections",
}

if sys.argv[1] == "--list":
    for name, (what, _, direction, user, those) in CASES.items():
        print(name, what, SENT.get(name, DATAGRAMS), direction, user, those,
              sep="\t")
else:
    move = CASES[sys.argv[1]][1]
    if move is not older:
        wait_for_start()
    move()

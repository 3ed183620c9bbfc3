"""Lets every packet pass that waits in a queue of the kernel (NFQUEUE).

usage: inspector.py QUEUE     writes "ready" first, runs until it is ended"""

import socket
import struct
import sys

NETLINK_NETFILTER = 12
QUEUE_SUBSYSTEM = 3 << 8
PACKET, VERDICT, CONFIG = 0, 1, 2  # messages
CONFIG_COMMAND, CONFIG_PARAMETERS = 1, 2
BIND, PF_BIND = 1, 3
COPY_META = 1
PACKET_HEADER, VERDICT_HEADER = 1, 2
ACCEPT = 1
REQUEST, ACKNOWLEDGE = 1, 4


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def send(link, message, data, flags=REQUEST):
    body = struct.pack("!BBH", 0, 0, QUEUE) + data
    link.send(struct.pack("=IHHII", 16 + len(body), QUEUE_SUBSYSTEM | message,
                          flags, 0, 0) + body)


def packet_ids(messages):
    """The numbers of the packets, in network order."""
    at = 0
    while at < len(messages):
        length, kind = struct.unpack_from("=IH", messages, at)
        inside = at + 20
        while kind == QUEUE_SUBSYSTEM | PACKET and inside < at + length:
            size, name = struct.unpack_from("=HH", messages, inside)
            if name == PACKET_HEADER:
                yield messages[inside + 4:inside + 8]
            inside += (size + 3) & ~3
        at += (length + 3) & ~3


QUEUE = int(sys.argv[1])
link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
send(link, CONFIG, attribute(CONFIG_COMMAND,
                             struct.pack("!BBH", BIND, 0, socket.AF_INET)),
     REQUEST | ACKNOWLEDGE)
error = struct.unpack_from("=i", link.recv(4096), 16)[0]
if error:
    sys.exit(f"inspector.py: queue {QUEUE}: error {-error}")
send(link, CONFIG, attribute(CONFIG_PARAMETERS,
                             struct.pack("!IB", 0, COPY_META)))
print("ready", flush=True)
while True:
    for number in packet_ids(link.recv(1 << 16)):
        send(link, VERDICT, attribute(VERDICT_HEADER,
                                      struct.pack("!I", ACCEPT) + number))

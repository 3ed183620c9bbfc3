#!/usr/bin/python3
"""Many connections at once, all of which end properly.

usage: connections.py serve ADDRESS PORT COUNT
       connections.py open ADDRESS PORT COUNT BYTES   so many on each, once all
                                                      of them are open"""

import selectors
import signal
import socket
import sys


def serve(listener, count):
    """Takes all that each sends, until its end."""
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    total = ended = 0
    while ended < count:
        for key, _ in waiting.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                waiting.register(connection, selectors.EVENT_READ)
                continue
            data = key.fileobj.recv(1 << 20)
            total += len(data)
            if not data:
                waiting.unregister(key.fileobj)
                key.fileobj.close()
                ended += 1
    print(total)


def open_all(address, count, size):
    connections = [socket.create_connection(address) for _ in range(count)]
    for connection in connections:
        connection.sendall(bytes(size))
    for connection in connections:
        connection.shutdown(socket.SHUT_WR)
    for connection in connections:
        if connection.recv(1):
            sys.exit("unexpected data")
        connection.close()


signal.alarm(120)
command, host, port, count, *rest = sys.argv[1:]
address, count = (host, int(port)), int(count)
if command == "serve":
    with socket.create_server(address, backlog=count) as listener:
        serve(listener, count)
else:
    open_all(address, count, int(rest[0]))

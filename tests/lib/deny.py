"""Runs a command while a program of a cgroup drops all that its tasks send.

usage: deny.py CGROUP COMMAND..."""

import ctypes
import os
import platform
import struct
import subprocess
import sys

BPF = {"x86_64": 321}.get(platform.machine(), 280)
PROG_LOAD, LINK_CREATE = 5, 28
CGROUP_SKB, EGRESS = 8, 1
# r0 = 0, exit
DROP = struct.pack("<BBhiBBhi", 0xb7, 0, 0, 0, 0x95, 0, 0, 0)

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, form, *values):
    attributes = ctypes.create_string_buffer(struct.pack(form, *values), 128)
    fd = libc.syscall(BPF, command, attributes, 128)
    if fd < 0:
        sys.exit(f"deny.py: bpf(2): {os.strerror(ctypes.get_errno())}")
    return fd


code = ctypes.create_string_buffer(DROP)
license_ = ctypes.create_string_buffer(b"GPL")
program = bpf(PROG_LOAD, "=IIQQIIQII16sII", CGROUP_SKB, 2,
              ctypes.addressof(code), ctypes.addressof(license_), 0, 0, 0, 0,
              0, b"deny", 0, EGRESS)
link = bpf(LINK_CREATE, "=IIII", program, os.open(sys.argv[1], os.O_RDONLY),
           EGRESS, 0)
sys.exit(subprocess.call(sys.argv[2:]))

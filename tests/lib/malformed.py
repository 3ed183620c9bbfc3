"""malformed.py DIRECTORY: writes there what no tool of tm would write.

In a stream, one field of the records has an extreme value, or a few of their
bytes are random; lines of text and of networks have random bytes, too. They are
the same each time."""
import random
import struct
import sys

MAGIC, SIZE, KINDS = 0x016D74F5, 128, 8
SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
EXTREMES = (*range(9), 2**7, 2**8 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31,
            2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
# offset and size of what follows the magic and the kind
COMMON = [(5, 1), (6, 1), (7, 1), (8, 8)]
FIELDS = {
    "traffic": [(16, 8), (24, 4), (28, 4), (32, 4), (36, 4), (40, 2), (42, 2),
                (44, 2), (46, 2), (48, 8), (56, 8), (64, 8), (72, 8), (80, 8),
                (96, 8), (104, 8), (112, 8), (120, 4), (124, 4)],
    "name": [(16, 8), (24, 8), (120, 8)],
    "start": [(16, 8), (24, 8), (32, 4), (36, 4), (40, 8)],
    "status": [(16, 8)] + [(at, 8) for at in range(24, 88, 8)],
}
FORMS = ["traffic", "traffic", "traffic", "name", "start", "status", "status",
         "traffic"]


def record(kind, second=0):
    """One as tm-capture would write it."""
    head = struct.pack("<IBBBBQ", MAGIC, kind, 1, 6, 16, NOW + second * SECOND)
    v4 = bytes(10) + b"\xff\xff"
    form = FORMS[kind]
    if form == "name":
        head = head[:5] + bytes((0, 0, 1)) + head[8:]
        rest = struct.pack("<Q104s", 1000, b"alice")
    elif form == "start":
        rest = struct.pack("<QQII64s", 7, 0, 0, 3, b"example")
    elif form == "status":
        rest = struct.pack("<9Q", 7, 9, 900, 9, 900, 0, 0, 0, 0)
    else:
        rest = struct.pack(
            "<QIIIIHHHH16s16s16sQQQII", 100, 1, 1000, 4242, 2, 40000, 443, 2,
            100, v4 + bytes((192, 0, 2, 1)), v4 + bytes((198, 51, 100, 7)),
            b"curl", 9, 100, 100, 1000, 4026531840)
    return (head + rest).ljust(SIZE, b"\0")


def changed(original, at, size, value):
    data = bytearray(original)
    data[at:at + size] = (value % 2**(8 * size)).to_bytes(size, "little")
    return bytes(data)


def extremes(kind, at, size):
    """Between whole records: each extreme value that the field can hold."""
    for value in EXTREMES:
        if value < 2**(8 * size):
            yield changed(record(kind, 1), at, size, value)
            yield record(0, 2)


def noise(kind, chance):
    """Random bytes; the magic, the kind and the direction are kept."""
    for second in range(200):
        data = bytearray(record(kind, second))
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(6, SIZE)] = chance.randrange(256)
        yield bytes(data)


def write(name, *records):
    with open(f"{sys.argv[1]}/{name}.tm", "wb") as file:
        file.write(b"".join(records))


def lines(name, samples, count, chance):
    """The samples, of which a few bytes are random, left out or doubled."""
    with open(f"{sys.argv[1]}/{name}", "wb") as file:
        for _ in range(count):
            line = bytearray(chance.choice(samples).encode())
            for _ in range(chance.randint(1, 3)):
                at = chance.randrange(len(line))
                line[at:at + chance.randrange(3)] = chance.choice(
                    (bytes((chance.randrange(256),)), line[at:at + 9]))
                line = line or bytearray(b" ")
            file.write(line + b"\n")


TEXT = (
    '{"kind":"traffic","direction":"out","uid":1000,"bytes":18446744073709551615'
    ',"source":"192.0.2.1","destination":"2001:db8::7","process":"a\\u0007"}',
    '{"kind":"name","of":"user","id":1000,"parts":1,"text":"alice"}',
    '2023-11-14T22:13:20.000000001Z traffic out uid=1000 bytes=60 packets=1 tcp '
    '192.0.2.1:40000 > [2001:db8::1]:443 tcp_flags=syn,ack process="x: y"')
NETWORKS = ("192.0.2.0/24", "198.51.100.1-198.51.100.9", "10.*.3.*",
            "2001:db8::/32", "2001:db8::1 - 2001:db8::ff lab # comment", "::/0")


def main():
    chance = random.Random(1)
    run = record(4), record(3), record(0)
    for kind in range(KINDS):
        write(f"only-{kind}", record(kind))
        for at, size in COMMON + FIELDS[FORMS[kind]]:
            write(f"field-{kind}-{at}", *run, *extremes(kind, at, size),
                  record(5, 3), record(6, 4))
        write(f"noise-{kind}", *noise(kind, chance))
    write("nothing")
    write("end-first", record(6), record(0))
    write("cut", *run, record(0)[:77])
    for number in range(100):
        lines(f"{number}.text", TEXT, 1, chance)
    for number in range(5):
        lines(f"{number}.networks", NETWORKS, 100, chance)


main()

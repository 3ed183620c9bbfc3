load ../helper

# A line of input gives one line of error.
refuses() { # LINE MESSAGE
	run --separate-stderr tm-parse <<<"$1"
	assert_failure 1
	assert_equal "$stderr" "tm-parse: standard input:1:$2"
	assert_equal "$output" ''
}

@test "a missing field is 0, except that the uid is \"none\" and the kind is traffic" {
	echo '{}' | tm-parse >event.tm
	cat >expected <<-'END'
	00000000: f574 6d01 0000 0000 0000 0000 0000 0000
	00000010: 0000 0000 0000 0000 0000 0000 ffff ffff
	00000020: 0000 0000 0000 0000 0000 0000 0000 0000
	00000030: 0000 0000 0000 0000 0000 0000 0000 0000
	00000040: 0000 0000 0000 0000 0000 0000 0000 0000
	00000050: 0000 0000 0000 0000 0000 0000 0000 0000
	00000060: 0000 0000 0000 0000 0000 0000 0000 0000
	00000070: 0000 0000 0000 0000 0000 0000 0000 0000
	END
	python3 - <<-'END' | diff - expected
	data = open('event.tm', 'rb').read()
	for i in range(0, len(data), 16):
	    print('%08x:' % i, data[i:i+16].hex(' ', -2))
	END
	echo traffic | tm-parse | cmp - event.tm
	echo '{"kind":"end"}' | tm-parse | tm-print --json >out
	run grep -c 4294967295 out
	assert_output 0
}

@test "each field is at its offset in the record" {
	echo '{"kind":"traffic","direction":"out","protocol":6,"tcp_flags":18,"time_ns":72623859790382856,"bytes":1157159078456920585,"packets":287454020,"uid":1432778632,"pid":2578103244,"ifindex":3723427857,"source_port":4660,"destination_port":22136,"flags":39612,"span":57072,"source":"192.0.2.1","destination":"2001:db8::7","comm":"abc","cgroup_id":1,"total_in":2,"total_out":3,"socket_uid":4,"netns":5}' |
		tm-parse >event.tm
	python3 - <<-'END'
	import struct
	e = struct.unpack('<IBBBBQQIIIIHHHH16s16s16sQQQII', open('event.tm', 'rb').read())
	assert e == (0x016d74f5, 0, 1, 6, 18, 72623859790382856, 1157159078456920585,
	    287454020, 1432778632, 2578103244, 3723427857, 4660, 22136, 39612, 57072,
	    bytes(10) + b'\xff\xff\xc0\0\2\1', bytes.fromhex('20010db8') + bytes(11) + b'\7',
	    b'abc' + bytes(13), 1, 2, 3, 4, 5), e
	END
}

@test "comm and proto are older names of process and protocol" {
	echo '{"uid":1,"comm":"curl","proto":6}' | tm-parse >old.tm
	echo 'uid=1 comm=curl proto=tcp' | tm-parse | cmp - old.tm
	echo '{"uid":1,"process":"curl","protocol":6}' | tm-parse | cmp - old.tm
}

@test "text and JSON may be mixed with empty lines and comments" {
	printf '%s\n' '# fixtures' '' '  {"uid":1}' 'traffic uid=1' \
		'	# more' '{ "uid" : 1 }' >events.txt
	printf 'uid=1 traffic\r\n{"uid":1}' >>events.txt
	tm-parse events.txt | tm-print | sort | uniq -c >out
	assert_equal "$(cat out)" "      5 1970-01-01T00:00:00.000000000Z traffic in uid=1 bytes=0 packets=0"
}

@test "every key of JSON may be written as key=value in text" {
	echo '{"kind":"traffic","direction":"out","uid":4294967295,"bytes":9,"protocol":17,"source":"192.0.2.1","source_port":5,"destination":"2001:db8::1","destination_port":6,"flags":9,"tcp_flags":18}' |
		tm-parse >json.tm
	echo 'kind=traffic direction=out uid=none bytes=9 protocol=udp source=192.0.2.1 source_port=5 destination=2001:db8::1 destination_port=6 flags=socket,8 tcp_flags=syn,ack' |
		tm-parse | cmp - json.tm
	echo '192.0.2.1:5 > [2001:db8::1]:6 udp out bytes=9 flags=9 tcp_flags=18' |
		tm-parse | cmp - json.tm
}

@test "time alone is enough, with any offset; time and time_ns must agree" {
	echo '{"time_ns":1700000000123456789}' | tm-parse >event.tm
	for time in 2023-11-14T22:13:20.123456789Z \
		2023-11-14t22:13:20.123456789z \
		2023-11-15T00:13:20.123456789+02:00 \
		2023-11-14T21:43:20.123456789-00:30; do
		echo "{\"time\":\"$time\"}" | tm-parse | cmp - event.tm
		echo "$time traffic" | tm-parse | cmp - event.tm
	done
	echo '{"time":"2023-11-14T22:13:20.123456789Z","time_ns":1700000000123456789}' |
		tm-parse | cmp - event.tm
	refuses '{"time":"1970-01-01T00:00:00Z","time_ns":1}' \
		'32: time and time_ns differ'
	refuses '{"time_ns":1,"time":"1970-01-01T00:00:00Z"}' \
		'14: time and time_ns differ'
}

@test "a day or hour that does not exist is refused" {
	for time in 2023-02-29T00:00:00Z 1900-02-29T00:00:00Z \
		2023-04-31T00:00:00Z 2023-13-01T00:00:00Z 2023-00-01T00:00:00Z \
		2023-01-01T24:00:00Z 2023-01-01T00:60:00Z 2023-01-01T00:00:60Z \
		1969-12-31T23:59:59Z 2554-07-21T23:34:33.709551616Z \
		2023-01-01T00:00:00 2023-01-01T00:00:00.Z 2023-01-01 \
		2023-01-01T00:00:00.0000000001Z 2023-01-01T00:00:00Zx \
		2023-01-01T00:00:00+24:00 2023-1-01T00:00:00Z ''; do
		refuses "{\"time\":\"$time\"}" \
			'9: time is like 2023-11-14T22:13:20.000000000Z'
	done
}

@test "numbers are exact up to their maximum and refused beyond" {
	echo '{"bytes":18446744073709551615,"packets":4294967295,"span":65535,"protocol":255}' |
		tm-parse | tm-print --json >out
	grep -q '"bytes":18446744073709551615,"packets":4294967295,"protocol":255' out
	refuses '{"bytes":18446744073709551616}' '10: bytes is at most 18446744073709551615'
	refuses '{"bytes":99999999999999999999999}' '10: bytes is at most 18446744073709551615'
	refuses '{"uid":4294967296}' '8: uid is at most 4294967295'
	refuses '{"span":65536}' '9: span is at most 65535'
	refuses '{"protocol":256}' '13: protocol is at most 255'
	refuses 'protocol=256' '10: protocol is at most 255'
	refuses '{"kind":256}' '9: kind is at most 255'
	refuses '{"uid":-1}' '8: a number cannot be below 0'
	refuses '{"uid":1.0}' '8: not a whole number in plain digits'
	refuses '{"uid":1e3}' '8: not a whole number in plain digits'
	refuses '{"uid":007}' '8: not a whole number in plain digits'
	refuses 'uid=1x' '5: uid is a number'
}

@test "a value of the wrong type is refused" {
	refuses '{"uid":"1"}' '8: uid is a number'
	refuses '{"comm":7}' '9: process is a string'
	refuses '{"source":7}' '11: source is an IPv4 or IPv6 address'
	refuses '{"time":7}' '9: time is like 2023-11-14T22:13:20.000000000Z'
	refuses '{"flags":"task"}' '10: flags is a number'
	refuses '{"direction":"up"}' '14: direction is a number, in or out'
	refuses '{"kind":"noise"}' '9: kind is a number, traffic, lost, unattributed, name, start, tick or end'
	for value in true false null '[1]' '{"a":1}'; do
		refuses "{\"uid\":$value}" '8: expected a number or a string'
	done
}

@test "an invalid address is refused" {
	for address in 192.0.2 192.0.2.256 192.0.2.01 2001:db8::/32 fe80::1%eth0 ' ::1' x; do
		refuses "{\"source\":\"$address\"}" \
			'11: source is an IPv4 or IPv6 address'
	done
	refuses '192.0.2.1:70000 > 192.0.2.2' '11: source_port is at most 65535'
	refuses '[2001:db8::1] > 192.0.2.2' '1: expected [ADDRESS]:PORT'
	refuses '192.0.2.1: > 192.0.2.2' '11: source_port is a number'
	refuses '192.0.2.1 >' '12: expected a destination'
	refuses 'source=x' '8: source is an IPv4 or IPv6 address'
}

@test "a key that is unknown, repeated or of another kind is refused by name" {
	refuses '{"uid":1,"colour":2}' '10: unknown key "colour"'
	refuses '{"uid":1,"uid":1}' '10: uid is given twice'
	refuses 'in out' '4: direction is given twice'
	refuses '{"hooks":1}' '2: a record of kind traffic has no hooks'
	refuses '{"uid":1,"kind":"tick"}' '2: a record of kind tick has no uid'
	refuses '{"kind":9,"uid":1}' '11: a record of kind unknown has no uid'
	refuses '{"raw":"00"}' '2: a record of kind traffic has no raw'
	refuses '{"a\u001bb":1}' '2: unknown key "a\x1bb"'
}

@test "text that is too long is refused; text that just fits is kept" {
	refuses '{"comm":"12345678901234567"}' '9: process has at most 16 bytes, not 17'
	refuses '{"kind":"start","reserved":"0102"}' '28: reserved is 3 bytes in hexadecimal'
	refuses '{"kind":"start","reserved":"01020X"}' '28: reserved is 3 bytes in hexadecimal'
	echo '{"comm":"1234567890123456"}' | tm-parse | tm-print >out
	grep -q 'process=1234567890123456$' out
}

@test "invalid JSON is refused, naming where" {
	refuses '{' '2: expected a key in quotes before the end of the line'
	refuses '{"uid"' '7: expected a colon before the end of the line'
	refuses '{"uid":' '8: expected a number or a string before the end of the line'
	refuses '{"uid":1' '9: expected a comma or a closing brace before the end of the line'
	refuses '{"uid":1,}' '10: expected a key in quotes'
	refuses '{"uid":1}{' '10: text after the object; write one event per line'
	refuses '{"comm":"a' '9: a string without its end'
	refuses '{"comm":"\q"}' '10: no such escape'
	refuses '{"comm":"\u12g4"}' '10: \u needs four hexadecimal digits'
	refuses '{"comm":"\ud83d"}' '10: half of a surrogate pair'
	refuses '{"comm":"\ud83dx"}' '10: half of a surrogate pair'
	refuses '{"comm":"\ude00"}' '10: half of a surrogate pair'
	refuses $'{"comm":"a\tb"}' '11: a control character; it is written \u0009'
	refuses $'{"comm":"a\xff"}' '11: not UTF-8; such a byte is written \udcff'
}

@test "invalid text is refused, naming where" {
	refuses 'hello world' '1: expected a time, a kind, a direction, a protocol, SOURCE > DESTINATION or KEY=VALUE'
	refuses 'comm="a' '6: a quote without its end'
	refuses 'comm="a"b' '9: expected a space after the closing quote'
	refuses 'comm="\q"' '7: no such escape; there are \\ \" \xNN \u{N}'
	refuses 'comm="\x1"' '7: a bad escape'
	refuses 'comm="\u{110000}"' '7: a bad escape'
	refuses 'comm="\u{d800}"' '7: a bad escape'
	refuses 'comm=a\x41' '7: such a character needs quotes, as in comm="a b"'
	refuses $'comm=\x1b' '6: such a character needs quotes, as in comm="a b"'
	refuses 'flags=task,foo' '7: flags is a number, socket, task, listening, loopback, offload, fragment, older, unsure, multicast, raw, link_layer, forwarded or copy'
}

@test "lines before an invalid one are written; the message has file, line and column" {
	printf '%s\n' '{"uid":1}' '' '{"uid":2}' '{"uid":x}' '{"uid":3}' >events.txt
	run --separate-stderr bash -c 'set -o pipefail; tm-parse events.txt | tm-print'
	assert_failure 1
	assert_equal "$stderr" 'tm-parse: events.txt:4:8: expected a number or a string'
	assert_equal "${#lines[@]}" 2
}

@test "an endless line, binary data and compressed text are refused" {
	head -c 1000000 /dev/zero | tr '\0' ' ' >long
	run tm-parse long
	assert_failure 1
	assert_output 'tm-parse: long:1:1: line too long'
	echo '{}' | tm-parse >event.tm
	run tm-parse event.tm
	assert_failure 1
	assert_output 'tm-parse: event.tm: holds events already; tm-print shows them'
	echo '{}' | gzip >text.gz
	run tm-parse text.gz
	assert_failure 1
	assert_output 'tm-parse: text.gz: is gzip; try: zcat text.gz | tm-parse'
	run tm-parse missing
	assert_failure 1
	assert_output 'tm-parse: missing: No such file or directory'
}

@test "damaged lines never crash tm-parse" {
	cat >damage.py <<-'END'
	import random, subprocess, sys
	random.seed(SEED)
	good = [l.rstrip(b'\n') for l in open(sys.argv[1], 'rb')]
	for _ in range(300):
	    line = bytearray(random.choice(good))
	    for _ in range(random.randrange(1, 4)):
	        at = random.randrange(len(line))
	        how = random.randrange(4)
	        if how == 0:
	            line[at] = random.randrange(256)
	        elif how == 1:
	            del line[at:at + random.randrange(1, 9)]
	        elif how == 2:
	            line[at:at] = random.choice([b'"', b'\\', b'{', b'\\u', b'[', b'>', b'=', b'\0', b'9' * 30])
	        else:
	            del line[at:]
	        if not line:
	            break
	    done = subprocess.run(['tm-parse'], input=bytes(line) + b'\n', capture_output=True)
	    clear = done.returncode == 1 and done.stderr.count(b'\n') == 1
	    whole = done.returncode == 0 and len(done.stdout) % 128 == 0 and not done.stderr
	    assert clear or whole, (bytes(line), done)
	END
	seed=${SEED:-$(date +%s)}
	echo "seed $seed"
	sed -i "s/SEED/$seed/" damage.py
	echo '{"uid":1000,"comm":"a\u00e9\udc80\ud83d\ude00","source":"2001:db8::1","time":"2023-11-14T22:13:20Z","flags":3}' >good
	echo '2023-11-14T22:13:20Z lost out uid=7 tcp 192.0.2.1:5 > [2001:db8::1]:6 comm="a b\x00\u{e9}" flags=task,8' >>good
	python3 damage.py good
}

@test "a line written into a pipe is passed on immediately" {
	mkfifo in
	tm-parse <in >out &
	exec 5>in
	echo '{"uid":1}' >&5
	eventually test -s out
	assert_equal "$(stat -c %s out)" 128
	exec 5>&-
	wait $!
}

@test "Ctrl-C makes tm-parse drain a pipe to its end" {
	mkfifo in
	tm-parse <in >out &
	exec 5>in
	echo '{"uid":1}' >&5
	eventually test -s out
	kill -INT $!
	eventually has_taken $!
	printf '{"uid":2}' >&5
	exec 5>&-
	wait $!
	assert_equal "$(stat -c %s out)" 256
}

@test "tm-parse does not write events to a terminal" {
	run script -qec 'echo "{}" | tm-parse' /dev/null
	assert_failure 2
	assert_output --partial 'standard output is a terminal'
}

@test "a full disk is an error, a closed pipe is not" {
	run bash -c 'echo "{}" | tm-parse >/dev/full'
	assert_failure 1
	assert_output 'tm-parse: standard output: No space left on device'
	run bash -c 'yes "{}" | tm-parse | head -c 128 >/dev/null; echo "${PIPESTATUS[1]}"'
	assert_output 0
}

@test "tm-parse --help lists every option on standard output; others are refused" {
	run --separate-stderr tm-parse --help
	assert_success
	assert_equal "$stderr" ''
	for option in --quiet --help --version; do
		assert_output --partial -- "$option"
	done
	[ "$(wc -L <<<"$output")" -le 80 ]
	run tm-parse --version
	assert_output --regexp '^tm-parse [0-9.]+$'
	run tm-parse --nonsense
	assert_failure 2
	assert_line 'try: tm-parse --help'
}

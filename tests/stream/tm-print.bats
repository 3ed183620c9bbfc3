load ../helper
load ../events

# One record of every kind, as JSON.
every_kind() {
	cat <<-'END'
	{"kind":"start","time_ns":1700000000000000000,"run_id":77,"cgroup_id":1,"hooks":3,"host":"db1.example"}
	{"kind":"name","time_ns":1700000000000000000,"of":"user","id":1000,"parts":1,"text":"alice"}
	{"time_ns":1700000000000000001,"direction":"out","uid":1000,"bytes":60,"packets":1,"protocol":6,"source":"192.0.2.1","source_port":40000,"destination":"198.51.100.7","destination_port":443,"tcp_flags":18,"pid":4242,"comm":"tmux: server","ifindex":2,"netns":4026531840,"cgroup_id":9,"socket_uid":1001,"flags":10,"span":100,"total_in":5,"total_out":18446744073709551615}
	{"time_ns":1700000000000000002,"direction":"in","bytes":84,"packets":1,"protocol":58,"source":"2001:db8::1","destination":"2001:db8::2"}
	{"time_ns":1700000000000000003,"direction":"in","uid":0,"bytes":99,"packets":1,"protocol":17,"source":"2001:db8::1","source_port":53,"destination":"2001:db8::2","destination_port":4000}
	{"kind":"lost","time_ns":1700000000500000000,"direction":"in","uid":1000,"bytes":1500,"packets":3}
	{"kind":"unattributed","time_ns":1700000000600000000,"direction":"out","bytes":42,"packets":1,"ifindex":2}
	{"kind":"tick","time_ns":1700000001000000000,"direction":"in","run_id":77,"seen_packets":5,"seen_bytes":1683,"recorded_packets":2,"recorded_bytes":183,"lost_packets":3,"lost_bytes":1500}
	{"kind":"end","time_ns":1700000002000000000,"direction":"in","run_id":77}
	{"kind":"end","time_ns":1700000002000000000,"direction":"out","run_id":77,"seen_packets":2,"seen_bytes":102,"recorded_packets":1,"recorded_bytes":60,"excluded_packets":1,"excluded_bytes":42}
	END
}

@test "each kind is shown as one line that people and awk can read" {
	every_kind | tm-parse >events.tm
	run tm-print events.tm
	assert_success
	assert_output - <<-'END'
	2023-11-14T22:13:20.000000000Z start run_id=77 cgroup_id=1 ifindex=0 hooks=cgroup_skb,sock_create host=db1.example
	2023-11-14T22:13:20.000000000Z name user id=1000 part=0 parts=1 text=alice
	2023-11-14T22:13:20.000000001Z traffic out uid=1000 bytes=60 packets=1 tcp 192.0.2.1:40000 > 198.51.100.7:443 tcp_flags=syn,ack pid=4242 process="tmux: server" ifindex=2 netns=4026531840 cgroup_id=9 socket_uid=1001 flags=task,loopback span=100 total_in=5 total_out=18446744073709551615
	2023-11-14T22:13:20.000000002Z traffic in uid=none bytes=84 packets=1 icmpv6 2001:db8::1 > 2001:db8::2
	2023-11-14T22:13:20.000000003Z traffic in uid=0 bytes=99 packets=1 udp [2001:db8::1]:53 > [2001:db8::2]:4000
	2023-11-14T22:13:20.500000000Z lost in uid=1000 bytes=1500 packets=3
	2023-11-14T22:13:20.600000000Z unattributed out uid=none bytes=42 packets=1 ifindex=2
	2023-11-14T22:13:21.000000000Z tick in run_id=77 seen_packets=5 seen_bytes=1683 recorded_packets=2 recorded_bytes=183 excluded_packets=0 excluded_bytes=0 lost_packets=3 lost_bytes=1500
	2023-11-14T22:13:22.000000000Z end in run_id=77 seen_packets=0 seen_bytes=0 recorded_packets=0 recorded_bytes=0 excluded_packets=0 excluded_bytes=0 lost_packets=0 lost_bytes=0
	2023-11-14T22:13:22.000000000Z end out run_id=77 seen_packets=2 seen_bytes=102 recorded_packets=1 recorded_bytes=60 excluded_packets=1 excluded_bytes=42 lost_packets=0 lost_bytes=0
	END
}

@test "--json names every field of the record and keeps integers exact" {
	every_kind | sed -n '1p;2p;3p;6p;8p' | tm-parse >events.tm
	run tm-print --json events.tm
	assert_failure 3
	assert_output - <<-'END'
	{"kind":"start","time":"2023-11-14T22:13:20.000000000Z","time_ns":1700000000000000000,"run_id":77,"cgroup_id":1,"ifindex":0,"hooks":3,"host":"db1.example"}
	{"kind":"name","time":"2023-11-14T22:13:20.000000000Z","time_ns":1700000000000000000,"of":"user","id":1000,"part":0,"parts":1,"text":"alice"}
	{"kind":"traffic","time":"2023-11-14T22:13:20.000000001Z","time_ns":1700000000000000001,"direction":"out","uid":1000,"bytes":60,"packets":1,"protocol":6,"source":"192.0.2.1","source_port":40000,"destination":"198.51.100.7","destination_port":443,"tcp_flags":18,"pid":4242,"process":"tmux: server","ifindex":2,"netns":4026531840,"cgroup_id":9,"socket_uid":1001,"flags":10,"span":100,"total_in":5,"total_out":18446744073709551615,"user":"alice"}
	{"kind":"lost","time":"2023-11-14T22:13:20.500000000Z","time_ns":1700000000500000000,"direction":"in","uid":1000,"bytes":1500,"packets":3,"protocol":0,"source":"","source_port":0,"destination":"","destination_port":0,"tcp_flags":0,"pid":0,"process":"","ifindex":0,"netns":0,"cgroup_id":0,"socket_uid":0,"flags":0,"span":0,"total_in":0,"total_out":0,"user":"alice"}
	{"kind":"tick","time":"2023-11-14T22:13:21.000000000Z","time_ns":1700000001000000000,"direction":"in","run_id":77,"seen_packets":5,"seen_bytes":1683,"recorded_packets":2,"recorded_bytes":183,"excluded_packets":0,"excluded_bytes":0,"lost_packets":3,"lost_bytes":1500}
	tm-print: events.tm: was cut: it has a START and no END
	END
}

@test "tm-parse gives back the same bytes, from text and from JSON, for every kind" {
	every_kind | tm-parse >events.tm
	[ "$(stat -c %s events.tm)" = 1280 ]
	tm-print events.tm | tm-parse | cmp - events.tm
	tm-print --json events.tm | tm-parse | cmp - events.tm
	tm-print events.tm >text
	tm-parse <text | tm-print | cmp - text
}

@test "any bytes after a valid magic survive text and JSON, even of unknown kinds" {
	cat >bytes.py <<-'END'
	import random, struct
	random.seed(SEED)
	def record():
	    alphabet = random.choice([range(256), [0], [0, 0, 65, 34, 92, 10, 27, 0xc3, 0xa9, 0xed, 0xb2, 0x80]])
	    r = bytearray(random.choice(alphabet) for _ in range(128))
	    r[:5] = struct.pack('<IB', 0x016d74f5, random.choice([0, 0, 1, 2, 3, 5, 6, 7, 200, 255]))
	    if random.random() < .5:
	        r[5] = random.randrange(3)
	    for _ in range(random.randrange(4)):
	        r[random.randrange(5, 128)] = random.randrange(256)
	    return bytes(r)
	start = bytearray(record())
	start[4] = 4
	end = start[:]
	end[4:6] = b'\6\1'
	open('any.tm', 'wb').write(b''.join([start, end] + [record() for _ in range(5000)]))
	END
	seed=${SEED:-$(date +%s)}
	sed -i "s/SEED/$seed/" bytes.py
	echo "seed $seed"
	python3 bytes.py
	tm-print any.tm >text
	tm-print --json any.tm >json
	tm-parse text | cmp - any.tm
	tm-parse json | cmp - any.tm
	# What reaches a terminal is UTF-8 without a single control character.
	python3 - <<-'END'
	import json, unicodedata
	for name in 'text', 'json':
	    for line in open(name, encoding='utf-8'):
	        bad = [c for c in line[:-1] if unicodedata.category(c) in ('Cc', 'Cf', 'Zl', 'Zp')]
	        assert line.endswith('\n') and not bad, (line, bad)
	for line in open('json', encoding='utf-8'):
	    json.loads(line)
	END
}

@test "JSON has the record's values as an independent reader sees them" {
	every_kind | tm-parse >events.tm
	printf '%s\n' '{"comm":"a\udcff\u202e\"\\\n\u00e9","uid":7}' |
		tm-parse >>events.tm
	tm-print --json events.tm >json
	cat >compare.py <<-'END'
	import ipaddress, json, struct
	raw = open('events.tm', 'rb').read()
	fields = ('magic kind direction protocol tcp_flags time_ns bytes packets uid pid ifindex '
	    'source_port destination_port flags span source destination process cgroup_id total_in '
	    'total_out socket_uid netns').split()
	seen = 0
	for i, line in enumerate(open('json')):
	    event = json.loads(line)
	    if event['kind'] not in ('traffic', 'lost', 'unattributed'):
	        continue
	    values = dict(zip(fields, struct.unpack_from('<IBBBBQQIIIIHHHH16s16s16sQQQII', raw, 128 * i)))
	    for key in fields[4:15] + fields[18:]:
	        assert event[key] == values[key], (key, line)
	    assert event['direction'] == ('in', 'out')[values['direction']]
	    assert event['process'].encode(errors='surrogateescape') == values['process'].rstrip(b'\0')
	    for key in 'source', 'destination':
	        address = ipaddress.ip_address(values[key])
	        text = str(address.ipv4_mapped or address) if any(values[key]) else ''
	        assert event[key] == text, line
	    seen += 1
	assert seen == 6, seen
	END
	python3 compare.py
}

@test "hostile names are escaped, and no two look the same" {
	{
		printf '%s\n' '{"comm":"\u001b[2J\n\u0000x","uid":0}'
		printf '%s\n' '{"comm":"\\x1b[2J","uid":0}'
		printf '%s\n' '{"comm":"\udc80\u202e\u0085\"","uid":0}'
		printf '%s\n' '{"comm":"jos\u00e9 \ud83d\ude00","uid":0}'
	} | tm-parse >events.tm
	run tm-print events.tm
	assert_output - <<-'END'
	1970-01-01T00:00:00.000000000Z traffic in uid=0 bytes=0 packets=0 process="\x1b[2J\x0a\x00x"
	1970-01-01T00:00:00.000000000Z traffic in uid=0 bytes=0 packets=0 process="\\x1b[2J"
	1970-01-01T00:00:00.000000000Z traffic in uid=0 bytes=0 packets=0 process="\x80\u{202e}\u{85}\""
	1970-01-01T00:00:00.000000000Z traffic in uid=0 bytes=0 packets=0 process="josé 😀"
	END
	run bash -c 'tm-print --json events.tm | grep -o "\"process\":\"[^,]*"'
	assert_output - <<-'END'
	"process":"\u001b[2J\n\u0000x"
	"process":"\\x1b[2J"
	"process":"\udc80\u202e\u0085\""
	"process":"josé 😀"
	END
}

@test "an unknown kind is shown in hexadecimal" {
	echo '{"kind":200,"time":"2030-01-01T00:00:00Z"}' | tm-parse | tm-print >out
	assert_equal "$(cat out)" '2030-01-01T00:00:00.000000000Z kind=200'
	{ printf '\xf5\x74\x6d\x01\xc8\x01\x02\x03'; head -c 120 /dev/zero | tr '\0' 'A'; } |
		tm-print >out
	assert_equal "$(cut -d ' ' -f 2- out)" \
		"kind=200 reserved=010203 raw=$(printf '41%.0s' {1..112})"
}

@test "the whole range of time is exact" {
	printf '%s\n' '{"time_ns":0}' '{"time_ns":18446744073709551615}' \
		'{"time_ns":951782399999999999}' | tm-parse >events.tm
	run bash -c 'tm-print events.tm | cut -d " " -f 1'
	assert_output - <<-'END'
	1970-01-01T00:00:00.000000000Z
	2554-07-21T23:34:33.709551615Z
	2000-02-28T23:59:59.999999999Z
	END
}

@test "awk sums bytes by user from the text" {
	every_kind | tm-parse >events.tm
	run bash -c "tm-print events.tm |
		awk -F '[ =]' '\$2 == \"traffic\" { sum[\$5] += \$7 }
			END { for (uid in sum) print uid, sum[uid] }' | sort"
	assert_output - <<-'END'
	0 99
	1000 60
	none 84
	END
}

@test "--count ends after so many events, and a cut after them is not reported" {
	every_kind | tm-parse >events.tm
	run tm-print --count 2 events.tm
	assert_success
	assert_equal "${#lines[@]}" 2
	run tm-print --count 0 events.tm
	assert_success
	assert_output ''
	run tm-print --count x events.tm
	assert_failure 2
	assert_output 'tm-print: --count: not a number: x'
}

@test "tm-print --strict exits with 4 if events were lost" {
	every_kind | tm-parse >events.tm
	run tm-print --strict events.tm
	assert_failure 4
	every_kind | grep -v lost\", | tm-parse >events.tm
	run tm-print --strict events.tm
	assert_success
}

@test "tm-print --help lists every option on standard output; others are refused" {
	run --separate-stderr tm-print --help
	assert_success
	assert_equal "$stderr" ''
	for option in --json --count --strict --quiet --help --version; do
		assert_output --partial -- "$option"
	done
	[ "$(wc -L <<<"$output")" -le 80 ]
	run tm-print --version
	assert_output --regexp '^tm-print [0-9.]+$'
	run tm-print --nonsense
	assert_failure 2
	assert_line 'try: tm-print --help'
}

@test "--json names the owner beside the uid, and tm-parse passes over that" {
	{
		name user 1000 'al\"ice'
		moved 0 in 1000 5
		moved 0 in 1001 5
		moved 0 in $NO_OWNER 5
	} | tm-parse >x.tm
	assert_equal "$(tm-print --json x.tm | jq -c 'select(.kind == "traffic") | [.uid, .user]')" \
		"$(printf '%s\n' '[1000,"al\"ice"]' '[1001,null]' "[$NO_OWNER,null]")"
	tm-print --json x.tm | tm-parse | cmp - x.tm
	# without a uid, nothing would be left of it
	run -1 tm-parse <<<'{"user":"alice","bytes":5}'
	assert_output --partial 'unknown key "user"'
}

@test "each kind of name is printed by its word, and read back" {
	for of in user interface cgroup command login cgroup1 arguments group; do
		name "$of" 7 "of $of"
	done | tm-parse >kinds.tm
	run tm-print kinds.tm
	assert_success
	assert_output - <<-'END'
	2023-11-14T22:13:20.000000000Z name user id=7 part=0 parts=1 text="of user"
	2023-11-14T22:13:20.000000000Z name interface id=7 part=0 parts=1 text="of interface"
	2023-11-14T22:13:20.000000000Z name cgroup id=7 part=0 parts=1 text="of cgroup"
	2023-11-14T22:13:20.000000000Z name command id=7 part=0 parts=1 text="of command"
	2023-11-14T22:13:20.000000000Z name login id=7 part=0 parts=1 text="of login"
	2023-11-14T22:13:20.000000000Z name cgroup1 id=7 part=0 parts=1 text="of cgroup1"
	2023-11-14T22:13:20.000000000Z name arguments id=7 part=0 parts=1 text="of arguments"
	2023-11-14T22:13:20.000000000Z name group id=7 part=0 parts=1 text="of group"
	END
	tm-print kinds.tm | tm-parse | cmp - kinds.tm
	tm-print --json kinds.tm | tm-parse | cmp - kinds.tm
}

# Loaded by the tests of tm-filter: six events to choose from.

# The names pass always; the events are numbered by their lines.
write_events() {
	cat >names.json <<-'END'
	{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice"}
	{"kind":"name","of":"user","parts":1,"id":1001,"text":"bob"}
	{"kind":"name","of":"interface","parts":1,"id":902,"text":"uplink0"}
	{"kind":"name","of":"interface","parts":1,"id":903,"text":"lan0"}
	{"kind":"name","of":"cgroup","parts":1,"id":5,"text":"/user.slice/alice"}
	{"kind":"name","of":"cgroup","parts":1,"id":6,"text":"/user.slicer"}
	END
	cat >events.json <<-'END'
	{"time_ns":1700000000000000000,"uid":1000,"pid":11,"comm":"curl","cgroup_id":5,"ifindex":902,"direction":"out","protocol":6,"bytes":1500,"packets":1,"source":"192.0.2.10","source_port":40000,"destination":"198.51.100.7","destination_port":443}
	{"time_ns":1700000010000000000,"span":200,"uid":1000,"pid":11,"comm":"curl","cgroup_id":5,"ifindex":902,"direction":"in","protocol":6,"bytes":2097152,"packets":1400,"source":"198.51.100.7","source_port":443,"destination":"192.0.2.10","destination_port":40000}
	{"time_ns":1700000020000000000,"uid":1001,"pid":22,"comm":"a-very-long-com","cgroup_id":6,"ifindex":903,"direction":"out","protocol":17,"bytes":80,"packets":1,"source":"2001:db8::10","source_port":5353,"destination":"2001:db8:1::53","destination_port":53}
	{"time_ns":1700000030000000000,"ifindex":902,"direction":"in","protocol":1,"bytes":84,"packets":1,"source":"198.51.100.9","destination":"192.0.2.10"}
	{"time_ns":1700000040000000000,"uid":0,"pid":1,"comm":"init","flags":10,"ifindex":1,"direction":"out","protocol":6,"bytes":60,"packets":1,"source":"127.0.0.1","source_port":8080,"destination":"127.0.0.1","destination_port":9090}
	{"time_ns":1700000050000000000,"uid":1002,"pid":0,"ifindex":902,"direction":"out","protocol":132,"bytes":1024,"packets":2,"source":"192.0.2.10","source_port":1023,"destination":"192.0.2.20","destination_port":2000}
	END
	cat names.json events.json | tm-parse >all.tm
}

select_events() { # "1 3"
	cat names.json
	for line in $1; do
		sed -n "${line}p" events.json
	done
}

# What the options keep of all.tm is these events, in order, and nothing else.
assert_keeps() { # "1 3" OPTION...
	local want=$1
	shift
	tm-filter -q "$@" <all.tm >got.tm || fail "$*: exit $?"
	select_events "$want" | tm-parse >want.tm
	cmp want.tm got.tm || {
		tm-print got.tm
		fail "$*: not exactly $want"
	}
}

has_size() { [ "$(wc -c <"$1")" = "$2" ]; }

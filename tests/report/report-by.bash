# Loaded by the tests of reports by other keys than the user: a day of events.

# shellcheck disable=SC2034 # the tests use them

setup_file() {
	build_preload slow-names "$BATS_FILE_TMPDIR"
}

# A day of four processes, with a loss, and with unowned and excluded traffic.
day() {
	tm-parse <<-'END'
	{"kind":"start","run_id":7,"time_ns":1700000000000000000}
	{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":1700000000000000000}
	{"kind":"name","of":"user","parts":1,"id":1001,"text":"bob","time_ns":1700000000000000000}
	{"kind":"name","of":"user","parts":1,"id":0,"text":"root","time_ns":1700000000000000000}
	{"kind":"name","of":"interface","parts":1,"id":2,"text":"eth0","time_ns":1700000000000000000}
	{"kind":"name","of":"cgroup","parts":1,"id":77,"text":"user.slice/ssh.scope","time_ns":1700000000000000000}
	{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"cgroup_id":77,"protocol":6,"bytes":60,"packets":1,"direction":"out","source":"192.0.2.10","source_port":40000,"destination":"198.51.100.7","destination_port":443,"time_ns":1700000000100000000}
	{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"cgroup_id":77,"protocol":6,"bytes":150000,"packets":100,"direction":"in","source":"198.51.100.7","source_port":443,"destination":"192.0.2.10","destination_port":40000,"time_ns":1700000000200000000}
	{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"cgroup_id":77,"protocol":17,"bytes":90,"packets":1,"direction":"out","source":"192.0.2.10","source_port":40001,"destination":"192.0.2.53","destination_port":53,"time_ns":1700000000300000000}
	{"uid":1001,"pid":43,"comm":"rsync","ifindex":3,"protocol":6,"bytes":3000000,"packets":2000,"direction":"out","source":"2001:db8::10","source_port":50000,"destination":"2001:db8:1::7","destination_port":873,"time_ns":1700003601100000000}
	{"uid":0,"pid":1,"comm":"ntpd","ifindex":2,"protocol":17,"bytes":76,"packets":1,"direction":"out","source":"2001:db8::10","source_port":123,"destination":"2001:db8:1::7","destination_port":123,"time_ns":1700003601200000000}
	{"kind":"lost","uid":1001,"pid":43,"comm":"rsync","protocol":6,"bytes":1500,"packets":1,"direction":"in","time_ns":1700007201100000000}
	{"bytes":84,"packets":1,"ifindex":2,"protocol":1,"direction":"in","source":"192.0.2.11","destination":"192.0.2.10","time_ns":1700007201200000000}
	{"kind":"end","direction":"in","run_id":7,"time_ns":1700007203000000000}
	{"kind":"end","direction":"out","run_id":7,"excluded_bytes":500,"excluded_packets":5,"time_ns":1700007203000000000}
	END
}

# The table by these keys, without its last two lines.
rows_by() {
	tm-report --by "$@" day.tm | head -n -2
}

shares="attributed 3.0 MiB (99.9 %), unowned 84 B (0.0 %), lost 1.5 KiB (0.0 %), excluded 500 B (0.0 %)"

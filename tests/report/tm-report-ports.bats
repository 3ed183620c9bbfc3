# tm-report --by port: whose port a connection's service has.

load ../helper
load ../events

# served PORT CLIENTS [MEMBERS]: what so many clients have from a server here
served() {
	local client lo
	for ((client = 0; client < $2; client++)); do
		lo="\"source_port\":$((40000 + client)),\"source\":\"198.51.100.$client\",\"destination\":\"192.0.2.1\",\"destination_port\":$1"
		moved "$client" in 1000 10 1 "$lo${3:+,$3}"
		lo="\"destination_port\":$((40000 + client)),\"destination\":\"198.51.100.$client\",\"source\":\"192.0.2.1\",\"source_port\":$1"
		moved "$client" out 1000 100 1 "$lo${3:+,$3}"
	done
}

@test "a server with a high port is one row, and so is that of another host" {
	for protocol in 6 17; do
		served 51413 50 "\"protocol\":$protocol" | tm-parse >day.tm
		run tm-report -q --by port --format csv --sum bytes day.tm
		assert_output $'port,in,out,total,lost\n51413,500,5000,5500,0'
		# as its clients' host sees it
		sed 's/"direction":"in"/"direction":"x"/; s/"out"/"in"/; s/"x"/"out"/' \
			<(tm-print --json day.tm) | tm-parse >theirs.tm
		run tm-report -q --by port,user --format csv --sum bytes theirs.tm
		assert_line 51413,1000,,5000,500,5500,0
		assert_equal "${#lines[@]}" 2
		# each interval has what is known by then, the end all of it
		run tm-report -n -t 10 --by port day.tm
		assert_line --regexp '^ *51413 .* 20 '
	done
}

@test "who answers a SYN or listens has the service, with one client, too" {
	local syn='"tcp_flags":2' ack='"tcp_flags":18' ends
	ends='"protocol":6,"source":"192.0.2.9","source_port":800'
	ends+=',"destination":"192.0.2.1","destination_port":2049'
	back='"protocol":6,"source":"192.0.2.1","source_port":2049'
	back+=',"destination":"192.0.2.9","destination_port":800'
	{
		moved 1 in 0 60 1 "$ends,$syn"
		moved 1 out 0 60 1 "$back,$ack"
		moved 2 in 0 500 1 "$ends"
	} | tm-parse >answered.tm
	{
		moved 1 in 0 60 1 "$ends,$syn,\"flags\":4"
		moved 2 in 0 560 2 "$ends"
	} | tm-parse >listening.tm
	for recording in answered listening; do
		run tm-report -q --by port --format csv --sum packets $recording.tm
		assert_equal "${#lines[@]}" 2
		assert_line --regexp '^2049,'
	done
	# nothing but a SYN shows nothing: it may be a scan
	moved 1 in 0 60 1 "$ends,$syn" | tm-parse >scan.tm
	run tm-report -q --by port --format csv --sum bytes scan.tm
	assert_line 800,60,0,60,0
}

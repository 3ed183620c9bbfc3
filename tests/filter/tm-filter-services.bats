# tm-filter: services and projects.

load ../helper
load ../events
load facts

# talk SECOND DIRECTION LOCAL_PORT REMOTE_PORT [PROTOCOL [MEMBERS]]
talk() {
	local ends='"source":"192.0.2.1","destination":"198.51.100.7"'
	local ports="\"source_port\":$3,\"destination_port\":$4"
	[ "$2" = out ] || {
		ends='"source":"198.51.100.7","destination":"192.0.2.1"'
		ports="\"source_port\":$4,\"destination_port\":$3"
	}
	moved "$1" "$2" 1000 100 1 "\"pid\":12,\"protocol\":${5:-6},$ends,$ports${6:+,$6}"
}

@test "service is the listening port by name, number and protocol" {
	{
		start
		talk 1 out 40000 443
		talk 2 in 22 50000
		talk 3 out 40001 53 17
		talk 4 out 40002 53
		talk 5 in 40002 53
		talk 6 out 0 0 1
		# a server above the client's port shows itself by its SYN+ACK
		talk 7 in 51413 40003 6 '"tcp_flags":2'
		talk 8 out 51413 40003 6 '"tcp_flags":18'
		talk 9 in 51413 40003
		status end 10
	} | tm-parse >all.tm
	assert_table <<-'END'
	1 | service https
	1 | service 443
	1 | service 443/tcp
	2 | service ssh
	3 4 5 | service domain
	3 | service domain/udp
	4 5 | service 53/tcp
	1 2 | service ssh,https
	1 2 | service *s*h*,"https"
	6 | service icmp
	7 8 9 | service 51413
	 | service 40003
	 | service "*"
	1 2 3 4 5 6 7 8 9 | service any
	1 2 6 7 8 9 | not service domain
	END
	run --separate-stderr tm-filter 'service nosuch' all.tm
	assert_equal "$stderr" \
		"tm-filter: note: no service is called nosuch in these events"
	run --separate-stderr tm-filter 'service ssh and service 22/tcp' all.tm
	assert_equal "$stderr" ""
	run --separate-stderr tm-filter 'service ssh and not service ssh' all.tm
	assert_equal "$stderr" \
		"tm-filter: note: this can never be true: service ssh and not service ssh"
}

@test "service learns who listens from events that another part drops" {
	{
		start
		moved 1 out 0 60 1 '"protocol":6,"tcp_flags":18,"source":"192.0.2.1","source_port":51413,"destination":"198.51.100.7","destination_port":40003'
		talk 2 in 51413 40003
		status end 3
	} | tm-parse >all.tm
	assert_table <<-'END'
	2 | uid 1000 and service 51413
	END
}

@test "project is that of the job, of the user or the primary group" {
	{
		start 7 0 node1
		name user 1000 alice
		name user 1001 bob
		name group 1001 biology
		name cgroup 90 /system.slice/slurmstepd.scope/job_4711/step_0
		packet 1 12 90
		packet 2 12
		moved 3 out 1001 100
		moved 4 out 1002 100
		moved 5 out 1001 100 1 '"kind":"lost"'
		moved 6 out 1002 100 1 '"kind":"lost"'
		status end 7
	} | tm-parse >all.tm
	assert_table <<-'END'
	3 5 6 | project biology
	1 2 4 6 | project none
	3 5 6 | project bio*
	END
	printf 'user alice physics\njob slurm/4711 climate\n' >projects
	assert_equal "$(kept --projects projects 'project climate')" "1 6"
	assert_equal "$(kept --projects projects 'project physics')" "2 6"
	assert_equal "$(kept --projects projects 'project physics,climate')" "1 2 6"
	assert_equal "$(kept --projects projects 'not project physics')" "1 3 4 5 6"
	run -2 tm-filter --projects projects in all.tm
	assert_line --index 0 "tm-filter: --projects is for the word project"
	tm-top -q --batch --projects projects -e 'project physics' all.tm >got
	grep -qE '^all .* 200$' got
	run -2 tm-top --batch --projects projects -e in all.tm
	assert_line --index 0 \
		"tm-top: --projects is for --by project or the word project"
	echo 'user alice' >bad
	run tm-filter --projects bad 'project x' all.tm
	assert_failure
	assert_line --partial "bad:1"
}

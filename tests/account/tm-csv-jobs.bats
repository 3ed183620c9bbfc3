# Columns of tm-csv for what a process belongs to.

load ../helper
load ../events
load ../report/jobs

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	node | tm-parse >node.tm
}

@test "columns name job, unit, login, command and others of each event" {
	tm-csv -q -o rows --header --columns job,step,unit,container,session,login,command,service,host,workload node.tm
	cut -d, -f 1,2,8- rows >columns
	run cat columns
	assert_output - <<-END
	direction,bytes,uid,job,step,unit,container,session,login,command,service,host,workload
	out,1000,1000,slurm/11,slurm/11.0,slurmstepd.scope,,,,/usr/bin/python3.11,https,node1,slurmstepd.scope
	in,3000,1000,slurm/11,slurm/11.0,slurmstepd.scope,,,,/usr/bin/python3.11,https,node1,slurmstepd.scope
	out,5000,1001,slurm/9,slurm/9.batch,slurmstepd.scope,,,,/usr/bin/rsync,ssh,node1,slurmstepd.scope
	out,700,1000,slurm/9,slurm/9.batch,slurmstepd.scope,,,,/usr/bin/rsync,domain/udp,node1,slurmstepd.scope
	in,40,0,,,docker-$ID.scope,docker/0123456789ab,,,/usr/sbin/nginx,ntp,node1,docker/0123456789ab
	in,41,0,,,nginx.service,,,,/usr/sbin/nginx,8443/tcp,node1,nginx.service
	in,60,0,,,session-3.scope,,3,alice,,icmp,node1,session-3.scope
	lost-in,90,1001,,,,,,,,,node1,
	END
}

@test "the column arguments has the recorded command line of the process" {
	tm-csv -q -o - --columns arguments node.tm >rows
	run grep -c '"rsync --password=xxx a, b"$' rows
	assert_output 2
	run grep -c ',$' rows
	assert_output 6
}

@test "--projects gives the column project a job's, a user's or a group's" {
	printf '%s\n' 'job slurm/11 higgs' 'user bob genes' >projects
	tm-csv -q -o - --columns project --projects projects node.tm |
		cut -d, -f 2,9 >rows
	run cat rows
	assert_output - <<-'END'
	1000,higgs
	3000,higgs
	5000,genes
	700,physics
	40,
	41,
	60,
	90,genes
	END
	run -2 tm-csv -q -o - --columns job --projects projects node.tm
	assert_line 'tm-csv: --projects is for --columns project'
}

@test "files of each user have no column that was not asked for" {
	tm-csv -q --header node.tm
	run head -n 1 traffic_user_unknown_1000.log
	assert_output direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out
}

# Debian's own Slurm, which runs its jobs by cgroup2: what they move is the job's.
# bats file_tags=kernel

load ../helper
load slurm

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	node_prepare
	slurm_configure cgroup/v2
	ssh_configure
	node_boot
	slurm_start cgroup/v2
}

teardown_file() {
	node_shut
}

@test "steps of jobs of two users, by cgroup2, are exact to the byte" {
	two_users
	documented "three steps of a Slurm job by cgroup2 send" \
		"600 datagrams of 1028 B" "each step, exactly" slurm.bats
}

@test "steps of jobs of two users are exact in sums, too" {
	two_users --every 1s
}

# resets: how many the other host has sent
resets() {
	at "$FAR" awk '/^Tcp: [0-9]/ { print $15 }' /proc/net/snmp
}

# without_resets BEFORE: what the cable counted but what sockets exchanged that
# had ended. On a second processor the other host's end can overtake the answer
# (52 B) to ours; the kernel answers that late packet (52 B) itself, without a
# socket that a program could see, and is told so (40 B).
without_resets() {
	awk -v n=$(($(resets) - $1)) \
		'{ print $1 - n * 92, $2 - n * 52, $3 - n * 2, $4 - n }' wire
}

@test "5,000 connections of one job at once are exact to the byte" {
	local server before
	ulimit -n 8192 # for the job, too
	at "$FAR" python3 -I connections.py serve 198.51.100.2 7709 5000 \
		>got 3>&- &
	server=$!
	eventually has_listener "$FAR" 7709
	before=$(resets)
	meter
	submit carol many <<-END
		#!/bin/sh
		exec python3 -I $NODE/connections.py open 198.51.100.2 7709 5000 700
	END
	wait $server
	eventually has_ended "$JOB"
	metered
	assert_equal "$(cat got)" 3500000
	assert_equal "$(report job,user)" \
		"slurm/$JOB $CAROL $(without_resets "$before")"
	documented "a job opens 5000 connections at once" \
		"3500000 B over TCP" "the job, exactly" slurm.bats
}

@test "processes of a job that last 5 ms are all named" {
	meter
	submit dave short <<-END
		#!/bin/sh
		for _ in \$(seq 200); do
			$NODE/traffic udp 198.51.100.2 9 1 1000
		done
	END
	eventually has_ended "$JOB"
	metered
	assert_equal "$(report job,command,login)" \
		"slurm/$JOB $NODE/traffic - 0 205600 0 200"
	documented "a job starts 200 processes that last about 5 ms" \
		"200 datagrams of 1028 B" \
		"the job and their executable, exactly" slurm.bats
}

@test "an ssh session that enters a job is the job's, by cgroup2" {
	adopted_session
	documented "pam_slurm_adopt moves an ssh session into a job by cgroup2" \
		"5514000 B" "the job: 99.9 % or more, and its login user" \
		slurm.bats
}

# Debian's own Slurm, which runs its jobs by cgroup1, on a host that has both: the
# cgroup that the kernel meters says nothing of the job.
# bats file_tags=kernel

load ../helper
load slurm

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	node_prepare
	slurm_configure cgroup/v1
	ssh_configure
	node_boot freezer devices
	slurm_start cgroup/v1
}

teardown_file() {
	node_shut
}

@test "steps of jobs of two users, by cgroup1, are exact to the byte" {
	two_users
	documented "the same by cgroup1, on a host that also has cgroup2" \
		"600 datagrams of 1028 B" "each step, exactly" \
		slurm-cgroup1.bats
}

@test "an ssh session that enters a job is the job's, by cgroup1" {
	adopted_session
	documented "the same by cgroup1" "5514000 B" \
		"the job: 99.9 % or more, and its login user" \
		slurm-cgroup1.bats
}

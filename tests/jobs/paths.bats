# Cgroups named as job managers, container engines and systemd name them, for what
# the other tests here do not start: the kernel names them, tm-report reads them.
# bats file_tags=kernel

load ../helper
load node

H=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
POD=12345678-9abc-def0-1234-56789abcdef0

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	node_prepare
	node_boot freezer devices
}

teardown_file() {
	node_shut
}

# move DATAGRAMS CGROUP...: as a process that is in all of these
move() {
	local count=$1 cgroup
	shift
	mkdir -p "$@"
	(
		for cgroup; do
			echo $BASHPID >"$cgroup/cgroup.procs"
		done
		exec nsenter --net="/run/netns/$HOST" \
			traffic udp 198.51.100.2 9 "$count" 100
	)
}

# belong TREE [CGROUP]: moves something in the cgroup of the tree that each line of
# stdin begins with, "PATH: JOB STEP UNIT CONTAINER SESSION", and in CGROUP besides,
# and expects what the lines say. H stands for the id of a container, U for a
# pod's UID, V for the same with "_".
belong() {
	local tree=$1 count=0 line
	shift
	rm -f expected
	meter
	while read -r line; do
		line=${line//H/$H}
		line=${line//U/$POD}
		line=${line//V/${POD//-/_}}
		count=$((count + 1))
		move $count "$tree${line%%: *}" "$@"
		echo "${line#*: } 0 $((128 * count)) 0 $count" >>expected
	done
	metered
	report job,step,unit,container,session | diff <(sort expected) -
}

@test "every path of cgroup2 says what its processes belong to" {
	belong "$CGROUP" <<-'END'
		/system.slice/slurmstepd.scope/job_11/step_0/user/task_3: slurm/11 slurm/11.0 slurmstepd.scope - -
		/system.slice/n1_slurmstepd.scope/job_12/step_batch/user/task_special: slurm/12 slurm/12.batch n1_slurmstepd.scope - -
		/system.slice/slurmstepd.scope/s5K1KKYAYG5D00/step_0/user/task_0: slurm/s5K1KKYAYG5D00 slurm/s5K1KKYAYG5D00.0 slurmstepd.scope - -
		/pbs_jobs.service/jobs/13.server: pbs/13.server - pbs_jobs.service - -
		/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podV.slice/cri-containerd-H.scope: - - cri-containerd-H.scope kubernetes/0123456789ab -
		/kubepods.slice/kubepods-podV.slice/crio-H.scope/container: - - crio-H.scope kubernetes/0123456789ab -
		/kubepods.slice/kubepods-podV.slice/docker-H.scope: - - docker-H.scope kubernetes/0123456789ab -
		/kubepods/besteffort/podU/H: - - - kubernetes/0123456789ab -
		/system.slice/docker-H.scope: - - docker-H.scope docker/0123456789ab -
		/docker/H: - - - docker/0123456789ab -
		/machine.slice/libpod-H.scope/container: - - libpod-H.scope podman/0123456789ab -
		/machine.slice/libpod-conmon-H.scope: - - libpod-conmon-H.scope - -
		/system.slice/nginx.service: - - nginx.service - -
		/system.slice/ssh.socket: - - ssh.socket - -
		/system.slice/a\x2db.service: - - a\\x2db.service - -
		/user.slice/user-541003.slice/session-3.scope: - - session-3.scope - 3
		/user.slice/user-541003.slice/session-c4.scope: - - session-c4.scope - c4
		/user.slice/user-541003.slice/user@541003.service/app.slice/mail.service: - - mail.service - -
		/user.slice/user-541003.slice: - - - - -
	END
}

@test "every path of cgroup1 says the job, whatever the others say" {
	local freezer devices
	read -r _ freezer devices <<<"$CGROUPS"
	belong "$devices" "$freezer/system.slice/slurmd.service" \
		"$CGROUP/system.slice/slurmd.service" <<-'END'
		/slurm/uid_541003/job_21/step_0/task_1: slurm/21 slurm/21.0 slurmd.service - -
		/slurm_n1/uid_541003/job_22/step_extern/task_0: slurm/22 slurm/22.extern slurmd.service - -
		/pbs_jobs.service/jobid/23.server: pbs/23.server - slurmd.service - -
		/pbspro/jobid/24.server: pbs/24.server - slurmd.service - -
		/docker/H: - - slurmd.service docker/0123456789ab -
	END
}

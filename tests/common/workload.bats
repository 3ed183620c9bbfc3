# What a process belongs to, by the path of its cgroup.

load ../helper

HEX=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
POD=12345678-9abc-def0-1234-56789abcdef0

# belong: lines "PATH -> WHAT" of stdin are true. H stands for the id of a
# container, U for a pod's UID, V for the same with "_".
belong() {
	local line path
	while IFS= read -r line; do
		line=${line//H/$HEX}
		line=${line//U/$POD}
		line=${line//V/${POD//-/_}}
		path=${line%% ->*}
		run workload-check "$path"
		assert_success
		assert_equal "$path ->${output#*->}" "$line"
	done
}

@test "a path of Slurm names job and step, by cgroup2 and by cgroup1" {
	belong <<-'END'
	/system.slice/slurmstepd.scope/job_4711/step_0/user/task_3 -> job slurm/4711 step 0 unit slurmstepd.scope
	/system.slice/slurmstepd.scope/job_4711/step_extern/user/task_special -> job slurm/4711 step extern unit slurmstepd.scope
	/system.slice/node1_slurmstepd.scope/job_4711/step_batch/slurm -> job slurm/4711 step batch unit node1_slurmstepd.scope
	/system.slice/slurmstepd.scope/job_4711 -> job slurm/4711 unit slurmstepd.scope
	/system.slice/slurmstepd.scope/s5K1KKYAYG5D00/step_0/user/task_0 -> job slurm/s5K1KKYAYG5D00 step 0 unit slurmstepd.scope
	/slurm/uid_1000/job_12/step_0/task_0 -> job slurm/12 step 0
	/slurm_node7/uid_1000/job_12/step_interactive/task_0 -> job slurm/12 step interactive
	/system.slice/slurmstepd.scope/system -> unit slurmstepd.scope
	/slurm/uid_1000 ->
	END
}

@test "a path of PBS names the job" {
	belong <<-'END'
	/pbs_jobs.service/jobs/12.server -> job pbs/12.server unit pbs_jobs.service
	/pbs_jobs.service/jobid/12[3].server -> job pbs/12[3].server unit pbs_jobs.service
	/pbspro.service/jobid/12.server -> job pbs/12.server unit pbspro.service
	/pbspro/jobid/12.server -> job pbs/12.server
	/pbs/jobid/12.server -> job pbs/12.server
	/pbs_jobs.service/jobs -> unit pbs_jobs.service
	END
}

@test "a path of Kubernetes names pod and container, by either driver" {
	belong <<-'END'
	/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podV.slice/cri-containerd-H.scope -> unit cri-containerd-H.scope container kubernetes/0123456789ab pod U
	/kubepods.slice/kubepods-podV.slice/crio-H.scope/container -> unit crio-H.scope container kubernetes/0123456789ab pod U
	/kubepods.slice/kubepods-podV.slice/docker-H.scope -> unit docker-H.scope container kubernetes/0123456789ab pod U
	/kubepods/besteffort/podU/H -> container kubernetes/0123456789ab pod U
	/kubepods/pod0123456789abcdef0123456789abcdef/H -> container kubernetes/0123456789ab pod 0123456789abcdef0123456789abcdef
	/docker/H/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podV.slice/cri-containerd-H.scope -> unit cri-containerd-H.scope container kubernetes/0123456789ab pod U
	/system.slice/containerd.service/kubepods-podV.slice:cri-containerd:H -> unit containerd.service container kubernetes/0123456789ab pod U
	/kubepods.slice/kubepods-podV.slice -> pod U
	END
}

@test "a path of Docker or Podman names the container, not its monitor" {
	belong <<-'END'
	/system.slice/docker-H.scope -> unit docker-H.scope container docker/0123456789ab
	/docker/H -> container docker/0123456789ab
	/machine.slice/libpod-H.scope/container -> unit libpod-H.scope container podman/0123456789ab
	/machine.slice/libpod-conmon-H.scope -> unit libpod-conmon-H.scope
	/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-H.scope -> unit libpod-H.scope container podman/0123456789ab
	/libpod_parent/libpod-H -> container podman/0123456789ab
	/system.slice/web.service/libpod-payload-H -> unit web.service container podman/0123456789ab
	/docker/H/system.slice/nginx.service -> unit nginx.service container docker/0123456789ab
	END
}

@test "a path of systemd names the innermost unit and the session, no slice" {
	belong <<-'END'
	/system.slice/nginx.service -> unit nginx.service
	/system.slice/system-getty.slice/getty@tty1.service -> unit getty@tty1.service
	/system.slice/ssh.socket -> unit ssh.socket
	/system.slice/a\x2db.service -> unit a\x2db.service
	/init.scope -> unit init.scope
	/user.slice/user-1000.slice/session-3.scope -> unit session-3.scope session 3
	/user.slice/user-1000.slice/session-c12.scope -> unit session-c12.scope session c12
	/user.slice/user-1000.slice/user@1000.service/app.slice/mail.service -> unit mail.service
	/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service -> unit nginx.service
	/system.slice ->
	/user.slice/user-1000.slice ->
	/ ->
	/system.slice/srv-data.mount -> unit srv-data.mount
	END
}

@test "cgroups that a user makes in a unit of their own name no job" {
	belong <<-'END'
	/user.slice/user-1000.slice/user@1000.service/slurmstepd.scope/job_1/step_0 -> unit slurmstepd.scope
	/user.slice/user-1000.slice/user@1000.service/app.slice/slurm/uid_0/job_1/step_0 -> unit user@1000.service
	/user.slice/user-1000.slice/user@1000.service/pbs_jobs.service/jobs/1 -> unit pbs_jobs.service
	/system.slice/foo.service/slurmstepd.scope/job_1/step_0 -> unit slurmstepd.scope
	/system.slice/foo.service/a/b/slurm/uid_0/job_1/step_0 -> unit foo.service
	/system.slice/foo.service/pbspro.service/jobid/1 -> unit pbspro.service
	/system.slice/slurmstepd.scope/job_1/step_0/user/slurmstepd.scope/job_2/step_9 -> job slurm/1 step 0 unit slurmstepd.scope
	END
}

@test "a path that resembles a known one names nothing" {
	belong <<-'END'
	/system.slice/slurmstepd.scope/job_ -> unit slurmstepd.scope
	/system.slice/slurmstepd.scope/job_12x/step_0 -> unit slurmstepd.scope
	/system.slice/slurmstepd.scope/job_-1/step_0 -> unit slurmstepd.scope
	/system.slice/slurmstepd.scope/s5K1KKYAYG5D0/step_0 -> unit slurmstepd.scope
	/system.slice/slurmstepd.scope/sILOU000000000/step_0 -> unit slurmstepd.scope
	/system.slice/xslurmstepd.scope/job_1 -> unit xslurmstepd.scope
	/slurmx/uid_1000/job_12/step_0 ->
	/slurm/uid_x/job_12/step_0 ->
	/slurm/job_12/step_0 ->
	/jobs/12.server ->
	/docker/0123456789a ->
	/docker/0123456789abcdefg ->
	/dockerx/H ->
	/docker/HH ->
	/system.slice/x-H.scope -> unit x-H.scope
	/podU/H ->
	/kubepods/podU0/H ->
	/kubepods/xpodU/H -> container kubernetes/0123456789ab pod U
	/user.slice/session-3.scope -> unit session-3.scope
	/user.slice/user-1000.slice/session-.scope -> unit session-.scope
	/user.slice/user-1000.slice/session-%n.scope -> unit session-%n.scope
	/system.slice/.service ->
	//system.slice///nginx.service/ -> unit nginx.service
	nginx.service -> unit nginx.service
	/../../nginx.service -> unit nginx.service
	END
}

@test "a name longer than a directory's names nothing" {
	local long
	long=$(printf '%0300d' 0)

	run workload-check "/system.slice/$long.service" \
		"/pbs_jobs.service/jobs/$long" \
		"/system.slice/slurmstepd.scope/job_$long" \
		"/system.slice/slurmstepd.scope/job_1/step_$long"
	assert_success
	assert_equal "$(sed 's/.*->//' <<<"$output")" "$(printf '%s\n' '' \
		' unit pbs_jobs.service' ' unit slurmstepd.scope' \
		' job slurm/1 unit slurmstepd.scope')"
}

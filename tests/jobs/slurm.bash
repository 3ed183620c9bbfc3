# Loaded by the tests of jobs: Slurm on the node, controller and daemon in one.

load node

# slurm_configure PLUGIN: cgroup/v1 or cgroup/v2
slurm_configure() {
	mkdir etc/slurm etc/munge state spool
	cat >etc/slurm/slurm.conf <<-END
		ClusterName=tm
		SlurmctldHost=node(127.0.0.1)
		SlurmUser=root
		SlurmdUser=root
		AuthType=auth/munge
		StateSaveLocation=$NODE/state
		SlurmdSpoolDir=$NODE/spool
		SlurmctldPidFile=/run/slurmctld.pid
		SlurmdPidFile=/run/slurmd.pid
		ProctrackType=proctrack/cgroup
		TaskPlugin=task/cgroup
		PrologFlags=Contain
		MpiDefault=none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core
		SlurmdParameters=config_overrides
		NodeName=node NodeAddr=127.0.0.1 CPUs=8
		PartitionName=all Nodes=node Default=YES
	END
	cat >etc/slurm/cgroup.conf <<-END
		CgroupPlugin=$1
		CgroupMountpoint=/sys/fs/cgroup
		IgnoreSystemd=yes
		ConstrainCores=no
		ConstrainRAMSpace=no
		ConstrainDevices=$([ "$1" = cgroup/v1 ] && echo yes || echo no)
	END
	head -c 1024 /dev/urandom >etc/munge/munge.key
	chmod 700 etc/munge
	chmod 400 etc/munge/munge.key
}

slurm_is_up() {
	[ "$(on_node sinfo -h -o %T 2>/dev/null)" = idle ]
}

# slurm_start PLUGIN: all of it on the node, until it takes jobs
slurm_start() {
	on_node mkdir /run/munge
	node_daemon munged munged --foreground --seed-file=munge.seed
	eventually on_node test -S /run/munge/munge.socket.2
	node_daemon slurmctld slurmctld -D
	# with IgnoreSystemd it expects systemd's slice all the same
	[ "$1" = cgroup/v1 ] || on_node mkdir /sys/fs/cgroup/system.slice
	build_preload cgroup2-only .
	node_daemon slurmd env LD_PRELOAD="$NODE/cgroup2-only.so" \
		slurmd -D -N node
	eventually slurm_is_up || {
		tail -n 20 slurmctld.log slurmd.log >&2
		return 1
	}
}

# submit USER NAME [OPTION]...: the script on standard input as a batch job; its
# number is in $JOB, its output in home/USER/NAME
submit() {
	local user=$1 name=$2
	shift 2
	JOB=$(as "$user" sbatch --parsable --chdir="$NODE/home/$user" \
		--output="$NODE/home/$user/$name" "$@")
}

# has_ended JOB
has_ended() {
	on_node scontrol -o show job "$1" | grep -q ' JobState=COMPLETED '
}

# start_job USER: one that lasts until end_job, in $JOB; it has started
start_job() {
	submit "$1" waiting <<-'END'
		#!/bin/sh
		touch started
		until [ -e enough ]; do sleep 0.1; done
	END
	eventually test -e "home/$1/started"
}

# end_job USER
end_job() {
	touch "home/$1/enough"
	eventually has_ended "$JOB"
}

# ssh_configure: an sshd whose sessions pam_slurm_adopt moves into the user's job,
# for a node that has not booted yet
ssh_configure() {
	mkdir etc/pam.d etc/ssh
	cat >etc/pam.d/sshd <<-END
		account required pam_slurm_adopt.so action_no_jobs=deny
		session required pam_loginuid.so
	END
	cat >etc/ssh/sshd_config <<-END
		HostKey $NODE/host_key
		AuthorizedKeysFile $NODE/key.pub
		StrictModes no
		UsePAM yes
	END
	ssh-keygen -qt ed25519 -N '' -f host_key
	ssh-keygen -qt ed25519 -N '' -f key
}

ssh_serve() {
	on_node mkdir -p /run/sshd
	node_daemon sshd /usr/sbin/sshd -D -e
	eventually has_listener "$HOST" 22
}

# ssh_to USER COMMAND: from the other host
ssh_to() {
	at "$FAR" ssh -i key -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		"$1@198.51.100.1" "$2"
}

# two_users [OPTION of tm-capture]...: jobs of both at once, one of them of steps;
# this and adopted_session is done with both versions of cgroups
two_users() {
	local carol dave sink
	at "$FAR" traffic sink 198.51.100.2 7708 >got 3>&- &
	sink=$!
	eventually has_listener "$FAR" 7708
	meter "$@"
	submit carol steps <<-END
		#!/bin/sh
		$NODE/traffic udp 198.51.100.2 9 100 1000
		srun $NODE/traffic udp 198.51.100.2 9 200 1000
		srun $NODE/traffic udp 198.51.100.2 9 300 1000
	END
	carol=$JOB
	submit dave copy <<-END
		#!/bin/sh
		exec $NODE/traffic tcp 198.51.100.2 7708 3000000
	END
	dave=$JOB
	wait $sink
	eventually has_ended "$carol"
	eventually has_ended "$dave"
	metered
	assert_equal "$(cat got)" 3000000
	report step,user >rows
	diff - rows <<-END
		slurm/$carol.0 $CAROL 0 205600 0 200
		slurm/$carol.1 $CAROL 0 308400 0 300
		slurm/$carol.batch $CAROL 0 102800 0 100
		slurm/$dave.batch $DAVE $(without 616800 600)
	END
	report job,user >rows
	diff - rows <<-END
		slurm/$carol $CAROL 0 616800 0 600
		slurm/$dave $DAVE $(without 616800 600)
	END
	rm -f h.db
	tm-store -q --db h.db cable.tm
	tm-store job --db h.db --format csv "slurm/$carol" |
		cut -d, -f 1,2,8,9,11,12 >kept
	diff - kept <<-END
		job,uid,in,out,packets_in,packets_out
		slurm/$carol,$CAROL,0,616800,0,600
	END
	tm-filter "job slurm/$dave" cable.tm >dave.tm
	mv dave.tm cable.tm
	assert_equal "$(report job,user)" "$(tail -n 1 rows)"
}

# without BYTES PACKETS: what the cable counted but these going out
without() {
	awk -v bytes="$1" -v packets="$2" \
		'{ print $1, $2 - bytes, $3, $4 - packets }' wire
}

# pam_slurm_adopt moves the server's process into the job while the session
# begins, so what it moved before is the daemon's.
adopted_session() {
	ssh_serve
	head -c 5000000 /dev/zero >home/carol/file
	start_job carol
	meter
	ssh_to carol "cat file; $NODE/traffic udp 198.51.100.2 9 500 1000" >got
	metered
	end_job carol
	cmp got home/carol/file
	report step,login,command >rows
	cat rows
	grep -qx "slurm/$JOB.extern $CAROL $NODE/traffic 0 514000 0 500" rows
	# all but the beginning, and that by the user it is for
	report job,user | awk -v job="slurm/$JOB" -v user=$CAROL '
		{ all += $4 }
		$1 == job && $2 == user { of_job += $4 }
		END { print of_job, "of", all
			exit !(all > 5514000 && of_job > 0.999 * all) }'
	awk '{ sum += $5 } END { print sum }' rows >sum
	assert_equal "$(cat sum)" "$(awk '{ print $2 }' wire)"
}

# What tm-doctor finds on the host: interfaces, mounts, programs of others.
# bats file_tags=kernel

load ../helper
load doctor

@test "bridge ports and tunnels in the network namespace are named" {
	ip netns add "$NETNS"
	ip -n "$NETNS" link add bridge9 type bridge
	for number in 1 2; do
		ip -n "$NETNS" link add part$number type veth peer name far$number
		ip -n "$NETNS" link set part$number master bridge9
	done
	ip -n "$NETNS" link add tunnel9 type vxlan id 5 dstport 4789
	nsenter --net="/run/netns/$NETNS" tm-doctor --json >out
	run row "bond, bridge, team"
	assert_output --regexp "^note part[12] in bridge9, part[12] in bridge9 \| .*\
\| tm-capture -i bridge9$"
	run row tunnels
	assert_output --regexp "^note tunnel9 \|"
}

@test "if interfaces cannot be listed, the result is unknown" {
	run -0 strace -f -qq -o log -e trace=socket \
		-e inject=socket:error=EAFNOSUPPORT tm-doctor --json
	assert_file_contains log INJECTED
	echo "$output" >out
	assert_equal "$(row tunnels)" "unknown Address family not supported by\
 protocol |  | "
}

@test "RDMA and network disks are named" {
	mkdir part
	# shellcheck disable=SC2016 # for the other shell
	elsewhere 'mount -t tmpfs none /sys/class
		cd /sys/class
		mkdir -p infiniband/mlx5_0 nvme/nvme0 nvme/nvme1
		echo pcie >nvme/nvme0/transport
		echo tcp >nvme/nvme1/transport
		cd "$OLDPWD"'
	assert_equal "$status" 0
	run row "RDMA devices"
	assert_output --regexp "^note mlx5_0 \| .*not seen"
	run row "network disks"
	assert_output --regexp "^note nvme1 \|"
}

@test "network file systems are named, whatever they are called" {
	{
		cat /proc/self/mountinfo
		printf '%s\n' '99 1 0:99 / /home rw - ext4 /dev/nfs rw' \
			'99 1 0:99 / /a\040b rw shared:1 - nfs4 e\012vil\033[2J:/x rw' \
			'99 1 0:99 / /scratch rw - lustre 192.0.2.1@o2ib:/s rw'
	} >mountinfo
	run -0 unshare -m sh -c 'mount --bind mountinfo /proc/$$/mountinfo
		exec tm-doctor'
	assert_output --partial 'nfs4 e\x0avil\x1b[2J:/x on /a b,'
	assert_output --partial '192.0.2.1@o2ib:/s on'
	refute_output --partial /dev/nfs
	unshare -m sh -c 'mount --bind mountinfo /proc/$$/mountinfo
		exec tm-doctor --json' >out
	assert_equal "$(jq '.checks[] | select(.name ==
		"network file systems").found' out)" \
		'"nfs4 e\nvil\u001b[2J:/x on /a b, lustre 192.0.2.1@o2ib:/s on /scratch"'
}

@test "a program that another meter left is named and kept" {
	mkdir part
	mkdir "$CGROUP/user.slice"
	leave shared "$CGROUP/user.slice"
	elsewhere :
	assert_equal "$status" 0
	run row "program without a link"
	assert_output --regexp "^note old_meter \(id [0-9]+\), ingress of\
 .*/part/user.slice \| .* \| bpftool cgroup detach .*/part/user.slice ingress\
 id [0-9]+$"
	# the memory that is free changes by itself, as do others' programs
	grep -v -e '"name":"memory"' -e '"name":"held programs"' out >before
	elsewhere :
	diff <(grep -v -e '"name":"memory"' -e '"name":"held programs"' out) \
		before
	rmdir "$CGROUP/user.slice"
}

@test "a cgroup's name does not get into a command to be copied" {
	mkdir part
	mkdir "$CGROUP/\$(id)"
	leave shared "$CGROUP/\$(id)"
	elsewhere :
	rmdir "$CGROUP/\$(id)"
	run row "program without a link"
	assert_output --partial "/part/\$(id) |"
	assert_output --partial "| bpftool cgroup detach CGROUP ingress id "
}

@test "a program that was attached without sharing is reported as a conflict" {
	mkdir part
	leave alone "$CGROUP"
	elsewhere :
	assert_equal "$status" 77
	run row "room at the root"
	assert_output --regexp "^missing program [0-9]+ is attached so that no\
 other may be \| .* \| bpftool cgroup detach $PWD/part ingress id [0-9]+$"
	run tm-capture -q -c "$CGROUP" --for 100ms
	assert_equal "$status" 77
}

@test "a running capture is not reported as left over" {
	mkdir part
	tm-capture -q -c "$CGROUP" >out.tm &
	CAPTURE=$!
	has_begun out.tm
	elsewhere :
	kill "$CAPTURE"
	wait "$CAPTURE"
	CAPTURE=
	run row "left-over programs"
	assert_output "ok none |  | "
	run row "held programs"
	assert_output --regexp "^ok [3-9], which end with who holds them"
}

@test "a leftover tc filter is named with the command that removes it" {
	mkdir part fs
	elsewhere 'mount -t bpf none fs && leave pinned fs/old &&
		exec unshare -n sh -c "tc qdisc add dev lo clsact &&
		tc filter add dev lo ingress pref 7 bpf da object-pinned fs/old &&
		tm-doctor --json >out &&
		\$(jq -r .checks[].fix out | grep ^tc) &&
		tm-doctor --json >after"'
	assert_success
	run row "program without a link"
	assert_output --regexp "^note old_meter \(id [0-9]+\), tc ingress of lo \|\
 .* \| tc filter del dev lo ingress pref 7 handle 0x1 bpf$"
	mv after out
	assert_equal "$(row "left-over programs")" "ok none |  | "
}

@test "programs that a killed tm-capture left are named, with their own fix" {
	ip netns add "$NETNS"
	nsenter --net="/run/netns/$NETNS" tm-capture --hook clsact -i lo \
		>out.tm 2>err 3>&- &
	CAPTURE=$!
	has_begun out.tm
	kill -KILL "$(sed -n 's/.*process \([0-9]*\) removes.*/\1/p' err)" \
		"$CAPTURE"
	wait "$CAPTURE" || true
	CAPTURE=
	nsenter --net="/run/netns/$NETNS" tm-doctor --json >out
	run row "program without a link"
	assert_line --regexp "^note tm_tc_in \(id [0-9]+\), tc ingress of lo \|\
.* \| tm-capture --detach -i lo$"
	nsenter --net="/run/netns/$NETNS" tm-capture --detach -i lo
	nsenter --net="/run/netns/$NETNS" tm-doctor --json >out
	run row "program without a link"
	refute_output --partial tm_tc
}

@test "interface hooks are tried only in a namespace of tm-doctor's own" {
	run -0 strace -f -qq -o log -e trace=unshare \
		-e inject=unshare:error=EPERM tm-doctor --json
	assert_file_contains log INJECTED
	echo "$output" >out
	assert_equal "$(row tcx)" "unknown takes CAP_SYS_ADMIN to be tried where\
 nothing is metered |  | "
}

@test "tm-doctor leaves nothing behind" {
	tm-doctor >/dev/null
	as_nobody tm-doctor >/dev/null || true
	run loaded
	refute_output --partial tm_doctor
	run find "$TREE" -maxdepth 1 -regex '.*/tm-doctor-[0-9]+'
	assert_output ""
}

@test "tm-doctor --quiet prints only rows that are not ok" {
	run -77 sh -c 'ulimit -n 16; exec tm-doctor -q'
	assert_line --regexp '^  missing  open files'
	refute_line --regexp '^  ok '
}

@test "invalid options of tm-doctor are refused, and a full disk is an error" {
	run -2 tm-doctor --nosuch
	assert_line "try: tm-doctor --help"
	run -2 tm-doctor /dev/null
	assert_line "try: tm-doctor --help"
	run -0 tm-doctor --help
	assert_line --partial "usage: tm-doctor"
	run -0 tm-doctor --version
	assert_output --regexp '^tm-doctor [0-9]'
	run -1 sh -c 'tm-doctor >/dev/full'
	assert_output "tm-doctor: standard output: No space left on device"
}

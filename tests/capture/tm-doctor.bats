# What this machine permits, and machines that permit less.
# bats file_tags=kernel

load ../helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	needs_root
	TREE=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	CGROUP=$TREE/tm-doctor-test-$$-$BATS_TEST_NUMBER
	NETNS=tm-doctor-$$
	mkdir "$CGROUP"
}

teardown() {
	[ -z "${CAPTURE-}" ] || kill -KILL "$CAPTURE" 2>/dev/null || true
	[ ! -e "/run/netns/$NETNS" ] || ip netns del "$NETNS"
	[ ! -d "${CGROUP-}" ] || rmdir "$CGROUP"
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# with CAPABILITIES COMMAND...: as an ordinary user who has only these
with() {
	local list=$1
	shift
	as_nobody --inh-caps="-all,$list" --ambient-caps="-all,$list" "$@"
}

# rows JQ: of what it printed to "out", "NAME STATE" by a condition
rows() {
	jq -r ".checks[] | select($1) | \"\(.name) \(.state)\"" out
}

# row NAME: that row of "out", as "STATE FOUND | COST | MEND"
row() {
	jq -r --arg name "$1" '.checks[] | select(.name == $name) |
		"\(.state) \(.found) | \(.cost) | \(.mend)"' out
}

# elsewhere COMMANDS: in mounts of its own, where the test's cgroup is all of
# the tree that there is; its JSON is in "out", its exit code in $status
elsewhere() {
	run unshare -m sh -c "
		mount --bind '$CGROUP' '$BATS_TEST_TMPDIR/part' &&
		awk '/ - cgroup2 / { print \$5 }' /proc/self/mountinfo |
			grep -v '/part\$' |
			while read -r at; do umount -l \"\$at\"; done
		$1
		exec tm-doctor --json >out"
}

@test "without CAP_PERFMON that is what is missing, not a newer kernel" {
	with +bpf,+net_admin tm-doctor --json >out
	run jq -r '.checks[] | select(.state == "missing") | .name' out
	assert_output CAP_PERFMON
	run row tp_btf/sock_recv_length
	assert_output "unknown needs CAP_PERFMON to be tried |  | "
}

@test "what Linux 5.8 lacks is missing, with the kernel that has it" {
	on_linux_5_8
	tm-doctor --json >out
	run jq -r '.checks[] | select(.state == "missing") |
		"\(.name): \(.mend)"' out
	assert_output "\
cgroup/sock_create: a kernel of 5.9 or newer with CONFIG_CGROUP_BPF=y
tp_btf/sock_recv_length: a kernel of 6.3 or newer
tp_btf/tcp_rcv_space_adjust: a kernel of 5.11 or newer
iter/task_file: a kernel of 5.11 or newer
tcx: a kernel of 6.6 or newer"
}

@test "all that tm-capture uses works for root" {
	tm-doctor --json >out
	run rows '.group == "kernel" and .state != "ok" and
		.name != "lockdown" and .name != "unprivileged bpf"'
	assert_output ""
	run rows '.name == ("cgroup_skb/ingress", "cgroup_skb/egress",
		"cgroup/sock_create", "flow table",
		"tp_btf/sock_recv_length", "tp_btf/tcp_rcv_space_adjust",
		"iter/task_file",
		"socket storage", "ring buffer", "longest prefix match",
		"mapped counters", "bpf_probe_read_kernel",
		"tcx", "clsact", "bpf_sk_lookup_tcp", "bpf_sk_lookup_udp",
		"BTF", "JIT")'
	assert_equal "${#lines[@]}" 18
	assert_equal "$(jq .can_capture out)" true
}

@test "the text and the JSON have the same rows" {
	tm-doctor >text
	tm-doctor --json >out
	jq -r '.checks[] | "\(.state) \(.name)"' out |
		grep -v -e ' held programs' -e ' program without' >of_json
	awk '/^  (ok|note|unknown|missing) / { state = $1
		name = substr($0, 12, 27); sub(/ +$/, "", name)
		print state, name }' text |
		grep -v -e ' held programs' -e ' program without' >of_text
	diff of_json of_text
	assert [ "$(wc -l <of_json)" -gt 40 ]
	run -0 grep -c '^tm-capture can capture here' text
}

@test "every row that is not ok says what it costs or why it is unknown" {
	run as_nobody tm-doctor --json
	assert_equal "$status" 77
	echo "$output" >out
	run rows '.state == "missing" and (.cost == "" or .mend == "")'
	assert_output ""
	run rows '.state == "unknown" and .found == ""'
	assert_output ""
	run rows '(.mend, .cost, .found) | contains("\n")'
	assert_output ""
}

@test "without rights it exits 77, and names the mend" {
	run -77 as_nobody tm-doctor
	assert_line --regexp '^  missing  CAP_BPF +not held$'
	assert_line --partial 'mend: sudo tm-capture'
	assert_line --regexp '^  unknown  cgroup_skb/ingress +needs the rights'
	assert_line --partial 'in the way: CAP_BPF, CAP_NET_ADMIN'
	run -77 as_nobody --no-new-privs tm-doctor
	assert_line --regexp '^  note     no_new_privs +set$'
	assert_line --partial 'mend: from a process without no_new_privs'
	run -77 as_nobody --bounding-set=-bpf tm-doctor
	assert_line --partial 'mend: on the host; or start the container with --cap-add=BPF'
}

@test "it agrees with tm-capture on which capabilities are enough" {
	chmod 755 "$BATS_TEST_TMPDIR"
	for list in +bpf,+net_admin,+perfmon +sys_admin,+net_admin \
		+bpf,+net_admin +bpf,+perfmon +net_admin,+perfmon; do
		run with $list tm-doctor -q
		local told=$status
		run with $list tm-capture -q -c "$CGROUP" --for 100ms
		assert_equal "$list $told" "$list $status"
	done
}

@test "in a user namespace root's capabilities count for nothing" {
	run -77 unshare -Ur tm-doctor
	assert_line --regexp '^  missing  user namespace '
	assert_line --partial 'count for nothing in bpf(2)'
}

@test "without a cgroup2 tree it exits 77 and names the mend" {
	run -77 unshare -m sh -c '
		awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo |
			while read -r at; do umount -l "$at"; done
		exec tm-doctor'
	assert_line --regexp '^  missing  cgroup2 tree +not mounted here'
	assert_line --partial 'mend: mount -t cgroup2 none /mnt'
}

@test "ip netns exec hides the tree, and that is said" {
	ip netns add "$NETNS"
	run -77 ip netns exec "$NETNS" tm-doctor
	assert_line --partial \
		"mend: nsenter --net=/run/netns/$NETNS tm-capture"
	run -0 nsenter --net="/run/netns/$NETNS" tm-doctor
}

@test "a part of the tree is enough to capture, and named as a part" {
	mkdir part
	elsewhere :
	assert_equal "$status" 0
	run row "cgroup root"
	assert_output --partial "note only part of the host's tree is mounted |"
	assert_equal "$(row "cgroup2 tree")" "ok $PWD/part |  | "
	unshare -C sh -c 'tm-doctor --json >out'
	assert_equal "$(row "cgroup root")" "ok the whole host's |  | "
}

@test "a container's own processes are all that is looked through" {
	unshare -pf --mount-proc sh -c 'tm-doctor --json >out'
	run row container
	assert_output --partial "| user names are the container's, and only its own"
	assert_output --regexp "^note "
}

@test "a tree where no cgroup can be made is unknown, not in the way" {
	mkdir part
	elsewhere 'mount -o remount,bind,ro part'
	assert_equal "$status" 0
	assert_equal "$(row cgroup_skb/ingress)" "unknown loads; no cgroup to\
 attach it to: Read-only file system |  | "
}

@test "too few descriptors is named as that, and not as an old kernel" {
	for n in 10 12 16; do
		run -77 sh -c "ulimit -n $n; exec tm-doctor"
		assert_line --regexp "^  missing  open files +$n\$"
		assert_line --partial 'mend: ulimit -n 1024'
		assert_line 'tm-capture cannot capture here; in the way: open files'
	done
}

@test "a kernel without bpf(2) is told from missing rights" {
	run -77 strace -f -qq -o log -e trace=bpf \
		-e inject=bpf:error=ENOSYS tm-doctor
	assert_file_contains log INJECTED
	assert_line --regexp '^  missing  bpf system call +Function not impl'
	assert_line --partial 'mend: a kernel with CONFIG_BPF_SYSCALL=y'
	run -77 strace -f -qq -o log -e trace=bpf \
		-e inject=bpf:error=EPERM tm-doctor
	assert_line --partial 'a seccomp or LSM profile that permits bpf(2)'
}

# with_types SED-COMMAND: the kernel's BTF is changed before
with_types() {
	mkdir part
	sed "$1" /sys/kernel/btf/vmlinux >vmlinux
	elsewhere 'mount --bind vmlinux /sys/kernel/btf/vmlinux'
}

@test "a hook that the kernel has not costs precision, not the run" {
	with_types 's/btf_trace_sock_recv_length/btf_trace_sock_gone_length/'
	assert_equal "$status" 0
	run row tp_btf/sock_recv_length
	assert_output --partial "missing not in this kernel | what a process only\
 receives may stay with who had its socket before"
	run row tp_btf/tcp_rcv_space_adjust
	assert_output "ok works |  | "
}

@test "an iterator that the kernel has not costs precision, not the run" {
	with_types 's/bpf_iter_task_file/bpf_iter_task_gone/'
	assert_equal "$status" 0
	run row iter/task_file
	# this kernel is newer than 5.11, so no version is the fix
	assert_output "missing not in this kernel | sockets older than the capture\
 are their user's, without a process, until their first I/O | a kernel built\
 with it: this one is new enough, but was built without"
}

@test "a feature that the kernel refuses is told from one that it lacks" {
	local call
	strace -f -qq -o calls -e trace=bpf tm-doctor --json >/dev/null
	call=$(grep -n BPF_MAP_TYPE_QUEUE calls | cut -d: -f1)
	strace -f -qq -o /dev/null -e trace=bpf \
		-e inject=bpf:error=EPERM:when="$call" tm-doctor --json >out
	run row "flow table"
	assert_output "missing refused by this kernel: not permitted | --every:\
 each packet is an event instead of a part of a sum | permit it: this kernel\
 refuses it even with the rights above (a security module, or how it was built)"
}

@test "without BTF nothing can be captured" {
	mkdir part
	elsewhere 'mount -t tmpfs none /sys/kernel/btf'
	assert_equal "$status" 77
	run row BTF
	assert_output --partial "missing /sys/kernel/btf/vmlinux: No such file"
	assert_output --partial "CONFIG_DEBUG_INFO_BTF=y"
}

@test "a damaged BTF is refused, not followed" {
	mkdir part
	for size in 0 23 24 1000; do
		head -c $size /sys/kernel/btf/vmlinux >vmlinux
		elsewhere 'mount --bind vmlinux /sys/kernel/btf/vmlinux'
		assert_equal "$status" 77
		run row BTF
		assert_output --partial "not a BTF"
	done
	python3 - <<-'EOF'
		data = bytearray(open("/sys/kernel/btf/vmlinux", "rb").read())
		for at in range(40, len(data) // 2, 4096):
		    data[at:at + 16] = b"\xff" * 16
		open("vmlinux", "wb").write(data)
	EOF
	elsewhere 'mount --bind vmlinux /sys/kernel/btf/vmlinux'
	assert_equal "$(row iter/task_file | cut -d' ' -f1)" missing
}

@test "lockdown for confidentiality hides processes, and that is said" {
	mkdir part
	elsewhere 'mount -t tmpfs none /sys/kernel/security
		echo "none integrity [confidentiality]" \
			>/sys/kernel/security/lockdown'
	assert_equal "$status" 0
	run row lockdown
	assert_output --partial "note none integrity [confidentiality] | no\
 process is known"
	elsewhere 'mount -t tmpfs none /sys/kernel/security
		echo "none [integrity] confidentiality" \
			>/sys/kernel/security/lockdown'
	assert_equal "$(row lockdown)" "ok none [integrity] confidentiality |  | "
}

@test "parts of a bridge and tunnels of the network namespace are named" {
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

@test "interfaces that cannot be asked for are unknown, not none" {
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

@test "a program that another meter left is named, and stays" {
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

@test "a cgroup's name does not reach a command that is to be copied" {
	mkdir part
	mkdir "$CGROUP/\$(id)"
	leave shared "$CGROUP/\$(id)"
	elsewhere :
	rmdir "$CGROUP/\$(id)"
	run row "program without a link"
	assert_output --partial "/part/\$(id) |"
	assert_output --partial "| bpftool cgroup detach CGROUP ingress id "
}

@test "a program that shares with no other is in the way" {
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

@test "a capture that runs is no left-over" {
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

@test "a tc filter that was left is named, with the words that remove it" {
	mkdir part fs
	elsewhere 'mount -t bpf none fs && leave pinned fs/old &&
		exec unshare -n sh -c "tc qdisc add dev lo clsact &&
		tc filter add dev lo ingress pref 7 bpf da object-pinned fs/old &&
		tm-doctor --json >out &&
		\$(jq -r .checks[].mend out | grep ^tc) &&
		tm-doctor --json >after"'
	assert_success
	run row "program without a link"
	assert_output --regexp "^note old_meter \(id [0-9]+\), tc ingress of lo \|\
 .* \| tc filter del dev lo ingress pref 7 handle 0x1 bpf$"
	mv after out
	assert_equal "$(row "left-over programs")" "ok none |  | "
}

@test "what a killed tm-capture left is named, with its own mend" {
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

@test "on interfaces only a namespace of its own is tried on" {
	run -0 strace -f -qq -o log -e trace=unshare \
		-e inject=unshare:error=EPERM tm-doctor --json
	assert_file_contains log INJECTED
	echo "$output" >out
	assert_equal "$(row tcx)" "unknown takes CAP_SYS_ADMIN to be tried where\
 nothing is metered |  | "
}

@test "it leaves nothing behind" {
	tm-doctor >/dev/null
	as_nobody tm-doctor >/dev/null || true
	run loaded
	refute_output --partial tm_doctor
	run find "$TREE" -maxdepth 1 -regex '.*/tm-doctor-[0-9]+'
	assert_output ""
}

@test "--quiet prints only what is not ok" {
	run -77 sh -c 'ulimit -n 16; exec tm-doctor -q'
	assert_line --regexp '^  missing  open files'
	refute_line --regexp '^  ok '
}

@test "wrong words are misuse, and a full disk is an error" {
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

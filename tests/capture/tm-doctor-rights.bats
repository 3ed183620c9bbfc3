# What this machine permits, and machines that permit less.
# bats file_tags=kernel

load ../helper
load doctor

@test "without CAP_PERFMON that is reported as missing, not a newer kernel" {
	with +bpf,+net_admin tm-doctor --json >out
	run jq -r '.checks[] | select(.state == "missing") | .name' out
	assert_output CAP_PERFMON
	run row tp_btf/sock_recv_length
	assert_output "unknown needs CAP_PERFMON to be tried |  | "
}

@test "features that Linux 5.8 lacks are reported with the kernel that has them" {
	on_linux_5_8
	tm-doctor --json >out
	run jq -r '.checks[] | select(.state == "missing") |
		"\(.name): \(.fix)"' out
	assert_output "\
cgroup/sock_create: a kernel of 5.9 or newer with CONFIG_CGROUP_BPF=y
tp_btf/sock_send_length: a kernel of 6.3 or newer
tp_btf/sock_recv_length: a kernel of 6.3 or newer
tp_btf/tcp_rcv_space_adjust: a kernel of 5.11 or newer
iter/task_file: a kernel of 5.11 or newer
tcx: a kernel of 6.6 or newer"
}

@test "everything that tm-capture uses works for root" {
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

@test "every row that is not ok has its cost or the reason why it is unknown" {
	run as_nobody tm-doctor --json
	assert_equal "$status" 77
	echo "$output" >out
	run rows '.state == "missing" and (.cost == "" or .fix == "")'
	assert_output ""
	run rows '.state == "unknown" and .found == ""'
	assert_output ""
	run rows '(.fix, .cost, .found) | contains("\n")'
	assert_output ""
}

@test "without rights tm-doctor exits with 77 and names the fix" {
	run -77 as_nobody tm-doctor
	assert_line --regexp '^  missing  CAP_BPF +not held$'
	assert_line --partial 'fix: sudo tm-capture'
	assert_line --regexp '^  unknown  cgroup_skb/ingress +needs the rights'
	assert_line --partial 'in the way: CAP_BPF, CAP_NET_ADMIN'
	run -77 as_nobody --no-new-privs tm-doctor
	assert_line --regexp '^  note     no_new_privs +set$'
	assert_line --partial 'fix: from a process without no_new_privs'
	run -77 as_nobody --bounding-set=-bpf tm-doctor
	assert_line --partial 'fix: on the host; or start the container with --cap-add=BPF'
}

@test "tm-doctor and tm-capture agree on which capabilities are enough" {
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

@test "without a cgroup2 tree tm-doctor exits with 77 and names the fix" {
	run -77 unshare -m sh -c '
		awk "/ - cgroup2 / { print \$5 }" /proc/self/mountinfo |
			while read -r at; do umount -l "$at"; done
		exec tm-doctor'
	assert_line --regexp '^  missing  cgroup2 tree +not mounted here'
	assert_line --partial 'fix: mount -t cgroup2 none /mnt'
}

@test "a tree that ip netns exec hides is reported" {
	ip netns add "$NETNS"
	run -77 ip netns exec "$NETNS" tm-doctor
	assert_line --partial \
		"fix: nsenter --net=/run/netns/$NETNS tm-capture"
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

@test "tm-doctor looks only at the container's own processes" {
	unshare -pf --mount-proc sh -c 'tm-doctor --json >out'
	run row container
	assert_output --partial "| user names are the container's, and only its own"
	assert_output --regexp "^note "
}

@test "if no cgroup can be created the result is unknown, not a conflict" {
	mkdir part
	elsewhere 'mount -o remount,bind,ro part'
	assert_equal "$status" 0
	assert_equal "$(row cgroup_skb/ingress)" "unknown loads; no cgroup to\
 attach it to: Read-only file system |  | "
}

@test "too few descriptors are reported as such, not as an old kernel" {
	for n in 10 12 16; do
		run -77 sh -c "ulimit -n $n; exec tm-doctor"
		assert_line --regexp "^  missing  open files +$n\$"
		assert_line --partial 'fix: ulimit -n 1024'
		assert_line 'tm-capture cannot capture here; in the way: open files'
	done
}

@test "a kernel without bpf(2) is told from missing rights" {
	run -77 strace -f -qq -o log -e trace=bpf \
		-e inject=bpf:error=ENOSYS tm-doctor
	assert_file_contains log INJECTED
	assert_line --regexp '^  missing  bpf system call +Function not impl'
	assert_line --partial 'fix: a kernel with CONFIG_BPF_SYSCALL=y'
	run -77 strace -f -qq -o log -e trace=bpf \
		-e inject=bpf:error=EPERM tm-doctor
	assert_line --partial 'a seccomp or LSM profile that permits bpf(2)'
}

@test "a hook that the kernel lacks costs precision only" {
	with_types 's/btf_trace_sock_recv_length/btf_trace_sock_gone_length/'
	assert_equal "$status" 0
	run row tp_btf/sock_recv_length
	assert_output --partial "missing not in this kernel | data that a process\
 only receives may be charged to the previous user of its socket"
	run row tp_btf/tcp_rcv_space_adjust
	assert_output "ok works |  | "
}

@test "an iterator that the kernel lacks costs precision only" {
	with_types 's/bpf_iter_task_file/bpf_iter_task_gone/'
	assert_equal "$status" 0
	run row iter/task_file
	# this kernel is newer than 5.11, so no version is the fix
	assert_output "missing not in this kernel | sockets older than the capture\
 are charged to their user, without a process, until their first I/O | a kernel\
 built with it: this one is new enough, but was built without"
}

@test "a kernel without the results of other programs counts what they drop" {
	with_types 's/bpf_rdonly_cast/bpf_rdonly_gone/g'
	assert_equal "$status" 0
	run row "results of other programs"
	assert_output --partial "missing not in this kernel | packets that another\
 eBPF program of a cgroup drops are counted as sent | a kernel"
}

@test "a feature that the kernel refuses is distinguished from one that it lacks" {
	local call
	strace -f -qq -o calls -e trace=bpf tm-doctor --json >/dev/null
	# the flow table has the last of the queues
	call=$(grep -n BPF_MAP_TYPE_QUEUE calls | tail -n 1 | cut -d: -f1)
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

@test "processes that lockdown for confidentiality hides are reported" {
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

@test "tm-doctor -q without root is one line" {
	run -77 as_nobody tm-doctor -q
	assert_output --regexp '^needs root, without which [0-9]+ of [0-9]+ checks cannot be made: run sudo tm-doctor -q$'
}

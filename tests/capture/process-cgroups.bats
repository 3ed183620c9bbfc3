# The cgroups of processes, in the tree of cgroup2 and in those of cgroup1.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load processes

@test "a cgroup that lives for 10 ms has its path in the stream" {
	both_ways inside sh -c '
		mkdir "$1"/job_77 && (cd "$1"/job_77 &&
		unshare --net sh -c "ip link set lo up &&
			echo 0 >cgroup.procs && exec \"\$@\"" sh \
			traffic udp 127.0.0.1 9 1 20)
		rmdir "$1"/job_77' sh "$CGROUP" >found
	cat found
	assert_equal "$(grep -cE "^cgroup [0-9]+ /${CGROUP##*/}/job_77$" found)" 2
}

@test "a process that moves to another cgroup is named again" {
	mkdir "$CGROUP/below"
	start -c "$CGROUP"
	isolated python3 -c '
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.sendto(b"x", ("127.0.0.1", 9))
with open(sys.argv[1] + "/below/cgroup.procs", "w") as procs:
    procs.write("0")
sender.sendto(b"x", ("127.0.0.1", 9))' "$CGROUP"
	stop
	rmdir "$CGROUP/below"
	assert_equal "$(texts command | wc -l)" 2
}

# tree_of SUBSYSTEM: where the tree of cgroup1 is mounted, here if nowhere
tree_of() {
	awk -v wanted="$1" '$(NF - 2) == "cgroup" {
		n = split($NF, options, ",")
		for (i = 1; i <= n; i++)
			if (options[i] == wanted) {
				print $5
				exit
			}
	}' /proc/self/mountinfo | grep . || {
		mkdir -p "$WORK/$1"
		mount -t cgroup -o "$1" cgroup "$WORK/$1"
		echo "$WORK/$1"
	}
}

# in_cgroup1 PATH SUBSYSTEM: sends from this cgroup of its tree
in_cgroup1() {
	local tree cgroup
	tree=$(tree_of "$2")
	cgroup=$tree/tm-test-$$/$1
	mkdir -p "$cgroup"
	both_ways isolated sh -c 'echo 0 >"$0"/cgroup.procs &&
		exec traffic udp 127.0.0.1 9 1 20' "$cgroup" >found
	eventually rmdir "$cgroup"
	while [ "${cgroup%/*}" != "$tree" ]; do
		cgroup=${cgroup%/*}
		rmdir "$cgroup"
	done
	[ "$tree" != "$WORK/$2" ] || umount "$tree"
	cat found
}

@test "a process in a tree of cgroup1 has its path there" {
	in_cgroup1 some/where memory 2>/dev/null ||
		in_cgroup1 some/where freezer
	assert_equal "$(grep -cE "^cgroup1 [0-9]+ /tm-test-$$/some/where$" \
		found)" 2
}

@test "of the trees of cgroup1 that with a job counts" {
	in_cgroup1 slurm/uid_1000/job_77/step_0 freezer
	assert_equal "$(grep -cE \
		"^cgroup1 [0-9]+ /tm-test-$$/slurm/uid_1000/job_77/step_0$" \
		found)" 2
}

@test "threads in cgroups of their own do not make another process" {
	mkdir "$CGROUP/below"
	echo threaded >"$CGROUP/below/cgroup.type"
	both_ways isolated python3 -c '
import socket, sys, threading
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
moved, sent = threading.Event(), threading.Event()

def send_below():
    with open(sys.argv[1] + "/below/cgroup.threads", "w") as threads:
        threads.write("0")
    moved.set()
    for _ in range(20):
        sent.wait()
        sent.clear()
        sender.sendto(b"x", ("127.0.0.1", 9))
        moved.set()

thread = threading.Thread(target=send_below)
thread.start()
for _ in range(20):
    moved.wait()
    moved.clear()
    sender.sendto(b"x", ("127.0.0.1", 9))
    sent.set()
thread.join()' "$CGROUP" >found
	eventually rmdir "$CGROUP/below"
	assert_equal "$(grep -c "^command " found)" 2
	assert_equal "$(grep -c "^cgroup [0-9]* .*/below" found)" 2
}

# Loaded by the tests of jobs, units and containers: a computing node of its own
# on this machine. It has namespaces of every kind, a cgroup tree that looks like
# the whole one from within, and a cable to another host, "far". Whatever runs on
# it ends with its first process.

load ../lib/kernel
load ../lib/hosts

# shellcheck disable=SC2034 # those who load it use them

# Old kernels lack hooks that nothing here needs.
IS_REFUSED=yes

# Users that nothing else on the machine runs as, and that only the node knows.
CAROL=541003
DAVE=541004

# tree_of CONTROLLER: where its hierarchy of cgroup1 is mounted, if at all
tree_of() {
	awk -v name="$1" '{
		n = split($0, part, " - ")
		split(part[n], type, " ")
		if (type[1] == "cgroup" && ("," type[3] ",") ~ "," name ",") {
			print $5
			exit
		}
	}' /proc/self/mountinfo
}

# A cable that neither cuts nor joins segments, of which nobody asks anything,
# and on which TCP never retransmits, however late a busy host answers: a socket
# that has ended would answer, and such packets have no owner.
node_cable() {
	local host peer number=1 address
	ip link add tm0 netns "$HOST" type veth peer name tm0 netns "$FAR"
	for host in "$HOST" "$FAR"; do
		at "$host" sysctl -qw net.ipv6.conf.tm0.disable_ipv6=1
		at "$host" ethtool -K tm0 tso off tx-udp-segmentation off \
			gro off
		ip -n "$host" link set lo up
		at "$host" sysctl -qw net.ipv4.tcp_early_retrans=0 \
			net.core.somaxconn=8192
		ip -n "$host" addr add 198.51.100.$number/24 dev tm0
		ip -n "$host" link set tm0 up
		ip -n "$host" route change 198.51.100.0/24 dev tm0 \
			src 198.51.100.$number rto_min 20s
		number=$((number + 1))
	done
	for host in "$HOST" "$FAR"; do
		number=$((number - 1))
		peer=$FAR
		[ "$host" = "$HOST" ] || peer=$HOST
		address=$(ip -n "$peer" -br link show tm0 | awk '{ print $3 }')
		ip -n "$host" neigh replace 198.51.100.$number lladdr "$address" \
			dev tm0
	done
}

# Files of this machine with the node's users added, which replace them there.
node_users() {
	local file user uid
	mkdir etc home
	cp /etc/passwd /etc/group /etc/shadow etc/
	for user in carol:$CAROL dave:$DAVE; do
		uid=${user#*:} user=${user%:*}
		echo "$user:x:$uid:$uid::$NODE/home/$user:/bin/sh" >>etc/passwd
		echo "$user:x:$uid:" >>etc/group
		echo "$user:*:19000:0:99999:7:::" >>etc/shadow
		install -d -o "$uid" -g "$uid" "home/$user"
	done
	echo "127.0.0.1 localhost node" >etc/hosts
}

# node_prepare: its directory, which becomes the current one, users and network
node_prepare() {
	NODE=$(mktemp -d)
	chmod 755 "$NODE"
	cd "$NODE" || return
	export NODE HOST=tmjn-$$ FAR=tmjf-$$
	ip netns add "$HOST"
	ip netns add "$FAR"
	node_cable
	node_users
	cp "$BUILD/tests/traffic" "$ROOT/tests/lib/connections.py" .
}

# node_boot [CONTROLLER...]: with these hierarchies of cgroup1 in its tree. The
# first process enters the cgroups before it becomes their root, and leaves the
# top one of cgroup2 to those who make children of it.
node_boot() {
	local controller tree
	CGROUP=$(awk '/ - cgroup2 / { print $5; exit }' \
		/proc/self/mountinfo)/tm-jobs-$$
	export CGROUP CGROUPS=$CGROUP
	for controller; do
		tree=$(tree_of "$controller")
		if [ -z "$tree" ]; then
			tree=$NODE/$controller
			mkdir "$tree"
			mount -t cgroup -o "$controller" cgroup "$tree"
		fi
		CGROUPS="$CGROUPS $tree/tm-jobs-$$"
	done
	# shellcheck disable=SC2086 # words
	mkdir $CGROUPS "$CGROUP/daemons"
	(
		for tree in $CGROUPS; do
			echo $BASHPID >"$tree/cgroup.procs"
		done
		# shellcheck disable=SC2016 # its own variables
		exec nsenter --net="/run/netns/$HOST" unshare --cgroup sh -c '
			echo $$ >"$1/daemons/cgroup.procs"
			shift
			exec unshare --mount --uts --ipc --pid --fork \
				--kill-child "$@"' - "$CGROUP" \
			"$ROOT/tests/jobs/first-process" "$NODE" "$@"
	) >first.log 2>&1 3>&- &
	export OUTER=$!
	eventually test -e ready || {
		cat first.log >&2
		return 1
	}
	FIRST=$(cat "/proc/$OUTER/task/$OUTER/children")
	export FIRST=${FIRST% }
}

# on_node COMMAND...: there, but in the cgroup of the test, so not metered
on_node() {
	nsenter --target "$FIRST" --mount --uts --ipc --net --pid --cgroup "$@"
}

# node_daemon NAME COMMAND...: there and metered, with its messages in NAME.log
node_daemon() {
	local log=$1.log
	shift
	(
		echo $BASHPID >"$CGROUP/daemons/cgroup.procs"
		exec nsenter --target "$FIRST" --mount --uts --ipc --net --pid \
			--cgroup "$@"
	) >"$log" 2>&1 3>&- &
}

# as USER COMMAND...: one of the node's users, there but not metered
as() {
	local user=$1
	shift
	on_node setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}

# Their last processes may still be ending.
remove_cgroups() {
	local tree left=0
	for tree in $CGROUPS; do
		[ ! -d "$tree" ] ||
			find "$tree" -depth -type d -exec rmdir {} + || left=1
	done 2>/dev/null
	return $left
}

node_shut() {
	local tree
	[ -n "${NODE-}" ] || return 0
	cd /
	kill -KILL "${OUTER-}" || true
	eventually remove_cgroups
	ip netns del "$HOST"
	ip netns del "$FAR"
	for tree in $(findmnt -rno TARGET | grep "^$NODE/"); do
		umount "$tree"
	done
	rm -rf --one-file-system "$NODE"
}

setup() {
	needs_root
	cd "$NODE"
}

teardown() {
	local pid
	for pid in ${CAPTURE-} ${DRAIN-}; do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# counters: what the cable counted at the node, without link headers: bytes in and
# out, packets in and out
counters() {
	at "$HOST" cat /proc/net/dev | awk '/tm0:/ { sub(".*:", "")
		print $1 - 14 * $2, $9 - 14 * $10, $2, $10 }'
}

# meter: begins a capture of the whole node, while the other host takes what is
# sent to its port 9; metered() ends it and leaves what crossed the cable in
# cable.tm, and in wire what the cable itself counted
meter() {
	nsenter --net="/run/netns/$FAR" traffic drain 198.51.100.2 9 3>&- &
	DRAIN=$!
	eventually drains
	start -q -c "$CGROUP" --ring 64M "$@"
	counters >before
}

drains() {
	at "$FAR" ss -Hlun | grep -q ":9 "
}

metered() {
	steady 0.2 counters
	counters >after
	stop
	assert_equal "$status" 0
	kill "$DRAIN"
	paste before after | awk '{ print $5 - $1, $6 - $2, $7 - $3, $8 - $4
		}' >wire
	tm-filter 'remote 198.51.100.2' out.tm >cable.tm
}

# report KEYS: of what crossed the cable, a line for each with its values (users
# by number, "-" without one), bytes in and out, packets in and out
report() {
	tm-report -q --top 0 --format csv --by "$1" cable.tm |
		awk -F, 'NR == 1 {
			for (i = 1; i <= NF; i++)
				shown[i] = $i !~ /^(user|total|packets|lost|lost_packets)$/
			next
		}
		{
			line = ""
			for (i = 1; i <= NF; i++)
				if (shown[i])
					line = line " " ($i == "" ? "-" : $i)
			print substr(line, 2)
		}' | sort
}

# Loaded by bench/kernel and bench/drain: a cgroup and a cable of their own, the
# meters, and a figure's line of the table.

# shellcheck disable=SC2034,SC2154 # they set ROUNDS, and use the rest
set -eu
BUILD=${BUILD:-$PWD/build}
PATH=$BUILD/bin:$BUILD/tests:$BUILD/bench:$PATH
export LC_ALL=C

tree=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
cgroup=$tree/tm-bench-$$
host=tm-bench-$$
work=$(mktemp -d)
meter='' # its process
started=() # others, to be ended at the end

leave() {
	set +e
	# shellcheck disable=SC2046 # words
	kill $meter "${started[@]}" $(cat "$cgroup/cgroup.procs") 2>/dev/null
	wait 2>/dev/null
	rmdir "$cgroup"
	[ ! -e "/run/netns/$host" ] || ip link del tmb0
	[ ! -e "/run/netns/$host" ] || ip netns del "$host"
	rm -rf "$work"
}

set_up() {
	mkdir "$cgroup"
	trap leave EXIT
	trap 'exit 130' INT TERM
}

# lay_cable: to another host; it leaves segments uncut
lay_cable() {
	ip netns add "$host"
	ip link add tmb0 type veth peer name tmb0 netns "$host"
	ip addr add 198.51.100.1/24 dev tmb0
	ip link set tmb0 up
	ip -n "$host" addr add 198.51.100.2/24 dev tmb0
	ip -n "$host" link set tmb0 up
}

# fail WORDS...: which are the reason
fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# eventually COMMAND...: waits until it succeeds, for a minute at most
eventually() {
	local deadline=$((SECONDS + 60))
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || fail "never: $*"
		sleep 0.02
	done
}

inside() {
	(echo $BASHPID >"$cgroup/cgroup.procs" && exec "$@")
}

# start_inside COMMAND...: beside what follows, until stop_started
start_inside() {
	(echo $BASHPID >"$cgroup/cgroup.procs" && exec "$@") &
	started+=($!)
}

stop_started() {
	kill "${started[@]}"
	wait "${started[@]}" 2>/dev/null || :
	started=()
}

at_host() {
	nsenter --net="/run/netns/$host" "$@"
}

# What reads the events: the START, and how many bytes came in all.
reads() {
	head -c 128 >"$work/begun"
	exec wc -c >"$work/read"
}

declare -A options=(
	[events]='' [sums]='--every 1s' [list]="-x @$work/list"
	[many]='--every 1s --flows 262144'
)

# start_meter NAME: back once it is attached, and does what it is named for
start_meter() {
	meter=''
	[ "$1" != none ] || return 0
	rm -f "$work/read"
	: >"$work/begun"
	if [ "$1" = empty ]; then
		empty "$cgroup" >"$work/begun" &
	else
		# shellcheck disable=SC2086 # words
		(exec tm-capture -c "$cgroup" --strict ${options[$1]} \
			2>"$work/said" > >(reads)) &
	fi
	meter=$!
	eventually test -s "$work/begun"
	[ "$1" = empty ] || has_mode "$1"
}

# has_mode METER: its START record names the hook of sums (32), or does not
has_mode() {
	local hooks
	hooks=$(tm-print --json "$work/begun" 2>/dev/null | jq .hooks)
	case $1$((hooks / 32 % 2)) in
	events0 | list0 | sums1 | many1) ;;
	*)
		cat "$work/said" >&2
		fail "$1: the hooks in use are $hooks, so this would measure" \
			"another mode"
		;;
	esac
}

# stop_meter NAME: fails where packets were events that were to be summed
stop_meter() {
	local status=0 packets records
	[ "$1" != none ] || return 0
	kill "$meter"
	wait "$meter" 2>/dev/null || status=$?
	meter=''
	[ "$1" != empty ] || return 0
	[ "$status" = 0 ] || [ "$status" = 4 ] || fail "$1: exit $status:" \
		"$(cat "$work/said")"
	[ "$status" = 0 ] || echo "$1" >>"$work/lossy"
	eventually test -s "$work/read"
	case $1 in sums | many)
		records=$(($(cat "$work/read") / 128))
		packets=$(sed -n 's/.*: seen \([0-9]*\) .*/\1/p' "$work/said" |
			tail -n 1)
		# a short connection has seven records and twelve packets
		[ $((records * 4)) -lt $((packets * 3)) ] ||
			fail "$1: $records records of $packets packets"
		;;
	esac
}

# spread FILE: least, median and greatest of its numbers
spread() {
	sort -n "$1" | awk '{ v[NR] = $1 }
		END { print v[1], v[int((NR + 1) / 2)], v[NR] }'
}

median() {
	spread "$1" | cut -d' ' -f2
}

# line WHAT METER UNIT AIM VALUES [RATIO]: least, median, greatest; "-" is none
line() {
	local least middle greatest
	read -r least middle greatest <<<"$5"
	awk -v what="$1" -v meter="$2" -v unit="$3" -v aim="$4" -v a="$least" \
		-v b="$middle" -v c="$greatest" -v ratio="${6--}" 'BEGIN {
		form = unit == "ns" ? "%8.0f" : "%8.3f"
		printf "%-33s %-7s " form " " form " " form " %-3s %6s  %s\n",
			what, meter, a, b, c, unit, ratio,
			aim == "-" ? "" : "aim " aim }'
}

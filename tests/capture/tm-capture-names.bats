# Names that appear or change while tm-capture runs.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load ../lib/hosts
load capture

setup_file() {
	build_preload slow-names "$BATS_FILE_TMPDIR"
	[ "$(id -u)" = 0 ] || return 0
	export HOST=tm-names-$$
	ip netns add "$HOST"
	at "$HOST" ip link set lo up
	at "$HOST" ip link add before type veth peer name other
	at "$HOST" ip address add 192.0.2.1/24 dev before
	at "$HOST" ip link set before up
}

teardown_file() {
	[ -z "${HOST-}" ] || ip netns del "$HOST"
}

# start_on_host OPTIONS...: a capture on the host of these tests
start_on_host() {
	nsenter --net=/run/netns/"$HOST" \
		tm-capture -c "$CGROUP" --for 60s "$@" >out.tm 2>err &
	CAPTURE=$!
	has_begun out.tm
}

# names_of KIND FILE ID: the texts of the NAME records, in order
names_of() {
	tm-print "$2" 2>/dev/null |
		sed -n "s/.* name $1 id=$3 part=0 parts=1 text=//p"
}

# is_named KIND FILE ID TEXT...: those are its names so far
is_named() {
	local kind=$1 file=$2 id=$3
	shift 3
	[ "$(names_of "$kind" "$file" "$id")" = "$(printf '%s\n' "$@")" ]
}

has_traffic() {
	tm-print "$1" 2>/dev/null | grep -q ' traffic '
}

@test "a user who is named late or renamed has a NAME record each time" {
	: >names
	chmod 644 names
	export NAMES_FILE=$PWD/names LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so"
	start_on_host
	unset LD_PRELOAD
	inside nsenter --net=/run/netns/"$HOST" traffic udp 127.0.0.1 9 1 20 $ALICE
	eventually has_traffic out.tm
	echo "$ALICE alice" >names
	eventually is_named user out.tm $ALICE alice
	echo "$ALICE alicia" >names
	eventually is_named user out.tm $ALICE alice alicia
	echo "$ALICE !" >names
	inside nsenter --net=/run/netns/"$HOST" traffic udp 127.0.0.1 9 1 20 $ALICE
	stop
	assert_equal "$status" 0
	is_named user out.tm $ALICE alice alicia
}

@test "an interface that is renamed has another NAME record" {
	local id
	start_on_host
	inside nsenter --net=/run/netns/"$HOST" traffic udp 192.0.2.9 9 1 20 $ALICE
	eventually has_traffic out.tm
	id=$(tm-print out.tm 2>/dev/null |
		sed -n 's/.* name interface id=\([0-9]*\) .* text=before$/\1/p')
	at "$HOST" ip link set before down
	at "$HOST" ip link set before name after
	eventually is_named interface out.tm "$id" before after
	stop
	assert_equal "$status" 0
}

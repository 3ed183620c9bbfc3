# Loaded by tests that make their own events: each function prints some as
# lines of JSON, for tm-parse. Times are in seconds after $S, with at most nine
# decimals; MEMBERS are further members of a line, as '"pid":7,"comm":"curl"'.

# shellcheck disable=SC2034 # the tests use them
S=1700000000 # 2023-11-14T22:13:20Z
NO_OWNER=4294967295

# set_time SECOND: leaves it in $time, in ns since the epoch
set_time() {
	local decimals=000000000 sign=+
	case $1 in *.*) decimals=${1#*.}000000000 ;; esac
	case $1 in -*) sign=- ;; esac
	time=$(((S + ${1%.*}) * 1000000000 $sign 10#${decimals:0:9}))
}

# start [RUN [SECOND [HOST]]]
start() {
	local time
	set_time "${2:-0}"
	printf '{"kind":"start","time_ns":%s,"run_id":%s,"host":"%s"}\n' \
		"$time" "${1:-7}" "${3:-example}"
}

# start_here [RUN]: a recording of this machine, whose users' names are this
# machine's
start_here() {
	start "${1:-7}" 0 "$(uname -n)"
}

# name OF ID TEXT
name() {
	printf '{"kind":"name","time_ns":%s000000000,"of":"%s","id":%s,"parts":1,"text":"%s"}\n' \
		"$S" "$1" "$2" "$3"
}

# name_users: those that most tests are about
name_users() {
	name user 0 root
	name user 1000 alice
	name user 1001 bob
}

# moved SECOND DIRECTION UID BYTES [PACKETS [MEMBERS]]: an event of traffic, or
# of the kind that MEMBERS name
moved() {
	local time
	set_time "$1"
	printf '{"time_ns":%s,"direction":"%s","uid":%s,"bytes":%s,"packets":%s%s}\n' \
		"$time" "$2" "$3" "$4" "${5:-1}" "${6:+,$6}"
}

# status tick|end SECOND [RUN [IN_MEMBERS [OUT_MEMBERS]]]
status() {
	local time
	set_time "$2"
	printf '{"kind":"%s","time_ns":%s,"direction":"in","run_id":%s%s}\n' \
		"$1" "$time" "${3:-7}" "${4:+,$4}"
	printf '{"kind":"%s","time_ns":%s,"direction":"out","run_id":%s%s}\n' \
		"$1" "$time" "${3:-7}" "${5:+,$5}"
}

# Loaded by the tests of the reader that all tools share.

# events UID...: an event of each
events() {
	for uid; do
		echo "{\"uid\":$uid,\"bytes\":1,\"packets\":1}"
	done | tm-parse
}

start() { # RUN
	echo "{\"kind\":\"start\",\"run_id\":$1,\"host\":\"h\"}" | tm-parse
}

end() { # RUN [DIRECTION]
	for direction in ${2:-in out}; do
		echo "{\"kind\":\"end\",\"run_id\":$1,\"direction\":\"$direction\"}"
	done | tm-parse
}

# flood COUNT: many events, quickly
flood() { # COUNT
	events 7 >one
	python3 -c 'import sys; sys.stdout.buffer.write(open("one", "rb").read() * int(sys.argv[1]))' "$1"
}

uids() {
	sed -n 's/.* uid=\([^ ]*\) .*/\1/p' "$@" | paste -sd ' '
}

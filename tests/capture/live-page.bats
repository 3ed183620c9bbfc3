# From a packet to the page: capture, store, server and browser together.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load ../web/browser

setup_file() {
	load ../helper
	load ../web/browser
	install_modules
}

@test "the page shows a row within 2 s of a captured packet" {
	needs_browser
	tm-capture --every 1s -c "$CGROUP" 2>err | tm-store --quiet --db live.db &
	STARTED=$!
	eventually test -s live.db
	export CGROUP SENDER=$ALICE
	# shellcheck disable=SC2016 # the shell that is started expands it
	export SEND='echo $$ >"$CGROUP/cgroup.procs" && exec setpriv --clear-groups \
		--reuid "$SENDER" --regid "$SENDER" \
		bash -c "echo packet >/dev/udp/127.0.0.1/9"'
	use packet live.db
}

# tm-web: live streams, and its life as a process.

load ../helper
load serve

# feed DATABASE: a running capture, whose events are written to fd 7
feed() {
	mkfifo events
	(tm-parse <events | tm-store --quiet --db "$1" 2>store.err) 3>&- &
	FEED=$!
	exec 7>events
	echo "{\"kind\":\"start\",\"run_id\":${2:-9},\"time_ns\":$(date +%s%N)}" >&7
	echo "{\"kind\":\"name\",\"of\":\"user\",\"parts\":1,\"id\":1000,\"text\":\"alice\",\"time_ns\":$(date +%s%N)}" >&7
	tick "${2:-9}"
	eventually test -s "$1"
}

tick() {
	for direction in in out; do
		echo "{\"kind\":\"tick\",\"direction\":\"$direction\",\"run_id\":${1:-9},\"time_ns\":$(date +%s%N)}"
	done >&7
}

move() {
	echo "{\"uid\":$1,\"comm\":\"scp\",\"protocol\":6,\"bytes\":$2,\"packets\":1,\"direction\":\"out\",\"source\":\"192.0.2.10\",\"destination\":\"198.51.100.7\",\"time_ns\":$(date +%s%N)}" >&7
	tick
}

# sees TEXT: waits for it in the stream
sees() {
	eventually grep -qF "$1" stream || { cat stream && false; }
}

# has_stored BYTES: so much is in the live history
has_stored() {
	[ "$(sqlite3 -readonly live.db 'SELECT sum(out_bytes) FROM traffic')" = "$1" ]
}

# ms: the time, to take differences
ms() {
	echo $(($(date +%s%N) / 1000000))
}

listen_live() {
	: >stream
	curl -sSN -m 60 "$@" "$URL/api/v1/live" >stream 2>/dev/null 3>&- &
	LISTENER=$!
}

@test "a live row arrives within 2 s of its event" {
	feed live.db
	serve live.db
	listen_live
	sees 'event: rows'
	local began
	for bytes in 4001 4002 4003; do
		sleep 1
		began=$(ms)
		move 1000 $bytes
		sees "{\"uid\":1000,\"user\":\"alice\",\"in\":0,\"out\":$bytes,\"total\":$bytes,\"packets_in\":0,\"packets_out\":1,\"packets\":1,\"lost\":0}"
		in_time $(($(ms) - began)) 2000
	done
	assert_equal "$(head -n 1 stream)" "retry: 2000"
	kill "$LISTENER"
}

@test "a live stream resumes where it was cut, and sends heartbeats" {
	feed live.db
	serve live.db
	listen_live
	sees 'event: rows'
	move 1000 111
	sees '"out":111'
	id=$(sed -n 's/^id: //p' stream | tail -n 1)
	move 1000 222
	move 1001 333
	# until tm-web has seen both, which may be later than they are stored
	sees '"out":333'
	kill "$LISTENER"
	listen_live -H "Last-Event-ID: $id"
	sees '"out":333'
	# both in one message, and nothing that was sent before
	run grep -c '^event: rows' stream
	assert_output 1
	grep -q '"out":555' stream
	refute grep '"out":111' stream
	# stale: the feed has stopped
	sees 'event: status'
	run sed -n '/^event: status/{n;p;q}' stream
	assert_output --regexp '"stale_seconds":[5-9]\.'
	kill "$LISTENER"
}

@test "a live stream has only its user's rows" {
	feed live.db
	move 1000 1
	eventually has_stored 1
	serve live.db --user-from-header X-Remote-User
	listen_live -H 'X-Remote-User: alice'
	sees 'event: rows'
	move 1001 444
	move 1000 555
	sees '"out":555'
	refute grep -E '"out":444|"uid":1001' stream
	kill "$LISTENER"
}

@test "live streams beyond the limit are refused, and the others continue" {
	serve "$DAY"
	listeners=
	for i in $(seq 32); do
		curl -sN -m 60 "$URL/api/v1/live" >live.$i 3>&- &
		listeners="$listeners $!"
	done
	for i in $(seq 32); do
		eventually test -s live.$i
	done
	code_of /api/v1/live -m 2 -D headers
	assert_output 503
	grep -qi '^retry-after: ' headers
	code_of /api/v1/rows
	assert_output 200
	# shellcheck disable=SC2086 # words
	kill $listeners
	# a heartbeat finds out that they have gone
	has_room() {
		run curl -s -m 1 -o /dev/null -w '%{http_code}' "$URL/api/v1/live"
		[ "$output" = 200 ]
	}
	eventually has_room
}

@test "a replaced database is reopened, and the stream reports it" {
	cp "$DAY" own.db
	serve own.db
	listen_live
	sees 'event: rows'
	ask "/api/v1/rows?$RANGE"
	assert_output --partial '"count":4'
	today | tm-parse | tm-store --quiet --db other.db
	mv other.db own.db
	ask "/api/v1/rows?$RANGE"
	assert_output --partial '"count":0'
	ask "/api/v1/rows"
	assert_output --partial '"count":4'
	sees 'event: reset'
	rm own.db
	code_of /api/v1/rows -D headers
	assert_output 503
	grep -qi '^retry-after: ' headers
	code_of /
	assert_output 200
	cp "$DAY" own.db
	code_of "/api/v1/rows?$RANGE"
	assert_output 200
	kill "$LISTENER"
}

@test "tm-web holds no transaction, and a writer's log does not grow" {
	feed live.db
	serve live.db
	listen_live
	for i in $(seq 30); do
		move 1000 "$i"
		curl -sS "$URL/api/v1/rows" >/dev/null
	done
	# between two of the store's own
	is_free() {
		run sqlite3 live.db 'PRAGMA wal_checkpoint(TRUNCATE)'
		[[ $output = "0|0|0"* ]]
	}
	eventually is_free
	kill "$LISTENER"
}

@test "SIGTERM and SIGINT end tm-web immediately, even with open streams; SIGHUP does not" {
	for signal in TERM INT; do
		serve "$DAY"
		listen_live
		sees retry
		kill -HUP "$SERVER"
		eventually has_taken "$SERVER"
		code_of "/api/v1/rows?$RANGE"
		assert_output 200
		began=$(ms)
		kill -$signal "$SERVER"
		status=0
		wait "$SERVER" || status=$?
		assert_equal "$status" 0
		in_time $(($(ms) - began)) 1500
		wait "$LISTENER" || true
	done
}

@test "after a kill tm-web starts again at the same address" {
	serve "$DAY"
	kill -KILL "$SERVER"
	wait "$SERVER" || true
	tm-web --quiet --db "$DAY" --listen "${URL#http://}" >again 2>err 3>&- &
	SERVER=$!
	has_begun again
	code_of /api/v1/status
	assert_output 200
	run tm-web --db "$DAY" --listen "${URL#http://}"
	assert_failure 1
	assert_output "tm-web: ${URL#http://}: Address already in use"
}

@test "tm-web is never root, and cannot start programs, write files or connect" {
	needs_root
	serve "$DAY" --verbose
	status_of() {
		sed -n "s/^$1:[[:space:]]*//p" "/proc/$SERVER/status"
	}
	assert_equal "$(status_of Uid | cut -f1)" "$(id -u nobody)"
	assert_equal "$(status_of NoNewPrivs)" 1
	assert_equal "$(status_of Seccomp)" 2
	refute [ "$(status_of CapEff)" = 0000003fffffffff ]
	code_of /api/v1/status
	refute [ -n "$(grep 'not confined' err)" ]
	run tm-web --db "$DAY" --run-as root
	assert_failure 1
	assert_output "tm-web: root: it never runs as root (--run-as USER)"
	run tm-web --db "$DAY" --run-as nosuchuser
	assert_failure 1
	assert_output "tm-web: nosuchuser: there is no such user (--run-as USER)"
}

@test "run by a user who may read the database, tm-web keeps no capability" {
	needs_root
	directory=$(mktemp -d /tmp/tm-web.XXXXXX)
	cp "$DAY" "$directory/day.db"
	chmod 755 "$directory"
	chmod 644 "$directory/day.db"
	serve "$directory/day.db" --run-as nobody
	code_of "/api/v1/rows?$RANGE"
	rights=$(sed -n 's/^Cap\(Eff\|Prm\):[[:space:]]*//p' "/proc/$SERVER/status" | sort -u)
	rm -r "$directory"
	assert_output 200
	assert_equal "$rights" 0000000000000000
}

@test "with -v each request is logged as one line, whatever it contains" {
	serve "$DAY" --verbose
	ask /nothing
	ask '/%1b[31m'
	ask /api/v1/status
	eventually grep -q /api/v1/status err
	run sed -E 's/[0-9.]+ ms/MS/' err
	assert_output 'tm-web: 404 /nothing MS
tm-web: 404 "/%1b[31m" MS
tm-web: 200 /api/v1/status MS'
}

@test "invalid options of tm-web are refused" {
	while IFS='|' read -r arguments message; do
		# shellcheck disable=SC2086 # words
		run tm-web $arguments
		assert_failure 2
		assert_line --index 0 "tm-web: $message"
	done <<-'END'
		--db= --listen 127.0.0.1:0|--db: no file is named
		--db x --listen nowhere|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: nowhere
		--db x --listen 127.0.0.1:99999|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: 127.0.0.1:99999
		--db x --listen unix:|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: unix:
		--db x --listen [::1:80|--listen: not ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH: [::1:80
		--db x --host a/b|--host: not the name of a host: a/b
		--db x --user-from-header a:b|--user-from-header: not the name of a header: a:b
		--db x y|y: it takes no files but --db FILE
	END
	assert_line --index 1 "try: tm-web --help"
}

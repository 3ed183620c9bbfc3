# Loaded by the tests of tm-web over HTTP: a history, its server, and requests.

# shellcheck disable=SC2034 # the tests use them

teardown() {
	[ -z "${SERVER-}" ] || kill -KILL "$SERVER" 2>/dev/null || true
	[ -z "${FEED-}" ] || kill -KILL "$FEED" 2>/dev/null || true
}

# serve DATABASE [OPTION...]: on a free port of this host, or where --listen says;
# $URL ends without a slash, $SERVER is its process
serve() {
	local db=$1 place=(--listen 127.0.0.1:0)
	shift
	[[ " $* " != *" --listen "* ]] || place=()
	: >address
	tm-web --quiet --db "$db" "${place[@]}" "$@" >address 2>err 3>&- &
	SERVER=$!
	has_begun address
	read -r URL <address
	URL=${URL%/}
}

# ask TARGET [CURL'S OPTION...]
ask() {
	local target=$1
	shift
	run curl -sS -m 20 --path-as-is -g "$@" "$URL$target"
}

# code_of TARGET [CURL'S OPTION...]: the status alone
code_of() {
	ask "$@" -o body -w '%{http_code}'
}

# raw: a request as it stands on stdin, and the first line of the answer
raw() {
	local port=${URL##*:}
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	cat >&5 2>/dev/null || true # it may not want to hear the rest
	IFS= read -t 10 -r REPLY <&5 || REPLY=
	exec 5>&-
	REPLY=${REPLY%$'\r'}
}

# Traffic of two users, of root and without an owner on 1 May 2023.
RANGE="from=2023-05-01T00:00:00Z&to=2023-05-02T00:00:00Z"
day() {
	cat <<-'END'
		{"kind":"start","run_id":7,"host":"gate","time_ns":1682935200000000000}
		{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":1682935200000000000}
		{"kind":"name","of":"user","parts":1,"id":1001,"text":"bob","time_ns":1682935200000000000}
		{"kind":"name","of":"user","parts":1,"id":0,"text":"root","time_ns":1682935200000000000}
		{"kind":"name","of":"interface","parts":1,"id":2,"text":"eth0","time_ns":1682935200000000000}
		{"uid":1000,"comm":"curl","ifindex":2,"protocol":6,"bytes":60,"packets":1,"direction":"out","source":"192.0.2.10","destination":"198.51.100.7","time_ns":1682935201000000000}
		{"uid":1000,"comm":"curl","ifindex":2,"protocol":6,"bytes":1500,"packets":1,"direction":"in","source":"198.51.100.7","destination":"192.0.2.10","time_ns":1682935202000000000}
		{"uid":1001,"comm":"=cmd <b>\"x\"","ifindex":2,"protocol":6,"bytes":900,"packets":3,"direction":"out","source":"192.0.2.10","destination":"203.0.113.9","time_ns":1682935260000000000}
		{"uid":0,"comm":"ntpd","ifindex":2,"protocol":17,"bytes":76,"packets":1,"direction":"out","source":"2001:db8::10","destination":"2001:db8:1::7","time_ns":1682935261000000000}
		{"bytes":84,"packets":1,"ifindex":2,"protocol":1,"direction":"in","source":"192.0.2.11","destination":"192.0.2.10","time_ns":1682935262000000000}
		{"kind":"lost","uid":1001,"bytes":500,"packets":2,"direction":"in","time_ns":1682935263000000000}
		{"kind":"end","direction":"in","run_id":7,"seen_packets":4,"seen_bytes":2084,"recorded_packets":2,"recorded_bytes":1584,"lost_packets":2,"lost_bytes":500,"time_ns":1682935319000000000}
		{"kind":"end","direction":"out","run_id":7,"seen_packets":5,"seen_bytes":1036,"recorded_packets":5,"recorded_bytes":1036,"time_ns":1682935319000000000}
	END
}

# The same, as it happens now.
today() {
	local now
	now=$(date +%s)
	day | sed -E "s/\"time_ns\":16829352[0-9]{2}/\"time_ns\":$((now - 5))/
		s/\"time_ns\":1682935319/\"time_ns\":$now/"
}

# serve_today: a history of the last seconds, which are soon not the last ones
serve_today() {
	today | tm-parse | tm-store --quiet --db now.db
	serve now.db
}

setup_file() {
	load ../helper
	cd "$BATS_FILE_TMPDIR"
	day | tm-parse | tm-store --quiet --db day.db
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	DAY=$BATS_FILE_TMPDIR/day.db
}

# day_without_hours DATABASE: six hours of a day, 1 B/s in, of which the sums by
# minute and hour are gone
day_without_hours() {
	local hour start=1682935200 # 2023-05-01 10:00
	{
		echo "{\"kind\":\"start\",\"run_id\":7,\"time_ns\":${start}000000000}"
		for hour in 0 1 2 3 4 5; do
			echo "{\"time_ns\":$((start + hour * 3600 + 1800))000000000,\"uid\":1000,\"direction\":\"in\",\"bytes\":3600,\"packets\":1}"
		done
		run_end 7 $((start + 6 * 3600))
		echo '{"kind":"start","run_id":8,"time_ns":1683539999000000000}'
		echo '{"time_ns":1683540000000000000,"uid":1000,"bytes":1,"packets":1}'
		run_end 8 1683540001
	} | tm-parse | tm-store --quiet --db "$1" --keep-minutes 6h --keep-hours 1d
}

# run_end RUN SECONDS
run_end() {
	printf '{"kind":"end","direction":"%s","run_id":%d,"time_ns":%d000000000}\n' \
		in "$1" "$2" out "$1" "$2"
}

# What an administrator asks of tm-web's page in a meeting.

load ../helper
load browser
load serve

setup_file() {
	load ../helper
	load browser
	install_modules
	export HISTORY=$BATS_FILE_TMPDIR/history.db PAGE=$ROOT/tm-web/page
	history 1980 "$HISTORY"
}

setup() {
	needs_browser
	cd "$BATS_TEST_TMPDIR" || return
}

@test "the page's address and its form take the times of tm-words(7)" {
	use words "$HISTORY"
}

@test "the page asks for each resource once, and for all modules in one wave" {
	history 10 stopped.db $(($(date +%s) - 60))
	use once stopped.db
}

@test "the page works below a proxy's path" {
	use proxied "$HISTORY"
}

@test "a print states host, range, filters and the time of printing" {
	use print "$HISTORY"
}

@test "what is attributed is the share that tm-store and tm-report have" {
	local now
	now=$(date +%s)
	{
		echo '{"kind":"start","run_id":7,"host":"gate"}'
		echo '{"uid":1000,"bytes":600,"packets":1,"direction":"in"}'
		echo '{"bytes":100,"packets":1,"direction":"in"}'
		echo '{"kind":"lost","uid":1000,"bytes":300,"packets":2,"direction":"in"}'
		echo '{"kind":"end","direction":"in","run_id":7}'
		echo '{"kind":"end","direction":"out","run_id":7}'
	} | sed "s/}/,\"time_ns\":$((now - 60))000000000}/" | tm-parse |
		tm-store -q --db shares.db
	tm-store query --db shares.db |
		grep -q '^attributed 600 B (60.0 %), unowned 100 B (10.0 %), lost 300 B'
	SHARE="60.0 %" use attributed shares.db
}

@test "traffic within the host is shown as such and can be left out" {
	local now
	now=$(date +%s)
	{
		echo '{"kind":"start","run_id":7,"host":"gate"}'
		echo '{"kind":"name","of":"interface","parts":1,"id":1,"text":"lo"}'
		echo '{"kind":"name","of":"interface","parts":1,"id":2,"text":"eth0"}'
		echo '{"uid":1000,"bytes":500,"packets":1,"direction":"out","ifindex":1}'
		echo '{"uid":1001,"bytes":500,"packets":1,"direction":"in","ifindex":1}'
		echo '{"uid":1000,"bytes":100,"packets":1,"direction":"out","ifindex":2}'
		echo '{"kind":"end","direction":"in","run_id":7}'
		echo '{"kind":"end","direction":"out","run_id":7}'
	} | sed "s/}/,\"time_ns\":$((now - 60))000000000}/" | tm-parse |
		tm-store -q --db loopback.db
	use loopback loopback.db
}

@test "quotas are a view, sorted, at any width" {
	history 60 quotas.db
	local set="tm-store quota --db quotas.db --user"
	$set alice --limit 900G --month
	$set bob --limit 1M --month || true
	$set carol --limit 300G --month
	use quotas quotas.db
}

@test "the volume of each hour is a bar" {
	use volume "$HISTORY"
}

@test "peak and 95th percentile stand beside the average" {
	use rates "$HISTORY"
}

@test "a range is compared with the period before" {
	use compared "$HISTORY"
}

@test "a user beyond the largest can be kept in the chart" {
	use pins "$HISTORY"
}

@test "one series can be shown alone, and a double click zooms out" {
	use alone "$HISTORY"
}

@test "a day, week, month or year that is not over has a projection" {
	use pace "$HISTORY"
}

@test "the table can be split by a second key" {
	use split "$HISTORY"
}

@test "losses are shown as the share that they are" {
	now=$(date +%s)
	{
		printf '{"kind":"start","run_id":7,"host":"gate","time_ns":%d000000000}\n' $((now - 3600))
		for at in $(seq $((now - 3500)) 60 "$now"); do
			printf '{"uid":1000,"bytes":900000,"packets":900,"direction":"in","source":"198.51.100.7","destination":"192.0.2.10","protocol":6,"time_ns":%d000000000}\n' "$at"
		done
		printf '{"kind":"lost","uid":1000,"direction":"in","bytes":%d,"packets":9,"time_ns":%d000000000}\n' \
			900000 $((now - 1800)) 90 $((now - 900))
		printf '{"kind":"end","direction":"%s","run_id":7,"time_ns":%d000000000}\n' \
			in "$now" out "$now"
	} | tm-parse | tm-store --quiet --db lossy.db
	use losses lossy.db
}

@test "times are in the history's zone" {
	day | TZ=Europe/Berlin tm-parse |
		TZ=Europe/Berlin tm-store --quiet --db berlin.db
	use zone berlin.db
}

@test "an average is of the time that its sums are of" {
	day_without_hours gone.db
	use gone gone.db
}

@test "a month of 200 users and 5,000 remotes is on the page within a second" {
	cc -O2 -D_GNU_SOURCE -I"$ROOT" -o history "$ROOT/bench/history.c" \
		"$BUILD/libtm.a" -lz -lpthread
	./history -d 30 -u 200 -r 5000 -m 20 -w 1 |
		tm-store --quiet --db month.db
	VIEW="from=2023-10-16&to=2023-11-15" use speed month.db
}

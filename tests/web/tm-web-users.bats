# tm-web: who may see what.

load ../helper
load serve

@test "with --user-from-header people see only their own rows" {
	serve "$DAY" --user-from-header X-Remote-User
	as() {
		local user=$1
		shift
		curl -sS -g -H "X-Remote-User: $user" "$URL$1"
	}
	everywhere() {
		for path in "/api/v1/rows?$RANGE&by=user,process,remote" \
			"/api/v1/rows?$RANGE&by=remote&output=csv" \
			"/api/v1/rows?$RANGE&by=process&search=n" \
			"/api/v1/series?$RANGE" "/api/v1/series?$RANGE&by=remote&top=0" \
			"/api/v1/summary?$RANGE" /api/v1/status \
			'/api/processes?hours=100000' /api/current /api/summary \
			'/api/history/top?hours=100000' '/api/timeseries?hours=100000' \
			'/api/history/process/ntpd?hours=100000' \
			/api/protocol/breakdown /api/ip/breakdown; do
			as "$1" "$path"
		done
	}
	everywhere alice >all
	grep -q curl all
	grep -q 198.51.100.7 all
	refute grep -E 'bob|"1001"|:1001|^1001|cmd|ntpd"|203\.0\.113|2001:db8|root|none|192\.0\.2\.11' <(grep -v '"process_name":"ntpd"' all)
	assert_equal "$(as alice "/api/v1/rows?$RANGE" | jq -c '[.count, .sums.total]')" '[1,1560]'
	assert_equal "$(as bob "/api/v1/rows?$RANGE" | jq -c '[.count, .sums.total]')" '[1,1400]'
	assert_equal "$(as alice "/api/v1/series?$RANGE" | jq -c '[.series[].key, .rest]')" '["1000",{"in":[0,0],"out":[0,0]}]'
	assert_equal "$(as alice "/api/v1/summary?$RANGE" | jq -c '[.total, .nobody, .lost, .excluded, .unattributed]')" '[1560,0,0,null,null]'
	assert_equal "$(as alice /api/v1/status | jq -c .user)" '{"uid":1000,"user":"alice"}'
	assert_equal "$(as alice '/api/history/process/ntpd?hours=100000' | jq -c .history)" '[]'
	assert_equal "$(as alice "/api/v1/rows?$RANGE&user=1001" | jq .status)" 403
	assert_equal "$(as alice "/api/v1/rows?$RANGE&user=bob" | jq .status)" 403
	assert_equal "$(as alice "/api/v1/rows?$RANGE&user=carol" | jq .status)" 403
}

@test "a user who is missing, unknown or named twice sees nothing" {
	serve "$DAY" --user-from-header X-Remote-User
	for target in / /app.js /api/v1/rows /api/v1/live /api/processes; do
		code_of "$target"
		assert_output 403
		code_of "$target" -H 'X-Remote-User;'
		assert_output 403
		code_of "$target" -H 'X-Remote-User: alice' -H 'X-Remote-User: bob'
		assert_output 403
	done
	for user in carol none 4294967295 1000 Alice "alice'--"; do
		code_of /api/v1/rows -H "X-Remote-User: $user"
		assert_output 403
	done
	code_of / -H 'X-Remote-User: carol'
	assert_output 200
	run tm-web --db "$DAY" --listen 0.0.0.0:0 --user-from-header X-Remote-User
	assert_failure 2
	assert_line --index 0 "tm-web: --user-from-header: 0.0.0.0:0 can be reached from other machines; listen on 127.0.0.1 or unix:PATH behind the proxy"
}

@test "tm-web listens on a Unix socket for a proxy, also after a kill" {
	mkdir -m 755 run
	listen() {
		tm-web --quiet --db "$DAY" --listen unix:"$PWD/run/web" >address 2>err 3>&- &
		SERVER=$!
		has_begun address
	}
	needs_root
	chown nobody run
	listen
	assert_equal "$(cat address)" "unix:$PWD/run/web"
	assert_equal "$(stat -c %a run/web)" 660
	run curl -sS --unix-socket run/web -o /dev/null -w '%{http_code}' http://localhost/
	assert_output 200
	run curl -sS --unix-socket run/web -o /dev/null -w '%{http_code}' http://other/
	assert_output 421
	run tm-web --db "$DAY" --listen unix:"$PWD/run/web"
	assert_failure 1
	assert_output "tm-web: unix:$PWD/run/web: Address already in use"
	mkdir -m 755 roots
	run tm-web --db "$DAY" --run-as nobody --listen unix:"$PWD/roots/web"
	assert_failure 1
	assert_output "tm-web: unix:$PWD/roots/web: Permission denied; it runs as nobody, which must own $PWD/roots/ (--run-as USER is another)"
	kill -KILL "$SERVER"
	wait "$SERVER" || true
	: >address
	listen
	run curl -sS --unix-socket run/web -o /dev/null -w '%{http_code}' http://localhost/
	assert_output 200
}

@test "a socket in a directory where others can write is refused" {
	mkdir -m 1777 shared
	mkdir -m 700 own
	ln -s ../shared own/link
	for way in shared own/link; do
		run tm-web --db "$DAY" --listen unix:"$PWD/$way/web"
		assert_failure 1
		assert_output --partial "tm-web: unix:$PWD/$way/web: refused, because of its directory: "
		assert_output --partial "mode 1777"
		assert_file_not_exists shared/web
	done
}

@test "a name that has been that of two users shows neither's rows" {
	{
		day
		day | sed 's/"id":1001,"text":"bob"/"id":1002,"text":"alice"/
			s/"uid":1001/"uid":1002/; s/"run_id":7/"run_id":8/'
	} | tm-parse | tm-store --quiet --db names.db
	serve names.db --user-from-header X-Remote-User
	code_of "/api/v1/rows?$RANGE" -H 'X-Remote-User: alice'
	assert_output 403
	assert_equal "$(jq -r .error body)" \
		"alice: the history has no user of this name, or more than one"
	code_of "/api/v1/rows?$RANGE" -H 'X-Remote-User: bob'
	assert_output 200
}

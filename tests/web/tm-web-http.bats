# tm-web: HTTP as RFC 9110 and RFC 9112 have it, and places to listen on.

load ../helper
load serve

# raw_code VERSION TARGET [HEADER...]: the status of a request as it stands
raw_code() {
	{
		printf 'GET %s HTTP/%s\r\n' "$2" "$1"
		shift 2
		[ $# -eq 0 ] || printf '%s\r\n' "$@"
		printf '\r\n'
	} >request
	raw <request
	code=${REPLY#* }
	echo "${code%% *}"
}

@test "answers are compressed for clients that accept gzip" {
	serve "$DAY"
	coding_of() {
		curl -sS -g -D - -o body -H "$2" "$URL$1" | tr -d '\r' |
			sed -n 's/^Content-Encoding: //p'
	}
	while read -r coding header; do
		echo "$coding, $header"
		for target in /app.js "/api/v1/rows?$RANGE&by=remote,process,user,interface"; do
			found=$(coding_of "$target" "$header")
			assert_equal "${found:--}" "$coding"
		done
	done <<-'END'
		gzip Accept-Encoding: gzip
		gzip Accept-Encoding: GZIP
		gzip Accept-Encoding: x-gzip
		gzip Accept-Encoding: deflate, gzip;q=1.0, br
		gzip Accept-Encoding: gzip;q=0.5
		gzip Accept-Encoding: gzip ; Q=0.001
		gzip Accept-Encoding: br, *;q=0.1
		gzip Accept-Encoding: gzip;q=0.5, identity;q=0
		- Accept-Encoding: gzip;q=0
		- Accept-Encoding: gzip;q=0.0
		- Accept-Encoding: gzip; q=0
		- Accept-Encoding: gzip;q=0, *
		- Accept-Encoding: *;q=0
		- Accept-Encoding: notgzip
		- Accept-Encoding: gzipped, br
		- Accept-Encoding: gzip;q=0.5, identity;q=0.6
		- Accept-Encoding: br
		- Accept-Encoding;
	END
	found=$(curl -sS -D - -o body "$URL/app.js" -H 'Accept-Encoding: br' \
		-H 'Accept-Encoding: gzip' | grep -ci '^content-encoding: gzip')
	assert_equal "$found" 1
}

@test "the plain and the compressed form of a file have different entity tags" {
	serve "$DAY"
	tag_of() {
		curl -sS -o body -D - "$URL/app.js" "$@" | tr -d '\r' |
			sed -n 's/^ETag: //p'
	}
	plain=$(tag_of)
	packed=$(tag_of -H 'Accept-Encoding: gzip')
	assert_not_equal "$plain" "$packed"
	while read -r code tags; do
		echo "$code $tags"
		code_of /app.js -H "If-None-Match: $tags"
		assert_output "$code"
	done <<-END
		304 $plain
		304 W/$plain
		304 "other", $plain
		304 *
		200 $packed
		200 "other"
	END
	code_of /app.js -H 'Accept-Encoding: gzip' -H "If-None-Match: $packed"
	assert_output 304
}

@test "browsers may keep the files of this version of the page, and no others" {
	serve "$DAY"
	kept_for() {
		curl -sS -o body -D - "$URL/$1" | tr -d '\r' |
			sed -n 's/^Cache-Control: //p'
	}
	curl -sS "$URL/" >page
	for name in app.js style.css dom.js; do
		path=$(grep -oE "=\"v[0-9]+/$name\"" page | tr -d '="')
		assert_equal "$(kept_for "$path")" "max-age=31536000, immutable"
		cmp body "$ROOT/tm-web/page/$name"
		for other in "$name" "v1/$name"; do
			assert_equal "$(kept_for "$other")" no-cache
			cmp body "$ROOT/tm-web/page/$name"
		done
	done
	assert_equal "$(kept_for '')" no-cache
	assert_equal "$(kept_for api/v1/status)" no-store
	for target in "/${path%/*}/" "/${path%/*}/v1/app.js" /v/app.js "/${path%/*}/api/v1/status"; do
		code_of "$target"
		assert_output 404
	done
}

@test "a request may name its host in the address, and HTTP/1.0 needs none" {
	serve "$DAY" --host meter.example.org
	here=${URL#http://}
	while read -r code version target header; do
		echo "$code $version $target $header"
		assert_equal "$(raw_code "$version" "$target" ${header:+"$header"})" "$code"
	done <<-END
		200 1.1 http://$here/ Host: $here
		200 1.1 http://$here Host: $here
		200 1.1 HTTP://$here/api/v1/status Host: other.example.org
		200 1.1 http://$here/api/v1/rows?by=remote Host: $here
		200 1.1 https://meter.example.org/ Host: $here
		200 1.1 http://$here?by=user Host: $here
		404 1.1 http://$here/nothing Host: $here
		421 1.1 http://evil.example.org/ Host: $here
		421 1.1 http:/// Host: $here
		421 1.1 http://user@$here/ Host: $here
		400 1.1 http://$here/
		400 1.1 ftp://$here/ Host: $here
		400 1.1 api/v1/status Host: $here
		200 1.0 / Host: $here
		200 1.0 /
		200 1.0 /api/v1/status
		421 1.0 / Host: evil.example.org
		421 1.0 http://evil.example.org/
	END
}

@test "blanks around a header's value are ignored" {
	serve "$DAY" --user-from-header X-Remote-User
	here=${URL#http://}
	tab=$'\t'
	while IFS='|' read -r code header; do
		echo "$code $header"
		assert_equal "$(raw_code 1.1 /api/v1/rows "Host:  $here $tab" "$header")" "$code"
	done <<-END
		200|X-Remote-User: alice
		200|X-Remote-User:   alice  $tab
		403|X-Remote-User: al ice
		403|X-Remote-User:   $tab
	END
	assert_equal "$(raw_code 1.1 / "Host: $here" 'X-Remote-User: alice' 'Sec-Fetch-Site: cross-site ')" 403
}

@test "errors are pages for browsers and JSON for programs" {
	serve "$DAY"
	browser='Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
	while read -r code host target; do
		echo "$target"
		code_of "$target" -H "Host: $host" -H "$browser" -D headers
		assert_output "$code"
		grep -qi '^content-type: text/html; charset=utf-8' headers
		grep -q '^<!doctype html>' body
		grep -q '^<main>' body
		refute grep -q '<script>' body
		for accept in 'Accept: */*' 'Accept:' 'Accept: application/json' \
			'Accept: text/html;q=0.5, application/json' 'Accept: text/*;q=0, */*'; do
			code_of "$target" -H "Host: $host" -H "$accept" -D headers
			assert_output "$code"
			grep -qi '^content-type: application/json' headers
			assert_equal "$(jq .status body)" "$code"
		done
	done <<-END
		404 ${URL#http://} /api/v1/<script>
		400 ${URL#http://} /api/v1/rows?<script>=1
		421 <script>.example.org /
	END
	code_of '/api/v1/rows?x=1' -H "$browser"
	grep -F '<p>x is no parameter here' body
	grep -F 'href="./../../"' body
	code_of / -H "$browser" -H 'Host: evil.example.org'
	grep -F '<p>evil.example.org: this server does not answer to that name; start tm-web with --host evil.example.org if it should</p>' body
	refute grep -F href= body
}

@test "with --base all paths work below a proxy's path, and a missing slash is added" {
	serve "$DAY" --base /net/tm/
	while read -r code target; do
		echo "$target"
		code_of "$target" -D headers
		assert_output "$code"
		refute grep -qi '^set-cookie' headers
	done <<-'END'
		200 /net/tm/
		200 /net/tm/app.js
		200 /net/tm/api/v1/status
		200 /net/tm/api/processes
		200 /
		200 /app.js
		404 /net/tm/nothing
		404 /net/
		404 /net/tmx/
		404 /net/tm//net/tm/
	END
	code_of '/net/tm?by=user&x=%0d%0aa' -D headers
	assert_output 301
	tr -d '\r' <headers | grep -Fx 'Location: tm/?by=user&x=%0d%0aa'
	run curl -sSL -o body -w '%{http_code} %{url_effective}' "$URL/net/tm"
	assert_output "200 $URL/net/tm/"
	code_of /net/tm/api/v1/nothing -H 'Accept: text/html'
	grep -F 'href="./../../"' body
	run tm-web --db "$DAY" --base tm
	assert_failure 2
	assert_line --index 0 "tm-web: --base: not a path such as /tm/: tm"
}

# Beside what serve.bash ends.
teardown() {
	ip link del tmw$$ 2>/dev/null || true
	[ -z "${SERVER-}" ] || kill -KILL "$SERVER" 2>/dev/null || true
}

# start PLACE: as serve does, and what is said of it stays in err
start() {
	: >address
	tm-web --db "$DAY" --listen "$1" >address 2>err 3>&- &
	SERVER=$!
	has_begun address
	read -r URL <address
	URL=${URL%/}
}

@test "listening on all addresses prints one that works, and a warning" {
	for place in 0.0.0.0:0 '[::]:0'; do
		echo "$place"
		start "$place"
		refute grep -E '//(0\.0\.0\.0|\[::\])' address
		grep -Fx "tm-web: $place: whoever reaches this address sees the traffic of all users; listen on 127.0.0.1 for ssh -L, or behind a proxy with a login" err
		code_of /
		assert_output 200
		port=${URL##*:}
		for host in "${URL#http://}" "localhost:$port" "$(hostname):$port" \
			"$(hostname)" 198.51.100.7:9000 127.0.0.1:9000; do
			echo "$host"
			run curl -sS -o body -w '%{http_code}' -H "Host: $host" "http://127.0.0.1:$port/"
			assert_output 200
		done
		run curl -sS -o body -w '%{http_code}' -H 'Host: evil.example.org' "http://127.0.0.1:$port/"
		assert_output 421
		kill -KILL "$SERVER"
	done
	start 127.0.0.1:0
	refute grep whoever err
}

@test "a link-local address requires an interface" {
	address=$(ip -6 -o addr show scope link | sed -nE '1s/^[0-9]+: ([^ ]+) +inet6 ([^/]+).*/\2%\1/p')
	[ -n "$address" ] || {
		needs_root
		ip link add tmw$$ type dummy && ip link set tmw$$ up
		for _ in $(seq 50); do
			ip -6 -o addr show dev tmw$$ scope link | grep -qv tentative && break
			sleep 0.1
		done
		address=$(ip -6 -o addr show dev tmw$$ scope link | sed -nE "s/.*inet6 ([^/]+).*/\\1%tmw$$/p")
	}
	start "[$address]:0"
	assert_equal "${URL%:*}" "http://[${address/\%/%25}]"
	code_of /
	assert_output 200
	run tm-web --db "$DAY" --listen '[fe80::1%nosuch]:0'
	assert_failure 2
	assert_line --index 0 "tm-web: --listen: there is no such interface: [fe80::1%nosuch]:0"
	run tm-web --db "$DAY" --listen '[fe80::1]:0'
	assert_failure 2
	assert_line --index 0 "tm-web: --listen: of which interface (as in [fe80::1%eth0]:8080)?: [fe80::1]:0"
}

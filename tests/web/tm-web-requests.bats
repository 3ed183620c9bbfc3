# tm-web: requests that it refuses, and hostile ones.

load ../helper
load serve

@test "only GET and HEAD are answered" {
	serve "$DAY"
	for method in POST PUT DELETE OPTIONS PATCH TRACE FOO; do
		code_of /api/v1/rows -X "$method" -D headers
		assert_output 405
		grep -qi '^allow: GET, HEAD' headers
	done
	code_of /api/v1/rows -X GET -d 'body'
	assert_output 400
	code_of /api/v1/rows -I
	assert_output 200
}

@test "only requests to its own name are answered" {
	serve "$DAY" --host meter.example.org --host proxy.example.org:8443
	port=${URL##*:}
	while read -r code host; do
		echo "$host"
		code_of /api/v1/status -H "Host: $host"
		assert_output "$code"
	done <<-END
		421 evil.example.org
		421 evil.example.org:$port
		200 127.0.0.1
		200 127.0.0.1:9000
		200 127.1.2.3:9000
		200 [::1]:9000
		200 localhost:9000
		421 192.0.2.1:$port
		421 0.0.0.0:$port
		421 [2001:db8::1]:$port
		421 127.0.0.1.evil.example.org:$port
		421 localhost.:$port
		200 127.0.0.1:$port
		200 localhost:$port
		200 LocalHost:$port
		200 meter.example.org
		200 meter.example.org:443
		421 xmeter.example.org
		200 proxy.example.org:8443
		421 proxy.example.org
	END
	code_of /api/v1/status -H 'Host:'
	assert_output 400
	printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nHost: evil\r\n\r\n' "$port" >request
	raw <request
	assert_equal "$REPLY" "HTTP/1.1 400 Bad Request"
}

@test "requests from pages of other sites are refused" {
	serve "$DAY" --host meter.example.org
	while read -r code header; do
		echo "$header"
		code_of /api/v1/rows -H "$header"
		assert_output "$code"
	done <<-END
		403 Origin: http://evil.example.org
		403 Origin: null
		403 Origin: https://${URL#http://}
		403 Origin: file://
		200 Origin: $URL
		403 Origin: http://localhost:9000
		403 Origin: http://${URL#http://}1
		200 Origin: https://meter.example.org
		403 Sec-Fetch-Site: cross-site
		403 Sec-Fetch-Site: same-site
		200 Sec-Fetch-Site: same-origin
		200 Sec-Fetch-Site: none
	END
	code_of / -H 'Sec-Fetch-Site: cross-site' -H 'Sec-Fetch-Mode: navigate'
	assert_output 200
}

@test "nothing outside its assets is served" {
	serve "$DAY"
	while read -r code target; do
		echo "$target"
		code_of "$target"
		assert_output "$code"
		refute [ "$(grep -c root: body)" -gt 0 ]
	done <<-'END'
		404 /../etc/passwd
		404 /../../../../etc/passwd
		404 /%2e%2e/%2e%2e/etc/passwd
		404 /%2e%2e%2fetc%2fpasswd
		404 //etc/passwd
		404 /page/../index.html
		404 /./index.html
		404 /day.db
		404 /index.html/
		400 /%00
		400 /index.html%00.js
		400 /%zz
		400 /%
		400 /api/v1/rows?search=%00
	END
	for target in '/\0' '/\0x' '/api/v1/rows?x=\0'; do
		printf "GET $target HTTP/1.1\r\nHost: ${URL#http://}\r\n\r\n" >request
		raw <request
		assert_equal "$REPLY" "HTTP/1.1 400 Bad Request"
	done
}

@test "requests that are too long are refused" {
	serve "$DAY"
	long=$(printf '%05000d' 0)
	code_of "/$long"
	assert_output 414
	{
		printf 'GET / HTTP/1.1\r\nHost: %s\r\nX: ' "${URL#http://}"
		head -c 1000000 /dev/zero | tr '\0' a
		printf '\r\n\r\n'
	} >request
	raw <request
	assert_equal "$REPLY" "HTTP/1.1 431 Request Header Fields Too Large"
	for count in 40 300 3000; do
		ask "/api/v1/rows?$(printf '&%.0s' $(seq "$count"))"
		assert_output '{"version":1,"error":"the address has more than 32 parameters","status":400}'
	done
	code_of "/api/v1/rows?$(printf '&%.0s' $(seq 5000))"
	assert_output 414
	code_of /api/v1/status
	assert_output 200
}

@test "a thousand slow connections do not block others" {
	serve "$DAY"
	timeout 200 python3 - "${URL##*:}" <<-'END'
		import socket, sys, time, urllib.request
		port = int(sys.argv[1])
		slow = []
		for i in range(1000):
		    s = socket.create_connection(("127.0.0.1", port))
		    s.sendall(b"GET / HTTP/1.1\r\nHost: 127")
		    slow.append(s)
		begin = time.monotonic()
		for path in "/", "/api/v1/rows", "/api/v1/status":
		    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as r:
		        assert r.status == 200
		print(int((time.monotonic() - begin) * 1000), file=open("took", "w"))
		# one byte now and then does not keep them
		begin = time.monotonic()
		while slow and time.monotonic() - begin < 40:
		    time.sleep(1)
		    open_ones = []
		    for s in slow:
		        try:
		            s.sendall(b"x")
		            s.setblocking(False)
		            try:
		                if s.recv(1) == b"":
		                    continue
		            except BlockingIOError:
		                pass
		            s.setblocking(True)
		            open_ones.append(s)
		        except OSError:
		            pass
		    slow = open_ones
		assert not slow, f"{len(slow)} are still open"
	END
	# nor are they slow for others
	in_time "$(cat took)" 2000
}

@test "tm-web works with few descriptors" {
	ulimit -n 96
	serve "$DAY"
	timeout 100 python3 - "${URL##*:}" <<-'END'
		import socket, sys, time, urllib.request
		port = int(sys.argv[1])
		slow = [socket.create_connection(("127.0.0.1", port)) for i in range(70)]
		with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/rows", timeout=60) as r:
		    assert r.status == 200
	END
}

@test "hostile names stay text in every answer" {
	serve "$DAY"
	ask "/api/v1/rows?$RANGE&by=process&process=%3Dcmd+%3Cb%3E%22x%22" -D headers
	assert_output --partial '"process":"=cmd <b>\"x\""'
	grep -qi '^content-type: application/json' headers
	code_of '/api/v1/rows?%3Cscript%3E=1'
	assert_output 400
	assert_regex "$(jq -r .error body)" "^<script> is no parameter here; known are from, "
	ask '/<script>' -D headers
	grep -qi '^content-type: application/json' headers
	refute_output --partial '<script>'
}

@test "a question over centuries takes no longer than its rows" {
	{
		day
		printf '{"uid":1000,"comm":"curl","ifindex":2,"protocol":6,"bytes":7,"packets":1,"direction":"out","source":"192.0.2.10","destination":"198.51.100.7","time_ns":%s000000000}\n' \
			7243468400 7243472000
	} | tm-parse | tm-store --quiet --db ages.db
	ulimit -v 4000000
	serve ages.db
	ages="from=2000-01-01T00:00:00Z&to=2200-01-01T00:00:00Z"
	while read -r sum question; do
		echo "$question"
		ask "/api/v1/rows?$ages&$question" -m 20
		assert_success
		assert_equal "$(jq .sums.total <<<"$output")" "$sum"
		assert_equal "$(jq '[.rows[].total] | add' <<<"$output")" "$sum"
	done <<-'END'
		3134 by=minute
		3134 by=hour,user
		3134 by=day,remote
		1574 by=minute&user=alice
		1574 by=hour&user=alice
		1574 by=minute&remote=198.51.100.7
		1574 by=minute,direction&process=curl
	END
	for question in "series?$ages&bins=2000" "series?$ages&user=alice&by=remote" \
		"summary?$ages&user=alice"; do
		code_of "/api/v1/$question" -m 20
		assert_output 200
	done
}

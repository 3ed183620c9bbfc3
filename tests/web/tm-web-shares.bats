# tm-web: whom it answers on this host, and what each may take of it.

load ../helper
load serve

# many_rows: a history whose questions take a while
many_rows() {
	awk 'BEGIN {
		for (minute = 0; minute < 60; minute++)
			for (row = 0; row < 1000; row++)
				printf "{\"uid\":%d,\"comm\":\"p%d\",\"ifindex\":2,\"protocol\":6,\"bytes\":%d,\"packets\":1,\"direction\":\"out\",\"source\":\"192.0.2.10\",\"destination\":\"10.%d.%d.%d\",\"time_ns\":%d000000000}\n",
					1000 + row % 2, row % 5, 60 + row, minute % 3, row % 250, minute, 1682935200 + minute * 60
		print "{\"kind\":\"name\",\"of\":\"user\",\"parts\":1,\"id\":1000,\"text\":\"alice\",\"time_ns\":1682935200000000000}"
		print "{\"kind\":\"name\",\"of\":\"user\",\"parts\":1,\"id\":1001,\"text\":\"bob\",\"time_ns\":1682935200000000000}"
	}' | tm-parse | tm-store --quiet --db many.db
}

# The rest of a test in Python: ask(), stream() and heavy for it.
python() {
	timeout 250 python3 - "${URL##*:}" <<-END
		import http.client, sys, threading
		def ask(path, **headers):
		    c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=200)
		    c.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
		    r = c.getresponse()
		    return r.status, r.read().decode()
		streams = []
		def stream(**headers):
		    c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=200)
		    c.request("GET", "/api/v1/live", headers={k.replace("_", "-"): v for k, v in headers.items()})
		    r = c.getresponse()
		    streams.append((c, r))
		    return r.status
		heavy = "/api/v1/rows?$RANGE&by=minute,user,process,remote&limit=1"
		$(cat)
	END
}

@test "a user with many live streams leaves enough for others" {
	serve "$DAY" --user-from-header X-Remote-User
	python <<-'END'
		codes = [stream(X_Remote_User="alice") for i in range(32)]
		assert codes == 16 * [200] + 16 * [503], codes
		assert stream(X_Remote_User="bob") == 200
		status, text = ask("/api/v1/live", X_Remote_User="alice")
		assert status == 503 and "too many of your windows" in text, text
		for c, r in streams[:16]:
		    r.close()
		    c.close()
		for i in range(200):
		    if stream(X_Remote_User="alice") == 200:
		        sys.exit(0)
		    threading.Event().wait(0.1)
		sys.exit("streams that ended still count")
	END
}

@test "streams that the client has left make room for new ones at once" {
	serve "$DAY"
	python <<-'END'
		for turn in range(4):
		    codes = [stream() for i in range(16)]
		    assert codes == 16 * [200], (turn, codes)
		    while streams:
		        c, r = streams.pop()
		        r.close()
		        c.close()
	END
}

@test "a user with many heavy questions does not keep others waiting" {
	many_rows
	serve many.db --user-from-header X-Remote-User
	python <<-'END'
		done = []
		def work():
		    done.append(ask(heavy, X_Remote_User="alice")[0])
		threads = [threading.Thread(target=work) for i in range(100)]
		for thread in threads:
		    thread.start()
		while 503 not in done:
		    threading.Event().wait(0.01)
		for path in "/api/v1/status", "/api/v1/summary", heavy:
		    assert ask(path, X_Remote_User="bob")[0] == 200
		before = done.count(200)
		for thread in threads:
		    thread.join()
		print(before, done.count(200), done.count(503))
		# all that fit into alice's share, and most of it after bob's answers
		assert done.count(200) >= 32 and set(done) == {200, 503}
		assert before < done.count(200) / 2
	END
}

@test "people behind a proxy on this host have shares of their own" {
	serve "$DAY"
	python <<-'END'
		codes = [stream(X_Forwarded_For="192.0.2.7, 198.51.100.%d" % (i // 20)) for i in range(40)]
		assert codes == 16 * [200] + 4 * [503] + 16 * [200] + 4 * [503], codes
		assert stream() == 200
	END
}

# get_as USER TARGET [CURL'S OPTION...]: the status that a process of that user gets
get_as() {
	local user=$1 target=$2
	shift 2
	run setpriv --reuid "$user" --clear-groups curl -sS -m 20 -o /dev/null \
		-w '%{http_code}' "$@" "$URL$target"
}

@test "with --allow only the processes of these users are answered" {
	needs_root
	serve "$DAY" --allow daemon --allow 12345
	for case in daemon:200 12345:200 root:200 nobody:403 12346:403; do
		echo "$case"
		for target in / /app.js /api/v1/rows /api/v1/status /nothing; do
			get_as "${case%:*}" "$target"
			[ "$target" = /nothing ] && [ "$output" = 404 ] ||
				assert_output "${case#*:}"
		done
	done
	kill -KILL "$SERVER"
	serve "$DAY" --listen '[::]:0' --allow daemon
	port=${URL##*:}
	for URL in "http://127.0.0.1:$port" "http://[::1]:$port"; do
		get_as daemon /
		assert_output 200
		get_as nobody /
		assert_output 403
	done
	kill -KILL "$SERVER"
	mkdir -m 755 run
	chown nobody run
	serve "$DAY" --listen unix:"$PWD/run/web" --run-as nobody --allow daemon
	chmod 666 run/web
	URL=http://localhost
	get_as daemon / --unix-socket run/web
	assert_output 200
	get_as bin / --unix-socket run/web
	assert_output 403
	run tm-web --db "$DAY" --allow nosuch
	assert_failure 2
	assert_line --index 0 "tm-web: --allow: there is no such user: nosuch"
}

@test "with --allow another machine is not answered" {
	needs_root
	ip netns add tmw$$ && ip link add tmw$$a type veth peer name tmw$$b netns tmw$$
	ip addr add 198.51.100.1/30 dev tmw$$a && ip link set tmw$$a up
	ip -n tmw$$ addr add 198.51.100.2/30 dev tmw$$b && ip -n tmw$$ link set tmw$$b up
	serve "$DAY" --listen 198.51.100.1:0 --allow root
	code_of /
	assert_output 200
	run ip netns exec tmw$$ curl -sS -m 20 -o /dev/null -w '%{http_code}' "$URL/"
	assert_output 403
}

teardown() {
	ip link del tmw$$a 2>/dev/null || true
	ip netns del tmw$$ 2>/dev/null || true
	[ -z "${SERVER-}" ] || kill -KILL "$SERVER" 2>/dev/null || true
}

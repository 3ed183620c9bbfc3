# tm-filter: notes about what was hardly meant.

load ../helper
load ../events
load filter

# noted EXPRESSION NOTE: this note, and none with -q
noted() {
	run --separate-stderr tm-filter "$1" all.tm
	assert_success
	assert_equal "$stderr" "tm-filter: note: $2"
	run --separate-stderr tm-filter -q "$1" all.tm
	assert_equal "$stderr" ""
}

never() { # EXPRESSION [PART]
	noted "$1" "this can never be true: ${2:-$1}"
}

always() {
	noted "$1" "this is always true: ${2:-$1}"
}

@test "a part that can never be true is noted" {
	write_events
	: >empty.txt
	echo 10.0.0.0/8 >ten.txt
	never 'bytes < 0'
	never 'in or port > 65535' 'port > 65535'
	never 'tcp and bytes > 5 and udp'
	never 'tcp and udp and in' 'tcp and udp'
	never 'tcp and not tcp'
	never 'user alice and user bob'
	never 'user != alice and user alice'
	never 'user alice and not user al*'
	never 'user alice and uid none'
	never 'in and out'
	never 'not (in or out)'
	never 'not (in or out or tcp)'
	never 'tcp and not (in or out)' 'not (in or out)'
	never 'process curl and process wget'
	never 'process py* and process java*'
	never 'since today and until yesterday'
	never 'network @empty.txt'
	never 'network @ten.txt and host 11.0.0.1 and host 12.0.0.1'
	never 'src port 80 and src port 81'
	never 'port 80 and port 81 and port 82'
	never 'src host 10.0.0.1 and src host 10.0.0.2'
	never 'remote 10.0.0.1 and in and src host 10.0.0.2'
	never 'src network 10.0.0.0/8 and not src network 10.0.0.0/9 and not src network 10.128.0.0/9' \
		'src network 10.0.0.0/8 and not src network 10.0.0.0/9 and not src network 10'
	never 'bytes > 5 and bytes < 6'
	never 'cgroup /user.slice/alice and not cgroup /user.slice'
}

@test "a part that is always true is noted" {
	write_events
	always 'in or out'
	always 'tcp and (in or out)' '(in or out)'
	always 'bytes >= 0'
	always 'tcp or bytes > 5 or not tcp'
	always 'not (tcp and udp)'
	always 'kind traffic,lost,unattributed'
	always 'network 0.0.0.0/0 or network ::/0'
	always 'process *'
}

@test "a part that can be true and false is not noted" {
	write_events
	for fine in 'port 80 and port 81' 'user alice or user bob' \
		'bytes > 5 and bytes < 9' 'since 1h and until now' \
		'not (in and tcp) and out' 'uid >= 0' 'port >= 0' \
		'host 192.0.2.10 and host 192.0.2.20' \
		'remote 192.0.2.10 and src host 192.0.2.20' \
		'process curl and process c*' 'user alice and user a*' \
		'process c* and process *l' 'process [a-c]* and process curl' \
		'cgroup /user.slice and not cgroup /user.slice/alice' \
		'cgroup /user.slice and cgroup /user.slice/a*' \
		'process a-very-long-command and process a-very-long-com' \
		'network 10.0.0.0/8 and not network 10.0.0.0/9' \
		'since 2026-01-02T00:10:00 and until 2026-01-02T00:09:50'; do
		run --separate-stderr tm-filter "$fine and uid < 9999" all.tm
		assert_equal "$stderr" ""
	done
}

@test "expressions and options that exclude each other are noted" {
	write_events
	note="tm-filter: note: no event can meet all of these expressions and options"
	run --separate-stderr tm-filter -e tcp -e udp all.tm
	assert_equal "$stderr" "$note"
	run --separate-stderr tm-filter -x 192.0.2.0/24 -e 'host 192.0.2.1' all.tm
	assert_equal "$stderr" "$note"
	run --separate-stderr tm-filter -s ::/0 -x 0.0.0.0/0 -e 'port 1' all.tm
	assert_equal "$stderr" "$note"
	run --separate-stderr tm-filter -s 192.0.2.0/24 -e 'host 192.0.2.1' all.tm
	assert_equal "$stderr" ""
	run --separate-stderr tm-filter -e 'tcp and udp' -e in all.tm
	assert_equal "$stderr" "tm-filter: note: this can never be true: tcp and udp"
}

# A recording with each combination of some values, and expressions of all pairs
# of questions about them.
@test "a note that nothing or all matches is given exactly if that is so" {
	cat >pairs.py <<-'END'
		import itertools, json, subprocess, sys
		ends = ["10.0.0.1", "10.0.0.2", "11.0.0.1", "12.0.0.1"]
		keys = ["direction", "protocol", "source_port", "destination_port",
		        "uid", "source", "destination", "process", "bytes"]
		values = [["in", "out"], [6, 17, 1], [80, 81, 83], [80, 82, 83],
		          [4294967295, 0, 5, 1000, 1001], ends, ends,
		          ["python3", "pyx", "curl", "sh"], [40, 70]]
		questions = [
		    "in", "tcp", "udp", "src port 80", "port 80", "port 81-82", "uid none",
		    "uid > 999", "user alice", "src host 10.0.0.1", "host 10.0.0.2",
		    "network 10.0.0.0/8", "remote network 11.0.0.0/8", "process py*",
		    "process python3", "process curl", "bytes < 50"]
		run = lambda *words, **more: subprocess.run(
		    words, check=True, capture_output=True, **more)
		lines = [{"kind": "name", "of": "user", "parts": 1, "id": uid,
		          "text": "alice"} for uid in (5, 1000)]
		names = len(lines)
		lines += [dict(zip(keys, v)) for v in itertools.product(*values)]
		text = "\n".join(json.dumps(line) for line in lines)
		events = run("tm-parse", input=text.encode()).stdout
		open("grid.tm", "wb").write(events)
		every = len(lines) - names
		wrong = 0
		for a, b in itertools.combinations(questions, 2):
		    for form in ["{} and {}", "{} and not {}", "not {} and {}",
		                 "{} or {}", "not ({} and {})", "not {} or {}"]:
		        text = form.format(a, b)
		        got = run("tm-filter", text, "grid.tm")
		        kept, note = len(got.stdout) // 128 - names, got.stderr.decode()
		        if ("never be true" in note) != (kept == 0) or \
		           ("always true" in note) != (kept == every):
		            wrong += 1
		            print(text, kept, note)
		sys.exit(wrong > 0)
	END
	run -0 python3 pairs.py
	assert_output ""
}

@test "a long expression is not looked at for longer than it takes to read it" {
	write_events
	{
		printf 'port 1'
		for i in {2..10000}; do printf ',%s' "$i"; done
		printf ' and ('
		for i in {1..300}; do
			printf 'src port %s and host 10.0.0.%s or ' $i $((i % 256))
		done
		printf 'in)'
	} >long.txt
	begin=${EPOCHREALTIME/./}
	run -0 tm-filter -q "$(cat long.txt)" all.tm
	quiet=$((${EPOCHREALTIME/./} - begin))
	begin=${EPOCHREALTIME/./}
	run -0 tm-filter "$(cat long.txt)" all.tm
	in_time $(((${EPOCHREALTIME/./} - begin - quiet) / 1000)) 1000
}

@test "a name that is asked for twice is noted once" {
	write_events
	run --separate-stderr tm-filter 'user nosuch or user nosuch and in' all.tm
	assert_equal "$stderr" \
		"tm-filter: note: no user is called nosuch in these events or here"
}

@test "tm-top --batch gives the notes of tm-filter" {
	write_events
	run --separate-stderr tm-top --batch -e 'user nosuch' all.tm
	assert_success
	assert_equal "$stderr" \
		"tm-top: note: no user is called nosuch in these events or here"
	run --separate-stderr tm-top --batch -e 'tcp and udp' all.tm
	assert_equal "$stderr" "tm-top: note: this can never be true: tcp and udp"
	run --separate-stderr tm-top --batch -e tcp -e udp all.tm
	assert_equal "$stderr" \
		"tm-top: note: no event can meet all of these expressions and options"
	run --separate-stderr tm-top -q --batch -e 'user nosuch and in and out' all.tm
	assert_equal "$stderr" ""
	run --separate-stderr tm-top --batch --count 1 -t 1s -e 'user nosuch' all.tm
	assert_equal "$stderr" \
		"tm-top: note: no user is called nosuch in these events or here"
}

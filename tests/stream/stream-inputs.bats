# Inputs that are no recordings, or not whole ones yet.

load ../helper
load ../events

readers=(tm-report tm-account "tm-filter in" tm-print "tm-csv -o -" "tm-replay"
	"tm-top --batch" "tm-store --db h.db")

# said_alone COMMAND MESSAGE: the message is all that the command writes
said_alone() {
	run -3 --separate-stderr timeout 20 bash -c "$1"
	assert_output ""
	assert_equal "$stderr" "$2"
}

# look_like_others: files that are no recordings, with what they are
look_like_others() {
	printf 'alice moved 5 bytes\n' >text
	tm-print <one.tm >json
	printf '\x28\xb5\x2f\xfd%0100d' 0 >zstd
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0%0100d' 0 >pcap
	printf '\n\r\r\n%0100d' 0 >pcapng
	printf '\xfd7zXZ%0100d' 0 >xz
	printf 'SQLite format 3\0%0100d' 0 >h.sqlite
	cat <<-'END'
	text is text; tm-parse reads what tm-print wrote
	json is text; tm-parse reads what tm-print wrote
	zstd is compressed with zstd; use: zstd -dc FILE |
	xz is compressed with xz; use: xz -dc FILE |
	pcap is a packet capture (pcap); tm reads recordings of tm-capture -w
	pcapng is a packet capture (pcap); tm reads recordings of tm-capture -w
	h.sqlite is a database; for a history use: tm-store query --db FILE
	END
}

@test "a file of another kind gets one line that says what it is, and no table" {
	moved 0 in 1000 5 | tm-parse >one.tm
	look_like_others >kinds
	while read -r file what; do
		said_alone "tm-report $file" "tm-report: $file: $what"
	done <kinds
	for reader in "${readers[@]}"; do
		said_alone "$reader one.tm zstd" \
			"${reader%% *}: zstd: is compressed with zstd; use: zstd -dc FILE |"
		said_alone "$reader <text" \
			"${reader%% *}: standard input: is text; tm-parse reads what tm-print wrote"
	done
	assert_not_exist h.db
}

@test "what comes through a pipe and is no stream gets no report either" {
	printf '%0200d' 0 >text
	for reader in "tm-report" "tm-report --format json" "tm-report -t 1" \
		"tm-report --style pdtt" "tm-report --style processes" \
		"tm-top --batch"; do
		said_alone "cat text | $reader" \
			"${reader%% *}: standard input: is text; tm-parse reads what tm-print wrote"
	done
	run script -qec 'tm-report; echo $?' /dev/null
	assert_equal "${#lines[@]}" 2
	assert_line --index 0 --partial "standard input is a terminal"
	assert_line --index 1 --partial 2
}

@test "a recording that is still being written is told from one that was cut" {
	{
		start
		moved 1 in 1000 5
		status tick 2
	} | tm-parse >day.tm
	for reader in "${readers[@]}"; do
		rm -f h.db
		run -3 timeout 20 bash -c "$reader day.tm >/dev/null"
		assert_line "${reader%% *}: day.tm: was cut: it has a START and no END"
		rm -f h.db
		run -3 timeout 20 bash -c "$reader day.tm 5>>day.tm >/dev/null"
		assert_line "${reader%% *}: day.tm: is still being written: it has no END yet"
	done
	run -3 bash -c "tm-print <day.tm 5>>day.tm >/dev/null"
	assert_output "tm-print: standard input: is still being written: it has no END yet"
	head -c 200 day.tm >part.tm
	run -3 bash -c "tm-print part.tm 5>>part.tm >/dev/null"
	assert_output "tm-print: part.tm: is still being written: ends inside an event (offset 128)"
	gzip <day.tm | head -c 60 >part.gz
	run -3 bash -c "tm-print part.gz 5>>part.gz >/dev/null"
	assert_output --regexp "^tm-print: part.gz: is still being written: ends inside its gzip data"
}

@test "who may not know who writes goes by the time of the last change" {
	[ "$(id -u)" = 0 ] || skip "needs root to become another user"
	local shared
	shared=$(mktemp -d)
	chmod 755 "$shared"
	start | tm-parse >"$shared/day.tm"
	cp "$BUILD/bin/tm-print" "$shared"
	ask=(setpriv --reuid 12346 --clear-groups "$shared/tm-print" "$shared/day.tm")
	touch -d '1 hour ago' "$shared/day.tm"
	run -3 --separate-stderr "${ask[@]}"
	assert_equal "$stderr" "tm-print: $shared/day.tm: was cut: it has a START and no END"
	touch "$shared/day.tm"
	run -3 --separate-stderr "${ask[@]}"
	assert_equal "$stderr" "tm-print: $shared/day.tm: is still being written: it has no END yet"
	rm -rf "$shared"
}

# stays_whole COMMAND FILE: the command refuses to write behind what it reads
stays_whole() {
	cp "$2" before
	run timeout 20 bash -c "ulimit -f 200; $1 >>$2"
	assert_failure 1
	assert_output --regexp "^${1%% *}: ($2|standard input): is standard output too; write to another file\$"
	cmp "$2" before
}

@test "nothing is written behind the input in the same file" {
	{
		start
		moved 1 in 1000 5
		status end 2
	} >day.txt
	tm-parse day.txt >day.tm
	echo 192.0.2.0/24 >site.txt
	for reader in "${readers[@]}"; do
		stays_whole "$reader day.tm" day.tm
		stays_whole "$reader <day.tm" day.tm
	done
	stays_whole "tm-parse day.txt" day.txt
	stays_whole "tm-parse <day.txt" day.txt
	stays_whole "ipmask site.txt" site.txt
	run -1 bash -c "tm-print day.tm >day.tm"
	assert_output "tm-print: day.tm: is standard output too; write to another file"
}

@test "a file that is named twice is read twice, with a warning" {
	moved 0 in 1000 5 | tm-parse >one.tm
	cp one.tm copy.tm
	ln -s one.tm link.tm
	for reader in "${readers[@]}"; do
		run --separate-stderr timeout 20 $reader one.tm copy.tm ./link.tm
		assert_regex "$stderr" "^${reader%% *}: (one|\./link)\.tm: is named twice, so its events are read twice"
		run --separate-stderr timeout 20 $reader one.tm copy.tm
		refute_regex "$stderr" "is named twice"
	done
	run bash -c 'tm-report -q --format csv one.tm one.tm 2>/dev/null | tail -n 1'
	assert_output --partial ',10,0,10,'
}

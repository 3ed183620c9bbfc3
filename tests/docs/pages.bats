# The man pages: their form, and that every example runs as it stands.
# bats file_tags=kernel

load ../helper

pages() {
	printf '%s\n' "$ROOT"/*/*.[1578]
}

# The commands of a page's EXAMPLES: its .Dl lines, one each, as a reader sees
# them.
examples() {
	{
		printf '.Dd July 1, 2025\n.Dt X 1\n.Os\n.Sh EXAMPLES\n'
		sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$1" | grep '^\.Dl'
	} | mandoc -T ascii -O width=1000 | sed 's,.\x08,,g' |
		sed -n '/^EXAMPLES/,/^[A-Z]/s/^   *//p'
}

# The directory that an example finds: a recording, packed and as text, and a
# list of networks; sudo that finds the programs under test.
prepare() {
	rm -rf prepared
	mkdir -p prepared bin
	cat >prepared/events.json <<-'END'
		{"kind":"start","run_id":7,"host":"example","time_ns":1700000000000000000}
		{"kind":"name","of":"user","parts":1,"id":1000,"text":"alice","time_ns":1700000000000000000}
		{"kind":"name","of":"interface","parts":1,"id":2,"text":"eth0","time_ns":1700000000000000000}
		{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"protocol":6,"bytes":60,"packets":1,"direction":"out","source":"192.0.2.10","source_port":40000,"destination":"198.51.100.7","destination_port":443,"time_ns":1700000000100000000}
		{"uid":1000,"pid":42,"comm":"curl","ifindex":2,"protocol":6,"bytes":1500,"packets":1,"direction":"in","source":"198.51.100.7","source_port":443,"destination":"192.0.2.10","destination_port":40000,"time_ns":1700000000200000000}
		{"uid":0,"pid":1,"comm":"ntpd","ifindex":2,"protocol":17,"bytes":76,"packets":1,"direction":"out","source":"2001:db8::10","source_port":123,"destination":"2001:db8:1::7","destination_port":123,"time_ns":1700000001100000000}
		{"bytes":84,"packets":1,"ifindex":2,"protocol":1,"direction":"in","source":"192.0.2.11","destination":"192.0.2.10","time_ns":1700000001200000000}
		{"kind":"end","direction":"in","run_id":7,"seen_packets":2,"seen_bytes":1584,"recorded_packets":2,"recorded_bytes":1584,"time_ns":1700000002000000000}
		{"kind":"end","direction":"out","run_id":7,"seen_packets":2,"seen_bytes":136,"recorded_packets":2,"recorded_bytes":136,"time_ns":1700000002000000000}
	END
	tm-parse <prepared/events.json >prepared/day.tm
	rm prepared/events.json
	gzip -k prepared/day.tm
	tm-print prepared/day.tm >prepared/events.txt
	printf '192.0.2.0/24\n2001:db8::*\n' >prepared/site.txt
	cat >bin/sudo <<-END
		#!/bin/sh
		if [ -x /usr/bin/sudo ]; then
			exec /usr/bin/sudo env "PATH=\$PATH" "\$@"
		fi
		exec "\$@"
	END
	chmod +x bin/sudo
	PATH=$PWD/bin:$PATH
}

# run_examples GREP-ARGUMENTS: runs the examples of all pages that match.
run_examples() {
	local failed=0 ran=0 page command code
	for page in $(pages); do
		examples "$page" >of_page
		while read -r command; do
			prepare
			code=0
			(cd prepared && "$run_one" "$command") >out 2>&1 \
				</dev/null || code=$?
			ran=$((ran + 1))
			[ "$code" = 0 ] && continue
			failed=$((failed + 1))
			echo "${page##*/}: $command"
			echo "exit $code"
			cat out
		done < <(grep "$@" of_page)
	done
	echo "$ran ran, $failed failed"
	[ "$ran" -gt 0 ] && [ "$failed" = 0 ]
}

by_itself() {
	timeout 120 bash -c "$1"
}

@test "every page is clean by mandoc's lint" {
	for page in $(pages); do
		run mandoc -T lint -W warning "$page"
		assert_output ""
		assert_success
	done
}

@test "every page has its sections in order" {
	for page in $(pages); do
		echo "$page"
		grep -q '^\.Sh NAME' "$page"
		grep -q '^\.Sh DESCRIPTION' "$page"
		case $page in
		*.[18])
			sed -n 's/^\.Sh //p' "$page" |
				grep -xE 'NAME|SYNOPSIS|DESCRIPTION|EXIT STATUS|EXAMPLES|SEE ALSO' |
				tr '\n' ' ' >sections
			assert_equal "$(cat sections)" \
				"NAME SYNOPSIS DESCRIPTION EXIT STATUS EXAMPLES SEE ALSO "
			;;
		esac
	done
}

@test "every page that a page refers to exists here or in the system" {
	for page in $(pages); do
		while read -r name section; do
			echo "$page: $name $section"
			case $name in
			tm-* | ipmask) ls "$ROOT"/*/"$name.$section" ;;
			esac
		done < <(sed -n 's/^\.Xr \([^ ]*\) \([0-9]\).*/\1 \2/p' "$page")
	done
}

@test "every tool's page shows at least two examples" {
	for page in "$ROOT"/*/*.[18]; do
		examples "$page" >of_page
		[ "$(wc -l <of_page)" -ge 2 ]
	done
}

@test "every example that reads a recording runs as it stands" {
	run_one=by_itself run_examples -v 'sudo tm-capture'
}

@test "every example that meters live runs until Ctrl-C as it stands" {
	needs_root
	run_one=$ROOT/tests/lib/live run_examples 'sudo tm-capture'
}

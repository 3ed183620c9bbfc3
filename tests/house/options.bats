# One meaning for each name of an option, in all tools: tm-words(7).

load ../helper

# options_of_tools TOOL...: "NAME ARGUMENT MEANING" for each option of the
# tools' help, where the meaning is the first two words about it, or that it is
# one of some words
options_of_tools() {
	local tool
	for tool; do
		"$tool" --help | awk -v tool="$tool" '
			function flush() {
				sub(/^ *([a-z]+, )*[a-z]+ or [a-z]+$/, "one of", help)
				split(help, word, " ")
				if (name)
					print name, argument, word[1] " " word[2], "(" tool ")"
				name = ""
			}
			/^ +(-[A-Za-z], )?--[a-z]/ {
				flush()
				sub(/^ +(-[A-Za-z], )?--/, "")
				at = match($0, /  /)
				help = at ? substr($0, at + 1) : ""
				split(at ? substr($0, 1, at - 1) : $0, word, " ")
				name = word[1]
				argument = word[2] ? word[2] : "-"
				next
			}
			/^ / && name { help = help " " $0; next }
			{ flush() }
			END { flush() }'
	done
}

# The names of all tools.
everything() {
	(cd "$ROOT" && printf '%s\n' tm-*/main.c ipmask/main.c | cut -d/ -f1 |
		sort)
}

# What tm-words(7) says: "NAME ARGUMENT" for each option of its table.
options_of_words() {
	sed -nE '/^\.Ss Options/,/^\.El/{/^\.It Fl/{
		s/^\.It//; s/ Fl ([A-Za-z]) ,//; s/ , Fl/\n Fl/g; p; }; }' \
		"$ROOT/doc/tm-words.7" |
		sed -nE 's/^ Fl -([a-z-]+)$/\1 -/p; s/^ Fl -([a-z-]+) Ar (.*)/\1 \U\2/p'
}

@test "an option that several tools have means the same in all of them" {
	options_of_tools $(everything) >all
	[ "$(wc -l <all)" -gt 50 ]
	sed 's/ ([a-z-]*)$//' all | sort -u | cut -d' ' -f1 | uniq -d >two
	while read -r name; do
		grep "^$name " all
	done <two
	[ ! -s two ]
}

@test "tm-words(7) lists the options that several tools have, with their arguments" {
	options_of_tools $(everything) | cut -d' ' -f1,2 | sort >all
	options_of_words | sort >words
	[ "$(wc -l <words)" -gt 25 ]
	run uniq -d <(cut -d' ' -f1 words)
	assert_output ""
	for option in $(cut -d' ' -f1 all | uniq -d | grep -vx -e help -e version); do
		grep "^$option " words
	done
	# A name of the table has no other argument in any tool.
	join all words >both
	[ -s both ]
	run awk '$2 != $3' both
	assert_output ""
}

@test "an option whose name now means something else names the new one" {
	needs_root
	run -2 tm-capture --user alice
	assert_output "tm-capture: --user: whose traffic is shown, in other tools: pipe to tm-filter 'user NAME'; who to become is --run-as USER"
}

@test "--output never takes a format for the name of a file" {
	for word in table csv json; do
		run -2 tm-csv --output "$word" /dev/null
		assert_output "tm-csv: --output: names a file; for one of that name, write ./$word"
		assert_not_exists "$word"
	done
	run -0 tm-csv -q --output ./json /dev/null
	assert_exists json
}

@test "--json is --format json" {
	tm-parse <<<'{"time_ns":1700000000000000000,"uid":7,"bytes":5}' >x.tm
	tm-print --json x.tm >json
	[ "$(jq .bytes json)" = 5 ]
	tm-print --format json x.tm | cmp - json
	tm-print --format text x.tm | cmp - <(tm-print x.tm)
	run -2 tm-print --format xml x.tm
	assert_output "tm-print: --format: not text or json: xml"
	tm-report --json x.tm >json
	[ "$(jq .rows[0].total json)" = 5 ]
	tm-report --format json x.tm | cmp - json
	tm-doctor --format json >json || true
	jq -e .version json
}

# The options of --help that name a file or a directory: "COMMAND --OPTION".
file_options() {
	local tool command
	for tool in "$BUILD"/bin/*; do
		tool=${tool##*/}
		"$tool" --help | grep -oE -- '--[a-z-]+ (FILE|DIR)' |
			sed "s/^/$tool /; s/ [A-Z]*$//"
	done
	for command in query quota 'prune --older-than 1d'; do
		echo "tm-store $command --db"
	done
}

@test "an option that names a file refuses no name, and - where no pipe is meant" {
	mkdir empty
	cd empty
	file_options >../options
	[ "$(wc -l <../options)" -ge 11 ]
	while read -r words; do
		run --separate-stderr timeout 10 $words ''
		assert_failure 2
		[[ $stderr =~ ^tm-[a-z]*:\ --${words##* --}:\ no\ (file|directory)\ is\ named ]]
		case $words in
		*--output | *--write | *--network-names) continue ;;
		esac
		run --separate-stderr timeout 10 $words -
		assert_failure 2
		[[ $stderr == "tm-"*": --${words##* --}: - is no file here; for one of that name, write ./-"* ]]
	done <../options
	TM_DB=- run timeout 10 tm-store /dev/null
	assert_failure 2
	assert_line "tm-store: TM_DB: - is no file here; for one of that name, write ./-"
	TM_DB=- run timeout 10 tm-web
	assert_failure 2
	[ -z "$(ls -A)" ]
}

@test "a file called - is named ./-" {
	echo '{"uid":7,"bytes":5,"time_ns":1700000000000000000}' | tm-parse >day.tm
	chmod 700 .
	tm-report -q -l ./- day.tm >/dev/null
	assert_file_exists ./-
	rm ./-
	tm-account -q --state ./- day.tm >/dev/null
	run -0 tm-account --show ./-
	assert_line "user 7 in 5 out 0"
	rm ./-*
	tm-store -q --db ./- day.tm
	run -0 tm-store query --db ./- --format csv
	assert_output --partial ",5,"
}

@test "a second value for what takes one is refused; of other options the last counts" {
	touch a b
	while read -r tool option one two; do
		run -2 ${tool/./ } "$option" "$one" "$option" "$two"
		assert_line --index 0 "${tool%.*}: $option: takes one value, not both $one and $two"
		assert_line --index 1 "try: ${tool%.*} --help"
	done <<-'END'
		tm-store.query --user alice bob
		tm-store.query --process curl ssh
		tm-store.query --remote 192.0.2.1 192.0.2.2
		tm-store.query --direction in out
		tm-store.quota --members staff users
		tm-report --oneline alice bob
		tm-report --log a b
		tm-report --projects a b
		tm-csv --dir a b
		tm-capture --cgroup /a /b
		tm-capture --write a b
		tm-account --state a b
		tm-top --projects a b
		tm-filter --projects a b
		tm-web --listen 127.0.0.1:1 127.0.0.1:2
	END
	tm-parse </dev/null >none.tm
	run -0 tm-report -q --by project --projects a --projects a none.tm
	run -0 tm-report -q --format csv --by process --by user none.tm
	assert_output --partial uid,user,
	run -0 tm-print --count 1 --count 2 none.tm
}

# doc/tm-event.5 against the code.
load ../helper

PAGE=$ROOT/doc/tm-event.5

# program NAME: that program in the page
program() {
	awk -v "start=program: $1" '
		index($0, start) { found = 1 }
		found && /^\.Ed/ { exit }
		inside
		found && /^\.Bd/ { inside = 1 }' "$PAGE" | sed 's/\\e/\\/g'
}

# SECTION OFFSET TYPE FIELD for each row of the page's tables of fields.
fields() {
	awk -F ' Ta ' '
		/^\.Ss/ { section = $0; sub(/^\.Ss /, "", section); sub(/,.*/, "", section) }
		/^\.It [0-9]/ && $2 ~ /^(u|char)/ && $3 !~ / / {
			sub(/^\.It /, "", $1)
			print section ? section : "every", $1, $2, $3
		}' "$PAGE"
}

traffic() {
	cat <<-'END'
	{"kind":"start","run_id":1}
	{"uid":1000,"bytes":60,"packets":1,"source":"192.0.2.1","destination":"198.51.100.7"}
	{"uid":4294967295,"bytes":84,"packets":1}
	{"uid":70000,"bytes":18446744073709551000,"packets":1}
	{"kind":"name","of":"user","id":1000,"parts":1,"text":"alice"}
	{"kind":"lost","uid":1000,"bytes":1500,"packets":3}
	{"kind":"unattributed","bytes":7,"packets":3}
	{"kind":"end","direction":"in","run_id":1}
	{"kind":"end","direction":"out","run_id":1}
	END
}

@test "the reader in Python sums bytes by uid" {
	program sum.py >sum.py
	[ "$(wc -l <sum.py)" = 10 ]
	traffic | tm-parse >day.tm
	run python3 sum.py <day.tm
	assert_success
	assert_output - <<-'END'
	1000 1560
	70000 18446744073709551000
	4294967295 84
	END
	run python3 sum.py <sum.py
	assert_failure
}

@test "the reader in C sums bytes by uid" {
	program sum.c >sum.c
	"${CC:-cc}" -Wall -Wextra -Werror -I "$ROOT" -o sum sum.c
	traffic | tm-parse >day.tm
	run ./sum <day.tm
	assert_success
	assert_output - <<-'END'
	1000 1560
	4294967295 84
	70000 18446744073709551000
	END
	run ./sum <sum.c
	assert_failure 3
}

@test "each offset and size in the page equals that in the code" {
	fields >fields
	assert_equal "$(wc -l <fields)" 48
	{
		echo '#include "common/record/event.h"'
		while read -r section offset type field; do
			case $section in
			name | start) struct=tm_$section ;;
			tick) struct=tm_status ;;
			*) struct=tm_event ;;
			esac
			case $type in
			u*\]) size=${type#*[} size=${size%]} ;;
			char*) size=${type#*[} size=${size%]} ;;
			u*) size=$((${type#u} / 8)) ;;
			esac
			case $field in
			seen_* | recorded_* | excluded_* | lost_*)
				field=${field%_*}.${field##*_} ;;
			esac
			echo "_Static_assert(offsetof(struct $struct, $field) == $offset, \"$section $field\");"
			echo "_Static_assert(sizeof(((struct $struct *)0)->$field) == $size, \"$section $field\");"
		done <fields
	} >check.c
	"${CC:-cc}" -I "$ROOT" -c check.c
}

@test "the page has exactly the keys that tm-print has" {
	fields >fields
	for kind in traffic name start tick; do
		echo "{\"kind\":\"$kind\"}" | tm-parse | tm-print --json --count 1 |
			grep -o '"[a-z_]*":' | tr -d '":' |
			grep -vx 'kind\|time\|time_ns' | sort >has
		sed -n "s/^$kind .* //p" fields |
			grep -vx 'time_ns\|reserved\|reserved_end' | sort >says
		[ -s has ]
		diff has says
	done
}

@test "the page has exactly the kinds and flags that tm-parse has" {
	sed -n 's/^\.It Sy \([0-9]\) Ta \([a-z]*\) Ta.*/\1 \2/p' "$PAGE" >kinds
	[ "$(wc -l <kinds)" = 7 ]
	while read -r number kind; do
		echo "{\"kind\":\"$kind\"}" | tm-parse >a
		echo "{\"kind\":$number}" | tm-parse >b
		cmp a b
	done <kinds
	sed -n 's/^\.It \([0-9]*\) Ta \([a-z_]*\) Ta.*/\1 \2/p' "$PAGE" >flags
	[ "$(wc -l <flags)" = 13 ]
	while read -r number flag; do
		echo "flags=$flag" | tm-parse >a
		echo "flags=$number" | tm-parse >b
		cmp a b
	done <flags
}

@test "the page has exactly the names that tm-parse has" {
	sed -n 's/^\.It \([0-9]\) \([a-z0-9]*\) Ta .*/\1 \2/p' "$PAGE" >names
	[ "$(wc -l <names)" = "$(sed -n '/^enum tm_name_of/,/TM_NAMES/p' \
		"$ROOT/common/record/event.h" | grep -c 'TM_NAME_')" ]
	while read -r number name; do
		echo "kind=name of=$name" | tm-parse >a
		echo "kind=name of=$number" | tm-parse >b
		cmp a b
	done <names
}

@test "the page's commands that cut, join and pack streams work as they stand" {
	traffic | tm-parse >day.tm
	sed -n '/^\.Ss Streams/,/^\.Sh/s/^\.Dl //p' "$PAGE" >commands
	[ "$(wc -l <commands)" = 4 ]
	sh -eu commands
	cmp day.tm whole.tm
	cmp day.tm first.tm
	tm-print day.tm >expected
	tm-print packed.tm.gz | cmp - expected
}

@test "the pages of tm-print, tm-parse and tm-event are clean mdoc" {
	run mandoc -T lint -W warning "$PAGE" "$ROOT/tm-print/tm-print.1" \
		"$ROOT/tm-parse/tm-parse.1"
	assert_success
	assert_output ''
}

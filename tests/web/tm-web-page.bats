# tm-web's page in a real browser, over the real store and server.

load ../helper
load browser

setup_file() {
	load ../helper
	load browser
	install_modules
	export HISTORY=$BATS_FILE_TMPDIR/history.db
	history 300 "$HISTORY"
}

setup() {
	needs_browser
	cd "$BATS_TEST_TMPDIR" || return
}

@test "the page shows each user's traffic, gaps and losses" {
	use overview "$HISTORY"
}

@test "the page shows a row within 2 s of its event" {
	use live fresh.db
}

@test "the page shows that its feed stopped, and recovers after a restart" {
	use restart fresh.db
}

@test "a range beyond the data ends now, with a gap" {
	history 40 stale.db $(($(date +%s) - 560))
	use gap stale.db
}

@test "a recording of hours ago is found, and the time around it can be shown" {
	history 10 recording.db $(($(date +%s) - 9000))
	use recording recording.db
}

@test "an empty history is shown as such, and fills as it is written" {
	tm-store --quiet --db empty.db </dev/null
	use empty empty.db
}

@test "a range of years is shortened to the length of the history" {
	history 1980 "$PWD/short.db"
	use years short.db
}

@test "search, sorting, rows and the chart work by keyboard" {
	use keyboard "$HISTORY"
}

@test "one can descend to a user, a process and a remote, and go back" {
	use drill "$HISTORY"
}

@test "a drag on the chart zooms, and the address keeps what is shown" {
	use zoom "$HISTORY"
}

@test "the last time on the axis is whole at any width" {
	use axis "$HISTORY"
}

@test "the page works at a width of 360 pixels" {
	use small "$HISTORY"
}

@test "dark and light follow the system or the user's choice" {
	use themes "$HISTORY"
}

@test "axe finds no fault in any view, light or dark" {
	use axe "$HISTORY"
}

@test "the page shows hostile names as visible text" {
	now=$(date +%s)
	hostile() {
		printf '{"uid":%d,"pid":9,"comm":"%s","bytes":%d,"packets":1,"direction":"out","source":"192.0.2.10","destination":"198.51.100.7","protocol":6,"time_ns":%d000000000}\n' \
			"$1" "$2" "$3" "$now"
	}
	{
		hostile 1000 '<b>bold' 900
		hostile 1000 '<img src=x>' 800
		hostile 1000 '\u001b[31mred' 700
		hostile 1000 'a\u202eb\nc' 600
		hostile 1000 '\udcff\udcfe&amp;%41' 500
		hostile 1000 'a+b c\\d\"' 400
	} | tm-parse | tm-store --quiet --db hostile.db
	cat >names.json <<-'END'
		["<b>bold", "<img src=x>", "\\x1b[31mred", "a\\u{202e}b\\x0ac",
		"\\xff\\xfe&amp;%41", "a+b c\\\\d\""]
	END
	NAMES=$PWD/names.json use hostile hostile.db
}

@test "a long table is paged" {
	now=$(date +%s)
	for n in $(seq 63); do
		printf '{"uid":1000,"bytes":%d,"packets":1,"direction":"in","source":"198.51.100.%d","destination":"192.0.2.10","protocol":6,"time_ns":%d000000000}\n' \
			$((100 + n)) "$n" "$now"
	done | tm-parse | tm-store --quiet --db many.db
	use pages many.db
}

@test "a key keeps its colour in all ranges, ranks and after a reload" {
	use colours "$HISTORY"
}

@test "a filter is of the table alone, and the page says so" {
	use filter "$HISTORY"
}

@test "what an address asks and the history has not is refused in words" {
	use unknown "$HISTORY"
}

@test "the CSV of a view equals that of tm-store query" {
	use csv "$HISTORY"
}

@test "the chart's colours are distinct, for the colour-blind too" {
	node "$ROOT/tests/web/palette.mjs" "$ROOT/tm-web/page/style.css"
}

@test "the chart's library is unmodified" {
	cd "$ROOT/tm-web/page"
	sed -n '/^[0-9a-f]\{64\}  /p' uplot.txt >"$BATS_TEST_TMPDIR/sums"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/sums")" = 2 ]
	sha256sum -c "$BATS_TEST_TMPDIR/sums"
}

@test "nothing in the page can turn a name into markup" {
	cd "$ROOT/tm-web/page"
	run grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|new Function' \
		[!u]*.js
	assert_output ""
	run grep -nE '<script>|<style|style=| on[a-z]+=|https?:' index.html
	assert_output ""
}

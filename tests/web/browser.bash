# Loaded by the tests that use tm-web's page in a browser: its driver, and a
# history to show.

# Playwright's core and axe, as the lock file pins them, once into build/.
install_modules() {
	local directory=$BUILD/web
	export WEB_MODULES=$directory/node_modules
	mkdir -p "$directory"
	exec 9>"$directory/lock"
	flock 9
	if ! cmp -s "$ROOT/tests/web/package-lock.json" "$directory/installed"; then
		cp "$ROOT"/tests/web/package*.json "$directory"
		(cd "$directory" && timeout 300 npm ci --ignore-scripts \
			--no-audit --no-fund --prefer-offline) >"$directory/log" 2>&1 || {
			echo "npm could not install playwright-core and axe-core" \
				"into build/web, and they are not there yet:" >&2
			tail -n 3 "$directory/log" >&2
			return 1
		}
		cp "$directory/package-lock.json" "$directory/installed"
	fi
	flock -u 9
	exec 9>&-
}

needs_browser() {
	command -v chromium chromium-browser >/dev/null ||
		skip "needs chromium"
}

# use SCENARIO DATABASE: what a person does (tests/web/page.mjs)
use() {
	run timeout 280 node "$ROOT/tests/web/page.mjs" "$@"
	echo "$output"
	[ "$status" = 0 ]
}

# history MINUTES FILE [END]: made-up traffic of made-up users up to END (now)
history() {
	node "$ROOT/tests/web/traffic.mjs" "$1" ${3+"$3"} | tm-parse |
		tm-store --quiet --db "$2"
}

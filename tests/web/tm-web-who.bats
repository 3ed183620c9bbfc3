# Jobs, units, containers, logins and commands in tm-web and on its page.

load ../helper
load browser
load serve

setup_file() {
	load ../helper
	load browser
	install_modules
	export HISTORY=$BATS_FILE_TMPDIR/history.db
	history 300 "$HISTORY"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "commands, logins, units and containers are tables that lead to others" {
	needs_browser
	use keys "$HISTORY"
}

@test "jobs are found, opened, and lead to what their users moved" {
	needs_browser
	use jobs "$HISTORY"
}

@test "jobs are exported and printed, and name what they are not narrowed by" {
	needs_browser
	use exports "$HISTORY"
}

# job_of PID NAME BYTES: a PBS job of that name, whose program has an odd path
job_of() {
	local now
	now=$(date +%s)
	sed "s/}/,\"time_ns\":${now}000000000}/" <<-END
		{"kind":"name","of":"cgroup","parts":1,"id":$1,"text":"/pbs_jobs.service/jobs/$2"}
		{"kind":"name","of":"command","parts":1,"id":$1,"text":"/opt/<b>x"}
		{"uid":1000,"pid":$1,"cgroup_id":$1,"bytes":$3,"packets":1,"direction":"out"}
	END
}

@test "the page shows hostile names of jobs and commands as visible text" {
	needs_browser
	{
		job_of 11 '<img src=x>' 900
		job_of 12 '<b>bold' 800
		job_of 13 '7&amp;%41' 700
	} | tm-parse | tm-store --quiet --db hostile.db
	echo '["pbs/<img src=x>", "pbs/<b>bold", "pbs/7&amp;%41"]' >names.json
	NAMES=$PWD/names.json use named hostile.db
}

picked() { # JQ'S FILTER
	jq -c "$1" <<<"$output"
}

@test "/api/v1/jobs has a row for each job and user, or for each host of a job" {
	serve "$HISTORY"
	ask '/api/v1/jobs?from=-6h&to=now'
	assert_equal "$(picked '[.rows[] | [.job, .user, .host, .hosts]] | sort')" \
		'[["slurm/4711","bob","gate.example",1],["slurm/4712","dave","gate.example",1],["slurm/4712","grace","gate.example",1],["slurm/4713","frank","gate.example",1]]'
	assert_equal "$(picked '.sums.total == ([.rows[].total] | add) and .count == 4')" true
	assert_equal "$(picked '[.rows[].total] | . == (sort | reverse)')" true
	second=$(picked '.rows | sort_by(.in)[1].user')
	ask '/api/v1/jobs?from=-6h&to=now&job=4712&sort=first'
	assert_equal "$(picked '[.rows[] | [.job, .user]]')" \
		'[["slurm/4712","dave"],["slurm/4712","grace"]]'
	ask '/api/v1/jobs?from=-6h&to=now&search=471&sort=in&order=asc&limit=1&offset=1'
	assert_equal "$(picked '[.count, (.rows | length), .rows[0].user]')" "[4,1,$second]"
	ask '/api/v1/rows?from=-6h&to=now&command=/usr/bin/curl&by=user'
	total=$(picked '[.rows[] | [.user, .total]]')
	ask '/api/v1/jobs?from=-6h&to=now&user=dave'
	assert_equal "$(picked '[.rows[] | [.user, .total]]')" "$total"
}

@test "/api/v1/jobs refuses what jobs do not have" {
	serve "$HISTORY"
	while IFS='|' read -r query reason; do
		ask "/api/v1/jobs?$query"
		assert_equal "$(jq -r .error <<<"$output")" "$reason"
	done <<-'END'
		sort=name|sort has to be total, in, out, packets or first
		sort=lost|sort has to be total, in, out, packets or first
		process=x|process is no parameter here; known are from, to, user, job, search, sort, order, limit, offset, output
		job=|job has to be a job such as slurm/4711, or its number
		user=nosuch|user has to be a user's number, or a name that one user has in the history
	END
	ask '/api/v1/rows?sort=first'
	assert_output --partial "sort has to be total, in, out, packets, lost or name\""
}

@test "whoever sees only their own rows sees only their own jobs" {
	serve "$HISTORY" --user-from-header X-User
	ask '/api/v1/jobs?from=-6h&to=now' -H 'X-User: dave'
	assert_equal "$(picked '[.count, [.rows[] | [.job, .user]]]')" \
		'[1,[["slurm/4712","dave"]]]'
	ask '/api/v1/jobs?from=-6h&to=now&job=4712' -H 'X-User: dave'
	assert_equal "$(picked '[.rows[].user]')" '["dave"]'
	for question in jobs?search=grace jobs?search=4713 jobs?job=4713; do
		ask "/api/v1/$question&from=-6h&to=now" -H 'X-User: dave'
		assert_equal "$(picked '[.count, .sums.total, .rows]')" '[0,0,[]]'
	done
	code_of '/api/v1/jobs?user=grace' -H 'X-User: dave'
	assert_output 403
	ask '/api/v1/jobs?from=-6h&to=now&output=csv' -H 'X-User: dave'
	assert_equal "${#lines[@]}" 2
	for by in workload login command; do
		ask "/api/v1/rows?from=-6h&to=now&by=user,$by" -H 'X-User: dave'
		assert_equal "$(picked '[.rows[].user] | unique')" '["dave"]'
	done
}

@test "nothing that tm-web answers has command lines" {
	{
		printf '{"kind":"name","of":"arguments","parts":1,"id":4000,"text":"curl --secret-word","time_ns":%s000000000}\n' "$(date +%s)"
		node "$ROOT/tests/web/traffic.mjs" 10
	} | tm-parse | tm-store --quiet --db arguments.db
	run strings -a arguments.db
	refute_output --partial secret-word
	serve arguments.db
	for path in rows?by=command,process jobs series?by=command summary status; do
		ask "/api/v1/$path"
		assert_success
		refute_output --partial secret-word
	done
}

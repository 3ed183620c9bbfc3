load ../helper

setup_file() {
	build_preload slow-names "$BATS_FILE_TMPDIR"
}

with_slow_names() {
	SLOW_NAMES_MS=$1
	shift
	SLOW_NAMES_MS=$SLOW_NAMES_MS \
		LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so" "$@"
}

# A NAME record of user 1000: part, parts, text.
part() {
	printf '{"kind":"name","of":"user","id":1000,"part":%s,"parts":%s,"text":"%s"}\n' \
		"$1" "$2" "$3"
}

repeat() {
	printf "%$1s" '' | tr ' ' "$2"
}

@test "this machine's users have names, others have none" {
	run names-check users 0 0 3999999999 4294967295
	assert_success
	assert_output - <<-'END'
	0: root
	0: root
	3999999999: (none)
	4294967295: none
	END
}

@test "a name service that hangs delays one look-up briefly, and none after it" {
	run with_slow_names 60000 timeout 10 \
		names-check users 6000 6000 6001 6002 sleep 6000 6003
	assert_success
	assert_output - <<-'END'
	6000: (none)
	  waited
	6000: (none)
	6001: (none)
	6002: (none)
	6000: (none)
	6003: (none)
	END
}

@test "a slow answer is used by a later look-up" {
	run with_slow_names 400 names-check users 6000 6001 sleep 6000 6001
	assert_success
	assert_output - <<-'END'
	6000: (none)
	  waited
	6001: (none)
	6000: u6000
	6001: u6001
	END
}

@test "once a name service answers again, look-ups wait for it again" {
	run with_slow_names 400 names-check users 6000 sleep 6000 5000 5001
	assert_success
	assert_output - <<-'END'
	6000: (none)
	  waited
	6000: u6000
	5000: u5000
	5001: u5001
	END
}

@test "many slow names together delay the stream by at most a tenth of a second" {
	local began ended

	began=$(date +%s%N)
	with_slow_names 30 names-check users $(seq 6000 6099) >names
	ended=$(date +%s%N)
	# 100 of them take 3 s
	in_time $(((ended - began) / 1000000)) 1000
	run grep -c '(none)' names
	assert [ "$output" -gt 90 ]
}

@test "names requested beforehand are known at the end" {
	run with_slow_names 20 names-check expect 6000 6001 6002 3000
	assert_success
	assert_output - <<-'END'
	6000: u6000
	6001: u6001
	6002: u6002
	3000: (none)
	END
}

@test "at the end look-ups wait at most a second for a name service that hangs" {
	run with_slow_names 60000 timeout 20 names-check expect 6000 6001
	assert_success
	assert_output - <<-'END'
	6000: (none)
	  waited
	6001: (none)
	END
}

# with_names COMMAND...: the users are those of the file "names"
with_names() {
	NAMES_FILE=$PWD/names LD_PRELOAD="$BATS_FILE_TMPDIR/slow-names.so" "$@"
}

@test "a user who is named late, renamed, or replaced by somebody else is followed" {
	: >names
	run with_names names-check users 8000 '!echo 8000 carol >names' =carol \
		'!echo 8000 carola >names' =carola '!echo 8000 dave >names' =dave
	assert_success
	assert_output - <<-'END'
	8000: (none)
	  then: carol
	  then: carola
	  then: dave
	END
}

@test "a name service that fails is asked again and takes no name away" {
	echo '8000 !' >names
	run with_names names-check users 8000 '!echo 8000 carol >names' =carol \
		'!echo 8000 ! >names' sleep sleep =carol
	assert_success
	assert_output - <<-'END'
	8000: (none)
	  then: carol
	  then: carol
	END
}

@test "text of up to 4,160 bytes passes through NAME records whole" {
	run names-check split 0
	assert_output '1 records, 0 bytes, none'
	run names-check split 103
	assert_output '1 records, 104 bytes, whole'
	run names-check split 104
	assert_output '2 records, 105 bytes, whole'
	run names-check split 4159
	assert_output '40 records, 4160 bytes, whole'
	run names-check split 5000
	assert_output '40 records, 4160 bytes, cut'
}

@test "a later name of the same user replaces the earlier one" {
	{
		part 0 1 alice
		part 0 1 bob
	} | tm-parse | names-check note >name
	run cat name
	assert_output 'user 1000: bob'
}

@test "parts of a name are joined only in order" {
	local full
	full=$(repeat 104 a)

	{
		part 0 3 "$full"
		part 2 3 left-out
		part 1 3 tail
		part 2 3 left-out
		part 1 3 left-out
	} | tm-parse | names-check note >name
	run cat name
	assert_output "user 1000: ${full}tail"
}

@test "parts of a name beyond the fortieth, or without a first one, are ignored" {
	local full
	full=$(repeat 104 a)

	{
		part 7 255 stray
		part 0 255 "$full"
		for i in $(seq 1 255); do
			part "$i" 255 "$full"
		done
		for i in $(seq 39 255); do
			part "$i" 255 "$full"
		done
	} | tm-parse | names-check note >name
	run cat name
	assert_output "user 1000: $(repeat 4160 a)"
}

@test "an empty recorded name is ignored" {
	part 0 1 '' | tm-parse | names-check note >name
	run cat name
	assert_output 'user 1000: (none)'
}

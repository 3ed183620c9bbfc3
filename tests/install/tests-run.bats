# tests/run: which tests it runs, what it counts, and what it cuts.

load ../helper

# tests_run NAME [ARGUMENT...]: runs tests/run where standard input, with % for
# @, is tests/area/NAME.bats
tests_run() {
	mkdir -p "$BATS_TEST_TMPDIR/suite/tests/area"
	cp "$ROOT/tests/run" "$ROOT/tests/fence" \
		"$BATS_TEST_TMPDIR/suite/tests"
	tr % @ >"$BATS_TEST_TMPDIR/suite/tests/area/$1.bats"
	shift
	run env -i PATH=/usr/bin:/bin ${limits-} \
		"$BATS_TEST_TMPDIR/suite/tests/run" "$@"
}

@test "tests/run counts passed and failed tests, and shows why they failed" {
	tests_run some <<-'END'
		%test "good" { true; }
		%test "bad" { echo because; false; }
		%test "better" { true; }
	END
	assert_failure 1
	assert_line "# because"
	refute_line --partial better
	assert_equal "${lines[-1]}" "2 passed, 1 failed"
}

@test "tests/run accepts the name of an area, a tool or a file" {
	tests_run tm-some <<<'%test "a" { true; }'
	tests_run tm-some-more <<<'%test "b" { true; }'
	tests_run other area <<<'%test "c" { true; }'
	assert_equal "${lines[-1]}" "3 passed, 0 failed"
	tests_run other tm-some <<<'%test "c" { true; }'
	assert_equal "${lines[-1]}" "2 passed, 0 failed"
	tests_run other tm-some-more other.bats <<<'%test "c" { true; }'
	assert_equal "${lines[-1]}" "2 passed, 0 failed"
	tests_run other tests/area/tm-some-more.bats <<<'%test "c" { true; }'
	assert_equal "${lines[-1]}" "1 passed, 0 failed"
}

@test "tests/run and ./check refuse an unknown option and run nothing" {
	tests_run some --help <<<'%test "a" { true; }'
	assert_failure 2
	assert_output "usage: tests/run [--strict] [NAME]..."
	run "$ROOT/check" --verbose
	assert_failure 2
	assert_line --index 0 "usage: sudo ./check [NAME]..."
	run "$ROOT/check" --help
	assert_success
	assert_line --index 0 "usage: sudo ./check [NAME]..."
}

@test "tests/run --strict counts a skipped test as failed" {
	suite='%test "good" { true; }
%test "elsewhere" { skip "no kernel"; }'
	tests_run some <<<"$suite"
	assert_success
	assert_equal "${lines[-1]}" "1 passed, 0 failed"
	tests_run some --strict <<<"$suite"
	assert_failure 1
	assert_line --partial "no kernel"
	assert_equal "${lines[-1]}" "1 passed, 1 failed"
}

@test "tests/run counts a file that does not load, stops early or is empty as failed" {
	tests_run broken <<<'%test "a" { true;'
	assert_equal "${lines[-1]}" "0 passed, 1 failed"
	tests_run broken <<-'END'
		setup_file() { false; }
		%test "a" { true; }
		%test "b" { true; }
	END
	assert_equal "${lines[-1]}" "0 passed, 2 failed"
	tests_run broken </dev/null
	assert_failure 1
	assert_equal "${lines[-1]}" "0 passed, 1 failed"
	tests_run broken no-such-file </dev/null
	assert_failure 1
	assert_equal "${lines[-1]}" "0 passed, 1 failed"
}

@test "tests/run cuts and names a test that hangs, and continues" {
	limits=BATS_TEST_TIMEOUT=10
	tests_run hangs <<-'END'
		%test "good" { true; }
		%test "reads from nobody" { mkfifo "$BATS_TEST_TMPDIR/fifo"; cat <"$BATS_TEST_TMPDIR/fifo"; }
		%test "has a program behind run" { run sh -c 'trap "" TERM; sleep 99; :'; }
		%test "leaves one that is stopped" { (kill -STOP $BASHPID; :) & }
		%test "better" { true; }
	END
	assert_failure 1
	assert_line "tests/area/hangs.bats: cut after 10 s: reads from nobody"
	assert_line "tests/area/hangs.bats: cut after 10 s: has a program behind run"
	refute_line --partial "cut after 10 s: leaves"
	assert_equal "${lines[-1]}" "3 passed, 2 failed"
}

@test "tests/run does not wait for what the last test has left" {
	SECONDS=0
	tests_run leaves <<<'%test "leaves one" { (sleep 99; :) & }'
	assert_equal "${lines[-1]}" "1 passed, 0 failed"
	[ "$SECONDS" -lt 60 ]
}

@test "tests/run names a test whose teardown hangs, or in which its file was cut" {
	limits=BATS_TEST_TIMEOUT=10
	tests_run hangs <<-'END'
		teardown() { while ! false; do sleep 0.1 || :; done; }
		%test "good" { true; }
	END
	assert_line "tests/area/hangs.bats: cut after 10 s: good"
	assert_equal "${lines[-1]}" "0 passed, 1 failed"
	limits=FILE_TIMEOUT=20
	tests_run hangs <<-'END'
		%test "good" { true; }
		%test "long" { sleep 99; }
		%test "better" { true; }
	END
	assert_line "# cut after 20 s, in: long"
	assert_equal "${lines[-1]}" "1 passed, 2 failed"
}

@test "tests/run resets an ignored SIGPIPE or SIGXFSZ" {
	tests_run signals <<-'END'
		%test "both" {
			ignored=0x$(sed -n 's/^SigIgn:.//p' /proc/self/status)
			[ $((ignored & 0x1001000)) = 0 ]
		}
	END
	assert_success
}

# The table of sums that the tools share, and the order of its rows.

load ../helper

@test "sums stay within the bound, and the remainder has all that is beyond it" {
	run sums-check bound
	assert_success
	assert_output "rows bounded, sums at most what was counted, whole kept"
}

@test "the first rows are those of the whole order, ties by their keys" {
	run sums-check rank
	assert_success
	assert_output "the first of all, and the rest"
}

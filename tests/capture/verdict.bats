# What the programs remember of a socket: the verdict of the lists.

load ../helper

@test "two processors that judge a socket at once leave one whole verdict" {
	run timeout 60 verdict-check
	assert_success
	# that many instructions were interrupted
	assert_output --regexp '^[1-9][0-9]+ [1-9][0-9]+$'
}

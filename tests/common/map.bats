# The hash table that the tools share.

load ../helper

@test "keys chosen beforehand to collide take no longer to find than others" {
	run map-check probes
	assert_success
	assert_equal "${#lines[@]}" 4
	for line in "${lines[@]}"; do
		echo "$line"
		awk '{ exit !($2 < 2 && $3 < 2 && $4 < 4) }' <<<"$line"
	done
}

@test "each process hashes with a secret of its own" {
	for _ in 1 2 3 4; do
		map-check hash
	done | sort -u >hashes
	[ "$(wc -l <hashes)" -gt 1 ]
}

@test "a removed key is gone, and all others are found" {
	run map-check removal
	assert_success
	assert_output "as a plain array"
}

# tm-store: which processes and remotes the database has names for.

load ../helper
load store

# many FIRST SECOND: 110,000 remotes from that number on, 1,000 of each user
many() {
	awk -v first="$1" -v time=$((S + $2)) 'BEGIN {
		for (i = first; i < first + 110000; i++)
			printf("{\"time_ns\":%d000000000,\"direction\":\"out\",\"uid\":%d,\"bytes\":1,\"packets\":1,\"destination\":\"10.%d.%d.%d\"}\n",
				time, 1000 + i % 110, i / 65536, i / 256 % 256, i % 256)
	}' | tm-parse
}

names() {
	sqlite3 -readonly h.db 'SELECT count(*) FROM remote'
}

@test "a remote that is summed up with others gets no name in the database" {
	awk -v s=$S 'BEGIN { for (i = 0; i < 60000; i++)
		printf("{\"time_ns\":%d000000000,\"direction\":\"out\",\"uid\":1000,\"bytes\":1,\"packets\":1,\"destination\":\"10.0.%d.%d\"}\n",
			s + 1, i / 256, i % 256)
	}' | tm-parse | store -q
	assert_equal "$(csv --by direction)" "$(printf '%s\n' \
		direction,in,out,total,packets_in,packets_out,packets,lost,lost_packets \
		out,0,60000,60000,0,60000,60000,0,0)"
	# those of each batch: as many as have a row, and a cut is to come
	[ "$(names)" -le 12002 ]
}

@test "names that no sum has any more are removed while the history is written" {
	keep=(-q --keep-minutes 1h --keep-hours 2h --keep-days 1d --keep-months 31d)
	for month in 0 1 2; do
		many $((month * 110000)) $((month * 100 * 86400)) |
			store "${keep[@]}"
	done
	assert_equal "$(csv --by direction | cut -d, -f1-4)" \
		$'direction,in,out,total\nout,0,110000,110000'
	# as many as are kept, and as many again before the next sweep
	[ "$(names)" -le 320002 ]
	run sqlite3 -readonly h.db 'SELECT count(*) FROM traffic'
	assert_output 110000
	# those that are left and come again have their names
	many 220000 $((201 * 86400)) | store "${keep[@]}"
	assert_equal "$(sqlite3 -readonly h.db 'SELECT count(DISTINCT remote), sum(out_bytes) FROM traffic')" \
		'110000|220000'
	intact h.db
}

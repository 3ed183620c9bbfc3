# Units, sessions and people of a real systemd, in a container of systemd-nspawn.
# bats file_tags=kernel

load ../helper
load guest

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	node_prepare
	guest_prepare
	node_boot
	guest_boot
}

teardown_file() {
	node_shut
}

# udp COUNT [COMMAND]...: that many datagrams of 1,000 bytes, 1,028 on the wire
udp() {
	echo "$NODE/traffic" udp 198.51.100.2 9 "$1" 1000
}

@test "what services move is each unit's, to the byte" {
	meter
	unit mover $(udp 100)
	unit mover@2 -p User=carol $(udp 200)
	unit a-b $(udp 300)
	metered
	report unit,user >rows
	diff - rows <<-END
		a-b.service 0 0 308400 0 300
		mover.service 0 0 102800 0 100
		mover@2.service $CAROL 0 205600 0 200
	END
	documented "systemd runs services for itself and for a user's manager" \
		"700 datagrams of 1028 B" "each unit, exactly" units.bats
}

@test "what a user's own service manager runs is the unit's" {
	in_guest loginctl enable-linger carol
	eventually in_guest test -S /run/user/$CAROL/systemd/private
	meter
	in_guest setpriv --reuid carol --regid carol --clear-groups \
		env XDG_RUNTIME_DIR=/run/user/$CAROL systemd-run --user --quiet \
		--collect --wait --unit=own $(udp 100)
	metered
	report unit,user >rows
	assert_equal "$(cat rows)" "own.service $CAROL 0 102800 0 100"
}

@test "what a session moves is the session's and its login user's" {
	local number
	meter
	session sh -c "cat /proc/self/sessionid; $(udp 100)" >number
	session $(udp 200)
	metered
	number=$(cat number)
	report session,login,user >rows
	diff - rows <<-END
		$number $CAROL $CAROL 0 102800 0 100
		$((number + 1)) $CAROL $CAROL 0 205600 0 200
	END
	documented "a user logs in" "300 datagrams of 1028 B" \
		"each session and its login user, exactly" units.bats
}

@test "what sudo and su run for a login user is root's by that user" {
	meter
	session sudo $(udp 100)
	session sudo su dave -c "$(udp 200)"
	unit daemon $(udp 300)
	metered
	report login,user >rows
	diff - rows <<-END
		- 0 0 308400 0 300
		$CAROL 0 0 102800 0 100
		$CAROL $DAVE 0 205600 0 200
	END
	documented "a login user becomes root by sudo, and another by su" \
		"300 datagrams of 1028 B" \
		"the new user, by the login user, exactly" units.bats
}

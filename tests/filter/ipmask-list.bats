# Lists of networks, as people write them, become clean ones.

load ../helper

# wrong TEXT COLUMN REASON: the line alone is refused, just so.
wrong() {
	local status=0 said
	said=$(printf '192.0.2.1\n%s\n' "$1" | ipmask 2>&1) || status=$?
	assert_equal "$status" 1
	assert_equal "$said" "ipmask: standard input:2:$2: $3"
}

# becomes TEXT NETWORK...: what the line alone comes out as.
becomes() {
	local text=$1
	shift
	assert_equal "$(printf '%s\n' "$text" | ipmask)" \
		"$(printf '%s\n' "$@")"
}

@test "every form of entry becomes the network it means" {
	becomes 192.0.2.7 192.0.2.7/32
	becomes 192.0.2.0/24 192.0.2.0/24
	becomes 0.0.0.0/0 0.0.0.0/0
	becomes '10.0.*.*' 10.0.0.0/16
	becomes '*.*.*.*' 0.0.0.0/0
	becomes 192.0.2.4-192.0.2.7 192.0.2.4/30
	becomes '192.0.2.3 - 192.0.2.9' 192.0.2.3/32 192.0.2.4/30 192.0.2.8/31
	becomes 0.0.0.0-255.255.255.255 0.0.0.0/0
	becomes 2001:db8:: 2001:db8::/128
	becomes 2001:DB8:0:0:0::/33 2001:db8::/33
	becomes 2001:0db8::/32 2001:db8::/32
	becomes '2001:db8::*' 2001:db8::/32
	becomes '2001:db8:*' 2001:db8::/32
	becomes '2001:db8:0:0:0:0:*:*' 2001:db8::/96
	becomes '2001:db8:abcd:1234:5678:9abc:def0:*' \
		2001:db8:abcd:1234:5678:9abc:def0:0/112
	becomes 64:ff9b::192.0.2.0/120 64:ff9b::c000:200/120
	becomes 2001:db8::-2001:db8::ffff 2001:db8::/112
	becomes ::/0 ::/0
	becomes :: ::/128
	becomes ::1 ::1/128
	becomes fe80::1 fe80::1/128
	becomes '' ''
}

@test "a pattern with a star in the middle becomes every network it means" {
	echo '10.*.0.5' | ipmask >networks.txt
	for i in $(seq 0 255); do
		echo "10.$i.0.5/32"
	done | cmp - networks.txt
	assert_equal "$(echo '*.0.*.5' | ipmask | wc -l)" 65536
	assert_equal "$(echo '*.2.3.*' | ipmask | wc -l)" 256
	echo '*.2.3.*' | ipmask | grep -qx 255.2.3.0/24
}

@test "the output is sorted, merged and minimal, IPv4 first" {
	cat >list.txt <<-'END'
		2001:db8:1::/48
		192.0.2.128/25
		198.51.100.7
		2001:db8::/48
		192.0.2.0-192.0.2.127
		192.0.2.77
		198.51.100.6
		10.0.0.0/8
		10.2.*.*
	END
	run ipmask list.txt
	assert_success
	assert_output - <<-'END'
		10.0.0.0/8
		192.0.2.0/24
		198.51.100.6/31
		2001:db8::/47
	END
	ipmask list.txt | ipmask - | cmp - <(ipmask list.txt)
}

@test "comments, blank lines, blanks, CRLF and a byte order mark are ignored" {
	printf '\xef\xbb\xbf# site\r\n\r\n \t192.0.2.1 \t# a host\r\n%s' \
		'192.0.2.0#x' >list.txt
	run ipmask list.txt
	assert_success
	assert_output 192.0.2.0/31
}

@test "several files and standard input are read in order" {
	echo 192.0.2.0 >one
	echo 192.0.2.2 >two
	run ipmask one - two <<<192.0.2.1
	assert_success
	assert_output "$(printf '192.0.2.0/31\n192.0.2.2/32')"
}

@test "entries that the first mask tool turned into wrong masks are refused" {
	wrong '*::1' 1 "'*' follows the groups that are known; all of IPv6 is ::/0"
	wrong abc.1.2.3 1 "'a': not an address, network, range or pattern"
	wrong 1.2.3.4x 8 "'x': does not belong here"
	wrong 10.0.0.1.2 9 "'.': an IPv4 address has four octets"
	wrong 256.1.1.1 1 'an octet above 255'
	becomes 10.0.0.0/8 10.0.0.0/8
}

@test "host bits, leading zeros and zones are refused" {
	wrong 10.1.2.3/8 10 \
		'host bits are set below /8; the network is 10.0.0.0/8'
	wrong 2001:db8::1/32 13 \
		'host bits are set below /32; the network is 2001:db8::/32'
	wrong 010.0.0.1 1 'an octet with a leading zero'
	wrong 10.0.0.01 8 'an octet with a leading zero'
	wrong 10.0.0.0/08 10 'a prefix with a leading zero'
	wrong 64:ff9b::192.0.2.01 18 'an octet with a leading zero'
	wrong fe80::1%eth0 8 "a zone (%) means nothing in a list of networks"
}

@test "an invalid line is reported with its file, line, column and reason" {
	wrong 10.0.0.0/33 10 'a prefix above 32'
	wrong 2001:db8::/129 12 'a prefix above 128'
	wrong 10.0.0.0/ 10 'a prefix is a number'
	wrong 10.0.0.0/255.0.0.0 10 'write the netmask as a prefix (/24)'
	wrong '10.0.*.*/16' 9 "'/': a pattern has no prefix"
	wrong 10.0.0 7 'an IPv4 address has four octets'
	wrong '10.*' 5 'an IPv4 address has four octets'
	wrong '*' 2 'an IPv4 address has four octets'
	wrong 10.0.0.9-10.0.0.1 10 'a range ends at or above its beginning'
	wrong 10.0.0.9-::1 10 'a range has both ends in one family'
	wrong 10.0.0.1-20 12 'an IPv4 address has four octets'
	wrong '10.0.0.*-10.1.0.1' 9 "'-': a pattern is not the end of a range"
	wrong '::*' 3 "'*' follows the groups that are known; all of IPv6 is ::/0"
	wrong '2001::1:*' 9 \
		"'::' before other groups leaves open where '*' begins"
	wrong '2001:db8:*:1' 11 "':': '*' stands for all groups from there on"
	wrong '2001:db8:*:*' 10 "one '*' stands for all groups from there on"
	wrong 1:2:3:4:5:6:7:8:9 17 'an IPv6 address has eight groups'
	wrong 1:2:3:4:5:6:7:8:: 1 \
		"an IPv6 address has eight groups, or fewer and '::'"
	wrong 1::2::3 5 "'::' stands twice"
	wrong 12345:: 1 'a group of an IPv6 address has at most four digits'
	wrong '192.0.2.1 192.0.2.2' 11 "'1': a line holds one entry"
	wrong 192.0.2.1:80 10 "':': does not belong here"
	wrong host.example 1 "'h': not an address, network, range or pattern"
	wrong $'192.0.2.1\xc2\xa0' 10 'byte 0xc2: does not belong here'
}

@test "IPv4 inside IPv6 is refused, because it would match nothing" {
	local why='::ffff:0:0/96 is IPv4 inside IPv6; write IPv4 networks as '
	why+='such (192.0.2.0/24)'
	wrong ::ffff:192.0.2.1 1 "$why"
	wrong ::ffff:0:0/96 1 "$why"
	wrong ::fffe:0:1-::ffff:0:1 1 "$why"
	becomes ::fffe:0:0/95 ::fffe:0:0/95
}

@test "a pattern of more than 65,536 networks is refused, naming the pattern" {
	wrong '*.*.*.5' 1 \
		'*.*.*.5 would become 16777216 networks; a pattern may be 65536'
}

@test "if any line is invalid, all such lines are reported and nothing is printed" {
	printf '192.0.2.1\nx\n192.0.2.2\ny\n' >list.txt
	for mode in '' --c-header '--check=192.0.2.1'; do
		# shellcheck disable=SC2086 # no mode is no argument
		run --separate-stderr ipmask $mode list.txt missing
		assert_failure 1
		assert_output ''
		assert_equal "$stderr" "$(cat <<-'END'
			ipmask: list.txt:2:1: 'x': not an address, network, range or pattern
			ipmask: list.txt:4:1: 'y': not an address, network, range or pattern
			ipmask: missing: No such file or directory
		END
		)"
	done
}

@test "a hundred invalid lines are reported, and the others counted" {
	run --separate-stderr ipmask < <(yes x | head -n 350)
	assert_failure 1
	assert_output ''
	assert_equal "${#stderr_lines[@]}" 101
	assert_equal "${stderr_lines[100]}" 'ipmask: and 250 more invalid lines'
}

@test "hostile input gives a message of one line" {
	{
		head -c 3000 "$BUILD/bin/ipmask"
		yes x | head -n 500
	} >binary
	run --separate-stderr ipmask binary
	assert_failure 1
	assert_equal "$stderr" \
		'ipmask: binary:1:8: byte 0x00: not a text file, and so no list of networks'

	run --separate-stderr ipmask /dev/zero
	assert_failure 1
	assert_equal "${#stderr_lines[@]}" 1

	{ yes 1 | head -n 1000000 | tr -d '\n'; echo; echo 192.0.2.300; } >long
	run --separate-stderr ipmask long
	assert_failure 1
	assert_equal "$stderr" "$(cat <<-'END'
		ipmask: long:1:1: a line of more than 65535 bytes
		ipmask: long:2:9: an octet above 255
	END
	)"

	echo 10.0.0.0/8 | gzip >list.gz
	run --separate-stderr ipmask list.gz
	assert_failure 1
	assert_equal "$stderr" \
		'ipmask: list.gz:1:1: gzip data, not a list; zcat gives the list that is in it'

	run ipmask .
	assert_failure 1
	assert_output 'ipmask: .: Is a directory'
}

@test "a long line may hold a comment, and lines may cross blocks of input" {
	{
		printf '192.0.2.1 #%060000d\n' 0
		printf '192.0.2.2 #%060000d\n' 0
		printf '192.0.2.3'
	} >list.txt
	run ipmask list.txt
	assert_success
	assert_output "$(printf '192.0.2.1/32\n192.0.2.2/31')"
}

@test "--check names the entries that contain an address" {
	printf '# site\n192.0.2.*  # all\n' >one.txt
	printf '2001:db8::/32\n*.0.*.7\n' >two.txt
	run ipmask --check 192.0.2.7 --check 2001:db8::1 --check 192.0.2.8 \
		one.txt two.txt
	assert_success
	assert_output - <<-'END'
		192.0.2.7: one.txt:2: 192.0.2.*
		192.0.2.7: two.txt:2: *.0.*.7
		2001:db8::1: two.txt:1: 2001:db8::/32
		192.0.2.8: one.txt:2: 192.0.2.*
	END
}

@test "--check exits with 1 and a message if no entry contains an address" {
	run ipmask --check 192.0.2.7 --check 198.51.100.1 <<<192.0.2.0/24
	assert_failure 1
	assert_output - <<-'END'
		192.0.2.7: standard input:1: 192.0.2.0/24
		198.51.100.1: no entry
	END
}

@test "::/0 contains no IPv4 address" {
	run ipmask --check 192.0.2.7 <<<::/0
	assert_failure 1
	run ipmask --check 2001:db8::1 <<<0.0.0.0/0
	assert_failure 1
	run ipmask --check 2001:db8::1 <<<::/0
	assert_success
}

@test "an invalid option of ipmask exits with 2 and points to --help" {
	for misuse in --nonsense '--c-header --check=192.0.2.1'; do
		# shellcheck disable=SC2086 # the last is two arguments
		run --separate-stderr ipmask $misuse </dev/null
		assert_failure 2
		assert_output ''
		assert_equal "${stderr_lines[-1]}" 'try: ipmask --help'
	done
	for address in 192.0.2.0/24 192.0.2.07 fe80::1%lo ::ffff:192.0.2.1; do
		run --separate-stderr ipmask --check="$address" </dev/null
		assert_failure 2
		assert_output ''
		assert_regex "$stderr" "^ipmask: --check: [^:]*: $address\$"
	done
}

@test "ipmask's help and version go to standard output" {
	run --separate-stderr ipmask --help
	assert_success
	assert_equal "$stderr" ''
	for option in --c-header --check '-h, --help' \
		'-V, --version'; do
		assert_output --partial -- "$option"
	done
	assert_equal "$(awk 'length > 80' <<<"$output")" ''
	run ipmask -V
	assert_success
	assert_output --regexp '^ipmask [0-9]'
}

@test "an output that cannot be written is an error" {
	run ipmask <<<192.0.2.1 >/dev/null
	assert_success
	run bash -c 'echo 192.0.2.1 | ipmask >/dev/full'
	assert_failure 1
	assert_output 'ipmask: standard output: No space left on device'
}

@test "the page of ipmask is well formed" {
	command -v mandoc >/dev/null || skip "mandoc is missing"
	run mandoc -T lint -W warning "$ROOT/ipmask/ipmask.1"
	assert_success
	assert_output ''
}

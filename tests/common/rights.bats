# How the tools give up the rights of root.

load ../helper

@test "a filter of system calls refuses everything that it does not permit" {
	run rights-check filter
	assert_success
	assert_output 'thread: permitted
memory: permitted
read a file: permitted
write a file: Function not implemented
make a file: Function not implemented
UDP: permitted
packets: Function not implemented
process: Function not implemented
program: Function not implemented'
}

# becomes USERS SUDO_USER: the user that root becomes on a host with these,
# by name or NAME:UID
becomes() {
	local user
	echo "root:x:0:0::/:/bin/false" >passwd
	for user in $1; do
		echo "${user%:*}:x:$([[ $user == *:* ]] && echo "${user#*:}" || echo 900):900::/:/bin/false" >>passwd
	done
	echo "passwd: files" >nsswitch.conf
	run env SUDO_USER="$2" unshare -m sh -c '
		mount --bind passwd /etc/passwd &&
		mount --bind nsswitch.conf /etc/nsswitch.conf &&
		exec rights-check user'
}

@test "root becomes the user tm, else who called sudo, else nobody" {
	needs_root
	while read -r user sudo users; do
		echo "$users, $sudo"
		becomes "$users" "$sudo"
		assert_output "$user"
	done <<-'END'
		tm alice tm alice nobody
		alice alice alice nobody
		nobody carol alice nobody
		nobody root alice nobody
		nobody alice tm:0 alice:0 nobody
		none root alice
		none root nobody:0
	END
}

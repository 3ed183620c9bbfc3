# A real OpenSSH server: it accepts as root and becomes the user.
# bats file_tags=kernel

load ../helper
load ../lib/kernel

SIZE=20000000

# An sshd in the cgroup, for a user alice that it alone knows.
serve() {
	mkdir -p home/.ssh
	ssh-keygen -qt ed25519 -N '' -f host
	ssh-keygen -qt ed25519 -N '' -f key
	cp key.pub home/.ssh/authorized_keys
	head -c $SIZE /dev/zero >home/down
	chown -R $ALICE:$ALICE home
	{
		cat /etc/passwd
		echo "alice:x:$ALICE:$ALICE::$PWD/home:/bin/sh"
	} >passwd
	{
		cat /etc/shadow
		echo 'alice:*:19000:0:99999:7:::'
	} >shadow
	cat >sshd_config <<-EOF
		Port 7722
		ListenAddress 127.0.0.1
		HostKey $PWD/host
		PidFile $PWD/sshd.pid
		AuthorizedKeysFile .ssh/authorized_keys
		StrictModes no
		UsePAM no
		Subsystem sftp internal-sftp
	EOF
	(
		echo $BASHPID >"$CGROUP/cgroup.procs"
		exec unshare --mount sh -c "mount --bind passwd /etc/passwd
			mount --bind shadow /etc/shadow
			mkdir -p /run/sshd
			exec $(command -v sshd) -f $PWD/sshd_config"
	)
	has_begun sshd.pid
	STARTED=$(cat sshd.pid)
}

copy() {
	scp -q -P 7722 -i key -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"
}

# share DIRECTION: of that direction's bytes, the user's in thousandths
share() {
	tm-print --json out.tm | jq -r "select(.kind == \"traffic\" and
		.direction == \"$1\") | \"\(.uid) \(.bytes)\"" |
		awk '{ all += $2; if ($1 == 541001) alice += $2 }
		END { print "alice", alice, "of", all
			exit !(all > 20000000 && alice >= 0.999 * all) }'
}

@test "scp from a server charges 99.9 % of what it sends to the user" {
	serve
	start -c "$CGROUP"
	copy alice@127.0.0.1:down got
	stop
	cmp got home/down
	share out
	documented "scp from a real OpenSSH server" "$SIZE B" "$ALICE, out" \
		"$ALICE: 99.9 % or more" ssh.bats
}

@test "scp to a server charges 99.9 % of what it receives to the user" {
	serve
	start -c "$CGROUP"
	copy home/down alice@127.0.0.1:up
	stop
	cmp home/up home/down
	share in
	documented "scp to it" "$SIZE B" "$ALICE, in" \
		"$ALICE: 99.9 % or more" ssh.bats
}

@test "scp is charged to the user in sums too" {
	serve
	start -c "$CGROUP" --every 1s
	copy alice@127.0.0.1:down got
	stop
	share out
}

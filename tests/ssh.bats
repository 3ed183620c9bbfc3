# A real OpenSSH server: it accepts as root and becomes the user.
# bats file_tags=kernel

load helper

ALICE=541001
SIZE=20000000

setup() {
	needs_root
	# where another user can come to his home
	WORK=$(mktemp -d)
	cd "$WORK" || return
	local tree
	tree=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	CGROUP=$tree/tm-ssh-$$-$BATS_TEST_NUMBER
	mkdir "$CGROUP"
	serve
}

teardown() {
	local pid
	for pid in ${CAPTURE-} $(cat sshd.pid); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for _ in $(seq 50); do
		! rmdir "$CGROUP" 2>/dev/null || break
		sleep 0.1
	done
	rm -rf "$WORK"
}

# An sshd in the cgroup, for a user alice that it alone knows.
serve() {
	chmod 755 .
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
	for _ in $(seq 50); do
		[ ! -s sshd.pid ] || break
		sleep 0.1
	done
}

copy() {
	scp -q -P 7722 -i key -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"
}

start() {
	tm-capture -q -c "$CGROUP" "$@" >out.tm 2>err &
	CAPTURE=$!
	for _ in $(seq 100); do
		[ ! -s out.tm ] || return 0
		sleep 0.05
	done
	return 1
}

stop() {
	kill -INT "$CAPTURE"
	wait "$CAPTURE"
	CAPTURE=
}

# share DIRECTION: of that direction's bytes, the user's in thousandths
share() {
	tm-print --json out.tm | jq -r "select(.kind == \"traffic\" and
		.direction == \"$1\") | \"\(.uid) \(.bytes)\"" |
		awk '{ all += $2; if ($1 == 541001) alice += $2 }
		END { print "alice", alice, "of", all
			exit !(all > 20000000 && alice >= 0.999 * all) }'
}

@test "scp down: 99.9 % of what the server sends is the user's" {
	start
	copy alice@127.0.0.1:down got
	stop
	cmp got home/down
	share out
}

@test "scp up: 99.9 % of what the server receives is the user's" {
	start
	copy home/down alice@127.0.0.1:up
	stop
	cmp home/up home/down
	share in
}

@test "as sums: the same" {
	start --every 1s
	copy alice@127.0.0.1:down got
	stop
	share out
}

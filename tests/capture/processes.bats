# What the stream has of processes: executables, logins, arguments.
# bats file_tags=kernel

load ../helper
load ../lib/kernel
load processes

@test "a process of a few ms is named with its executable before its data" {
	cp "$BUILD/tests/traffic" 'short one'
	both_ways one_datagram ./'short one' >found
	cat found
	run sed -n '/^command/,/^traffic/{/^command\|^traffic/s/[0-9]\+/N/p}' found
	assert_output "command N $PWD/short one
traffic N 0
command N $PWD/short one
traffic N 0"
}

@test "an executable that is gone is marked as deleted" {
	start -c "$CGROUP"
	cp "$(command -v bash)" doomed
	isolated ./doomed -c 'rm doomed; echo >/dev/udp/127.0.0.1/9'
	isolated python3 -c '
import os, subprocess
fd = os.memfd_create("made here")
with open(os.environ["BUILD"] + "/tests/traffic", "rb") as program:
    os.write(fd, program.read())
subprocess.run([f"/proc/self/fd/{fd}", "udp", "127.0.0.1", "9", "1", "20"],
               pass_fds=[fd], check=True)'
	stop
	run texts command
	assert_output "$PWD/doomed (deleted)
/memfd:made here (deleted)"
}

@test "hostile names of executables are recorded whole, or their end" {
	local name longest deep
	name=$'two\nlines \xc3\xa9 \x01'
	longest=$(printf 'y%.0s' $(seq 255))
	start -c "$CGROUP"
	cp "$BUILD/tests/traffic" "$name"
	one_datagram "./$name"
	cp "$BUILD/tests/traffic" "$longest"
	one_datagram "./$longest"
	for _ in $(seq 60); do
		deep=$(printf 'd%.0s' $(seq 100))
		mkdir "$deep"
		cd "$deep"
	done
	cp "$BUILD/tests/traffic" end
	one_datagram ./end
	cd "$WORK"
	stop
	texts command >found
	assert_equal "$(sed -n 1p found)" "$(printf '%s' "$PWD/$name" |
		sed 'N;s/\n/\\n/')"
	assert_equal "$(sed -n 2p found)" "$PWD/$longest"
	run sed -n 3p found
	assert_output --regexp "^\.\.\.(/$deep){35,40}/end$"
}

@test "a container's process has the path that it has in the container" {
	mkdir -p root/bin root/proc
	cp "$BUILD/tests/traffic" root/bin/
	ldd "$BUILD/tests/traffic" | grep -o '/[^ ]*' |
		xargs -I '{}' cp --parents '{}' root
	start -c "$CGROUP"
	isolated unshare --mount sh -c 'mount --bind root root && cd root &&
		mkdir old && pivot_root . old &&
		exec /bin/traffic udp 127.0.0.1 9 1 20'
	stop
	run texts command
	assert_output /bin/traffic
}

@test "a process that executes another program is named again" {
	start -c "$CGROUP"
	mkdir empty
	cd empty
	isolated python3 -c '
import os, socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 7714))
os.set_inheritable(receiver.fileno(), True)
sender.connect(("127.0.0.1", 7714))
sender.send(b"x")
os.set_inheritable(sender.fileno(), True)
# by the same name, so that only the program differs
with open("/proc/self/comm") as name:
    os.symlink("/bin/bash", name.read().strip())
os.execv(os.listdir()[0], ["bash", "-c", f"echo >&{sender.fileno()}"])'
	cd ..
	stop
	run jq -rs 'map(select(.kind == "traffic") | .process) | unique[]' \
		<(tm-print --json out.tm)
	assert_output python3
	run texts command
	assert_line --index 0 --regexp python
	assert_line --index 1 --regexp /bash
}

@test "a pid that is used again has the names of each process in turn" {
	local pid=3999999
	[ $pid -lt "$(cat /proc/sys/kernel/pid_max)" ] || pid=32000
	cp "$BUILD/tests/traffic" one
	cp "$BUILD/tests/traffic" two
	both_ways isolated python3 "$ROOT/tests/lib/reuse.py" $pid \
		./one udp 127.0.0.1 9 1 20 -- ./two udp 127.0.0.1 9 1 20 \
		-- ./one udp 127.0.0.1 9 1 20 >found
	grep "^command\|^traffic" found >order
	for _ in events sums; do
		printf "%s\n" "command $pid $PWD/one" "traffic $pid 0" \
			"command $pid $PWD/two" "traffic $pid 0" \
			"command $pid $PWD/one" "traffic $pid 0"
	done >expected
	diff expected order
}

@test "what the next process of a pid lacks is recorded as empty" {
	local pid=3999998
	[ $pid -lt "$(cat /proc/sys/kernel/pid_max)" ] || pid=32001
	start -c "$CGROUP"
	isolated python3 "$ROOT/tests/lib/reuse.py" $pid \
		sh -c 'echo 541007 >/proc/self/loginuid &&
			exec traffic udp 127.0.0.1 9 1 20' \
		-- traffic udp 127.0.0.1 9 1 20
	stop
	run texts login
	assert_line --index 0 --regexp '^541007 [0-9]+$'
	assert_equal "$(said | grep -c "^login $pid")" 2
	said | grep -x "login $pid "
}

@test "a process has its login user, and that user has a name" {
	both_ways isolated sh -c 'echo 1 >/proc/self/loginuid &&
		exec traffic udp 127.0.0.1 9 1 20' >found
	cat found
	assert_equal "$(grep -cE '^login [0-9]+ 1 [0-9]+$' found)" 2
	assert_equal "$(grep -cx "user 1 $(id -un 1)" found)" 2
}

@test "a user has the name of the primary group" {
	local user
	user=$(awk -F: '$3 && $3 != $4 { print $3; exit }' /etc/passwd)
	both_ways isolated traffic udp 127.0.0.1 9 1 20 "$user" >found
	cat found
	assert_equal "$(grep -cx "group $user $(id -gn "$user")" found)" 2
}

# older OPTIONS...: what is said of a socket older than the capture
older() {
	mkfifo orders
	isolated python3 -c '
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.connect(("127.0.0.1", 9))
print("ready", flush=True)
input()
sender.send(b"x")' --token hunter2 <orders >ready &
	local sender=$!
	exec 7>orders
	has_begun ready
	start -c "$CGROUP" "$@"
	echo go >&7
	wait $sender
	exec 7>&-
	stop
}

@test "a socket older than the capture names its process" {
	older
	run texts command
	assert_output --regexp "^/.*python3[.0-9]*$"
}

@test "arguments are recorded only with --command-lines, without secrets" {
	start -c "$CGROUP"
	isolated traffic udp 127.0.0.1 9 1 20
	stop
	run texts arguments
	assert_output ""
	start -c "$CGROUP" --command-lines
	isolated traffic udp 127.0.0.1 9 1 20
	isolated bash -c 'exec -a "tool --password=hunter2" "$0" "$@"' \
		"$BUILD/tests/traffic" udp 127.0.0.1 9 1 20
	stop
	run texts arguments
	assert_output "traffic udp 127.0.0.1 9 1 20
tool --password=*** udp 127.0.0.1 9 1 20"
	run grep -c hunter2 out.tm
	assert_output 0
}

@test "long command lines are recorded as far as there is room" {
	start -c "$CGROUP" --command-lines
	isolated sh -c 'exec 3<>/dev/null; exec traffic udp 127.0.0.1 9 1 20 \
		0 "$(head -c 100000 /dev/zero | tr "\\0" x)"'
	stop
	run texts arguments
	assert_output --regexp "^traffic udp 127.0.0.1 9 1 20 0 x{4060,4070}$"
}

@test "the command line of an older socket's process is recorded, too" {
	older --command-lines
	run texts arguments
	assert_output --regexp '^.*python3 -c .* --token \*\*\*$'
}

# many COUNT: so many processes send a datagram each
many() {
	isolated python3 -c '
import os, socket, sys
for _ in range(int(sys.argv[1])):
    if not os.fork():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.sendto(b"x", ("127.0.0.1", 9))
        os._exit(0)
    os.wait()' "$1"
}

@test "each of a thousand short processes is named" {
	start -c "$CGROUP"
	many 1000
	stop
	said >found
	run awk '$1 == "command" && $3 ~ /python/ { named[$2] = 1 }
		$1 == "traffic" { n += $2 in named }
		END { print n }' found
	assert_output 1000
}

@test "a process that could not be reported is reported as missing, without a name" {
	local pid=3999997
	[ $pid -lt "$(cat /proc/sys/kernel/pid_max)" ] || pid=32002
	start -c "$CGROUP" --ring 256K
	isolated python3 "$ROOT/tests/lib/reuse.py" $pid \
		traffic udp 127.0.0.1 9 1 20
	eventually grep -q "traffic" out.tm
	kill -STOP "$CAPTURE"
	many 1000
	isolated python3 "$ROOT/tests/lib/reuse.py" $pid \
		traffic udp 127.0.0.1 9 1 20
	kill -CONT "$CAPTURE"
	eventually grep -q "too many new processes at once" err
	kill -USR1 "$CAPTURE"
	eventually grep -q "processes not named" err
	stop
	said | grep "^[a-z]* $pid" | grep -v '^cgroup1' >found
	diff - found <<-END
		command $pid $BUILD/tests/traffic
		traffic $pid 0
		command $pid 
		traffic $pid 0
	END
	run grep -c "too many" err
	assert_output 1
	run grep "processes not named" err
	assert_output --regexp \
		"^tm-capture: processes not named, as their ring was full: [0-9]+$"
}

@test "no total and no identity of the programs is left in the stream" {
	both_ways one_datagram
	run jq -s 'map(select((.total_in // 0) > 0)) | length' \
		<(tm-print --json out.tm)
	assert_output 0
}

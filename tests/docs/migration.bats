# doc/MIGRATION.md: it names everything of the five meters, and each of tm's
# commands in it runs.
# bats file_tags=kernel

load ../helper

SYSTEM=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# The commands of the document's blocks, without those of the five meters.
commands() {
	awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 }
		inside && !/^#/' "$ROOT/doc/MIGRATION.md"
}

# here COMMAND: with the test machine's interfaces, cgroup2 tree and directory in
# place of those of the examples.
here() {
	local mount
	mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	sed -e 's/ -i \(eth0\|wlan0\)/ -i lo/' -e "s,/sys/fs/cgroup,$mount,g" \
		-e "s, --web, --web=$HISTORY," <<<"$1"
}

# Runs a command in the directory tree: on a terminal until Ctrl-C where it
# meters, with a cgroup as the examples name it.
run_here() {
	local line run_it=(timeout 300 bash -c) slice
	line=$(here "$1")
	case $line in
	*tm-capture\ -h*) ;;
	"make test") line="make -n test" ;; # these tests themselves
	*tm-capture* | *./run*)
		run_it=("$ROOT/tests/lib/live")
		slice=$(here /sys/fs/cgroup/user.slice/user-1000.slice)
		line="mkdir -p $slice; $line"
		;;
	esac
	(
		cd tree || return
		env -i HOME=/root LC_ALL=C TZ=UTC \
			PATH="$PWD/build/bin:$PWD/../bin:$SYSTEM" \
			PREFIX="$PWD/../usr" CFLAGS=-O1 \
			"${run_it[@]}" "$line" </dev/null
	)
}

@test "the document names every command, option, file and target of the five meters" {
	while read -r name; do
		grep -qF -e "$name" "$ROOT/doc/MIGRATION.md" || {
			echo "missing: $name"
			false
		}
	done <<-'END'
		sudo dnf install clang libbpf-devel elfutils-libelf-devel zlib-devel
		sudo apt install clang libbpf-dev libelf-dev zlib1g-dev
		sudo zypper install clang libbpf-devel libelf-devel zlib-devel
		make clean && make
		traffic_meter.bpf.o
		traffic_meter_user
		cgroup_path
		nic_id
		sudo ./traffic_meter_user "" eno1
		/sys/fs/cgroup/user.slice/user-1000.slice eth0
		/sys/fs/cgroup wlan0
		/tmp/traffic_user_<nic_id>_<uid>.log
		direction,bytes,src_ip,dst_ip,timestamp,total_in,total_out
		output_backend
		g_backend
		ipmask_tool
		untracked_masks.h
		untracked_ipv4
		untracked_ipv6
		ip_list.txt
		#pragma unroll
		make build-xdp
		sudo ./pdtt_xdp_user -i eth0
		sudo ./pdtt_xdp_user -i wlan0 -l /tmp/traffic.log -t 5
		sudo ./pdtt_xdp_user -i lo
		pdtt_xdp_user -h
		/var/log/pdtt_stats.log
		bpftool
		ip link show
		Failed to attach program to cgroup
		bpfcc-tools
		python3-bpfcc
		linux-headers-$(uname -r)
		pip3 install -r requirements.txt
		ebpf_tracker.py
		storage.py
		web_server.py
		cli.py
		index.html
		style.css
		app.js
		make run
		make run-web
		tcp_sendmsg
		tcp_recvmsg
		udp_sendmsg
		udp_recvmsg
		make build
		make build-tc
		make all
		sudo make install
		sudo make install-tc
		sudo make test-load
		pdtt_user
		pdtt_user_tc
		make test
		make test-tc
		make test-single TEST=basic_load
		make test-single TEST=network_traffic
		make test-single TEST=cleanup
		make unload
		sudo yum install
		1024
		/proc/sys/net/core/bpf_jit_enable
		dmesg | grep -i bpf
		ls -la /var/log/pdtt_stats.log
	END
}

@test "each of tm's commands in the document runs" {
	needs_root
	mkdir tree bin
	tar -C "$ROOT" --exclude=./.git -c . | tar -C tree -x
	[ -e tree/build ] || cp -a "$BUILD" tree/build
	printf '10.0.*.*\n192.168.1.*\n2001:db8::*\n' >tree/ip_list.txt
	cat >bin/sudo <<-'END'
		#!/bin/sh
		if [ -x /usr/bin/sudo ]; then
			exec /usr/bin/sudo env "PATH=$PATH" "PREFIX=$PREFIX" "$@"
		fi
		exec "$@"
	END
	chmod +x bin/sudo

	HISTORY=$(mktemp -u /tmp/tm-history.XXXXXX)
	commands >list
	[ "$(wc -l <list)" -ge 30 ]
	failed=0
	while read -r line; do
		code=0
		run_here "$line" >out 2>&1 || code=$?
		[ "$code" = 0 ] && continue
		failed=$((failed + 1))
		echo "$line"
		echo "exit $code"
		cat out
	done <list
	rm -rf "$HISTORY"
	[ "$failed" = 0 ]

	run find usr ! -type d
	assert_output ""
	run ls tree
	assert_line traffic_user_eno1_0.log
	assert_line pdtt_stats.log
	assert_line untracked_masks.h
}

# doc/MIGRATION.md: every name of the five meters is there, and each of our
# commands in it runs.

load helper

# The commands of the document's blocks, without theirs.
commands() {
	awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 }
		inside && !/^#/' "$ROOT/doc/MIGRATION.md"
}

# What the test's machine has in the place of the examples' interfaces and of
# the cgroup2 tree.
here() {
	local mount
	mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	sed -e 's/ -i \(eth0\|wlan0\)/ -i lo/' -e "s,/sys/fs/cgroup,$mount,g" \
		<<<"$1"
}

@test "every command, option, file and target of the five meters is named" {
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

@test "each of our commands in the document runs" {
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

	run commands
	[ "${#lines[@]}" -ge 30 ]
	while read -r line; do
		line=$(here "$line")
		echo "$line"
		case $line in
		*tm-capture\ -h*) run_it=(timeout 60 bash -c) ;;
		*tm-capture* | *./run*)
			run_it=("$ROOT/tests/live")
			user=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
			user=$user/user.slice/user-1000.slice
			line="mkdir -p $user; $line"
			;;
		*) run_it=(timeout 300 bash -c) ;;
		esac
		(
			cd tree
			env -i PATH="$PWD/build/bin:$PWD/../bin:$PATH" HOME=/root \
				LC_ALL=C TZ=UTC PREFIX="$PWD/../usr" CFLAGS=-O1 \
				"${run_it[@]}" "$line" </dev/null
		)
	done < <(commands)

	run find usr ! -type d
	assert_output ""
	run ls tree
	assert_line traffic_user_eno1_0.log
	assert_line pdtt_stats.log
	assert_line untracked_masks.h
}

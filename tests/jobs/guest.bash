# Loaded by the tests of units and containers: a machine of its own inside the
# node, booted by systemd-nspawn, whose first process is systemd.

load node

# guest_prepare: its /etc; the rest is this machine's /usr and memory
guest_prepare() {
	mkdir -p guest/systemd/system guest/pam.d guest/containers
	cp etc/* guest/
	echo guest >guest/hostname
	echo 127.0.0.1 localhost guest >guest/hosts
	# without it systemd would enable all units that this machine has
	echo 0123456789abcdef0123456789abcdef >guest/machine-id
	echo "carol:700000:65536" | tee guest/subuid >guest/subgid
	echo 'carol ALL=(ALL) NOPASSWD: ALL' >guest/sudoers
	cat >guest/pam.d/other <<-END
		auth required pam_permit.so
		account required pam_permit.so
		session required pam_permit.so
	END
	cat >guest/pam.d/login <<-END
		auth required pam_permit.so
		account required pam_permit.so
		session required pam_loginuid.so
		session required pam_systemd.so
	END
	cat >guest/pam.d/systemd-user <<-END
		account required pam_permit.so
		session required pam_systemd.so
	END
	cat >guest/systemd/system/tests.target <<-END
		[Unit]
		Requires=basic.target dbus.socket systemd-logind.service ready.service
	END
	cat >guest/systemd/system/ready.service <<-END
		[Unit]
		After=systemd-logind.service
		[Service]
		Type=oneshot
		ExecStart=touch $NODE/booted
	END
}

# This machine's own systemd, if it has one, is not asked for a unit. Container
# engines need what nspawn would forbid.
guest_boot() {
	node_daemon nspawn systemd-nspawn --directory=/ --volatile=yes --boot \
		--register=no --keep-unit --console=pipe --machine=guest \
		--capability=all "--system-call-filter=@keyring bpf" \
		--bind="$NODE" --bind="$NODE/guest:/etc" \
		systemd.unit=tests.target
	eventually test -e booted || {
		cat nspawn.log >&2
		return 1
	}
	SYSTEMD=$(cat "$CGROUP/daemons/payload/init.scope/cgroup.procs")
	export SYSTEMD
}

# in_guest COMMAND...: as root, not metered
in_guest() {
	nsenter --target "$SYSTEMD" --all "$@"
}

# unit NAME [OPTION]... COMMAND...: as a service of that name, until it ends
unit() {
	local name=$1
	shift
	in_guest systemd-run --quiet --collect --wait --pipe --unit="$name" \
		"$@" </dev/null
}

# session COMMAND...: carol logs in to run it
session() {
	unit login -p PAMName=login -p User=carol "$@"
}

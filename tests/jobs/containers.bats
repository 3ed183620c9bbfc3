# Containers of real engines, with systemd and with a cgroup tree of their own.
# bats file_tags=kernel

load ../helper
load guest

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	node_prepare
	guest_prepare
	containers_prepare
	node_boot
	guest_boot
}

teardown_file() {
	node_shut
}

# A root directory that has this machine's programs, and what engines need.
containers_prepare() {
	local directory
	mkdir -p root/{usr,etc,proc,sys,dev,tmp,run}
	for directory in bin sbin lib lib64; do
		ln -s usr/$directory root/$directory
	done
	cp -r root carol-root
	chown -R $CAROL:$CAROL carol-root
	cat >guest/containers/containers.conf <<-END
		[containers]
		pids_limit = 0
		[engine]
		runtime = "runc"
	END
	echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' \
		>guest/containers/policy.json
}

# podman DIRECTORY CIDFILE COMMAND...
podman() {
	local root=$1 id=$2
	shift 2
	echo podman run --quiet --rm --cidfile "$id" --network host \
		--volume /usr:/usr:ro --volume "$NODE:$NODE" --rootfs \
		"$NODE/$root" "$@"
}

# short ID: the 12 digits that engines show
short() {
	head -c 12 "$1"
}

@test "containers of podman, root's and a user's, are exact to the byte" {
	meter
	unit engine $(podman root "$NODE/id" \
		"$NODE/traffic" udp 198.51.100.2 9 100 1000)
	session $(podman carol-root "$NODE/home/carol/id" \
		"$NODE/traffic" udp 198.51.100.2 9 200 1000)
	metered
	report container,user >rows
	{
		echo "podman/$(short id) 0 0 102800 0 100"
		echo "podman/$(short home/carol/id) $CAROL 0 205600 0 200"
	} | sort | diff - rows
	documented "podman runs a container for root, and one for a user" \
		"300 datagrams of 1028 B" "each container, exactly" \
		containers.bats
}

# container NAME CGROUP COMMAND...: of runc
container() {
	local name=$1 cgroup=$2
	shift 2
	mkdir "$name"
	(cd "$name" && runc spec)
	jq --arg cgroup "$cgroup" --arg root "$NODE/root" --arg node "$NODE" \
		'.linux.cgroupsPath = $cgroup | .root.path = $root |
		.process.terminal = false |
		.process.args = $ARGS.positional |
		del(.linux.resources) |
		.linux.namespaces |= map(select(.type != "network")) |
		.mounts += [{destination: "/usr", source: "/usr",
			type: "bind", options: ["rbind", "ro"]},
			{destination: $node, source: $node, type: "bind",
			options: ["rbind"]}]' "$name/config.json" --args "$@" \
		>config.json
	mv config.json "$name/config.json"
	unit "$name" runc ${DRIVER-} run --bundle "$NODE/$name" "$name"
}

@test "runc names containers as Docker and Kubernetes have it" {
	local a b c d uid=12345678_90ab_cdef_1234_567890abcdef name
	for name in a b c d; do
		printf -v $name "%s%063d" $name 0
	done
	meter
	DRIVER=--systemd-cgroup
	container a "system.slice:docker:$a" \
		"$NODE/traffic" udp 198.51.100.2 9 100 1000
	container b "kubepods-burstable-pod$uid.slice:cri-containerd:$b" \
		"$NODE/traffic" udp 198.51.100.2 9 200 1000
	DRIVER=
	container c "/docker/$c" "$NODE/traffic" udp 198.51.100.2 9 300 1000
	container d "/kubepods/besteffort/pod${uid//_/-}/$d" \
		"$NODE/traffic" udp 198.51.100.2 9 400 1000
	metered
	report container >rows
	diff - rows <<-END
		docker/a00000000000 0 102800 0 100
		docker/c00000000000 0 308400 0 300
		kubernetes/b00000000000 0 205600 0 200
		kubernetes/d00000000000 0 411200 0 400
	END
	documented "runc names a container as Docker or Kubernetes does" \
		"1000 datagrams of 1028 B" "each container, exactly" \
		containers.bats
}

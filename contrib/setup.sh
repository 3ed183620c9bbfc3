# shellcheck shell=sh
# What ./run and ./check share: the packages that they need, and building so
# that nothing stays root's. Sourced with the top of the tree as directory.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
me=${0##*/}

packages_to_build() {
	case $1 in
	apt) echo make gcc libc6-dev pkg-config clang libbpf-dev libelf-dev \
		zlib1g-dev libseccomp-dev libncurses-dev \
		libsqlite3-dev libmicrohttpd-dev ;;
	dnf) echo make gcc pkgconf-pkg-config clang libbpf-devel \
		elfutils-libelf-devel zlib-devel \
		libseccomp-devel ncurses-devel sqlite-devel \
		libmicrohttpd-devel ;;
	zypper) echo make gcc pkg-config clang libbpf-devel libelf-devel \
		zlib-devel libseccomp-devel ncurses-devel \
		sqlite3-devel libmicrohttpd-devel ;;
	esac
}

packages_to_check() {
	packages_to_build "$1"
	case $1 in
	apt) echo bats bats-support bats-assert bats-file mandoc shellcheck \
		clang-format strace iproute2 iptables ethtool procps sudo \
		openssh-server openssh-client jq python3 tmux sqlite3 curl \
		chromium nodejs slurmctld slurmd slurm-client munge \
		libpam-slurm-adopt runc podman uidmap systemd-container \
		libpam-systemd dbus-user-session ;;
	dnf) echo bats bats-support bats-assert bats-file mandoc ShellCheck \
		clang-tools-extra strace iproute iptables-nft ethtool procps-ng sudo \
		openssh-server openssh-clients jq python3 tmux sqlite curl \
		chromium nodejs slurm slurm-slurmctld slurm-slurmd munge \
		slurm-pam_slurm runc podman shadow-utils systemd-container \
		systemd-pam dbus-daemon ;;
	zypper) echo bats bats-support bats-assert bats-file mandoc \
		ShellCheck clang-tools strace iproute2 iptables ethtool procps sudo \
		openssh-server openssh-clients jq python3 tmux sqlite3 curl \
		chromium nodejs slurm slurm-node slurm-munge munge \
		slurm-pam_slurm runc podman shadow systemd-container \
		dbus-1-daemon ;;
	esac
	# nodejs from elsewhere brings npm, and forbids the package
	command -v npm >/dev/null || echo npm
}

# For tests/kernels, whose kernels are Debian's.
packages_to_boot() {
	echo qemu-system-x86 busybox-static kmod cpio zstd xz-utils bats \
		bats-support bats-assert bats-file jq python3 iproute2 ethtool
}

package_family() {
	if command -v apt-get; then
		echo apt
	elif command -v dnf; then
		echo dnf
	elif command -v zypper; then
		echo zypper
	fi | tail -n 1
}

is_installed() {
	case $family in
	apt)
		# "installed", once for each architecture.
		# shellcheck disable=SC2016 # dpkg's own variable
		case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>&1) in
		installed*) ;;
		*) return 1 ;;
		esac
		;;
	*) rpm -q --whatprovides "$1" >/dev/null 2>&1 ;;
	esac
}

install_command() {
	case $family in
	apt) echo apt-get install -y --no-install-recommends ;;
	dnf)
		# Enterprise Linux keeps libbpf-devel in a repository that is
		# off by default.
		if dnf -q repolist --all 2>/dev/null | grep -q '^crb '; then
			echo dnf install -y --enablerepo=crb
		else
			echo dnf install -y
		fi
		;;
	zypper) echo zypper --non-interactive install --no-recommends ;;
	esac
}

# Installs those of the packages that are missing; asks nothing over the
# network when none is.
install_missing() {
	missing=
	for package; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command=$(install_command)
	if [ "$(id -u)" != 0 ]; then
		echo "$me: missing:$missing"
		echo "$me: as root: $command$missing"
		return 1
	fi >&2
	echo "$me: installing$missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	[ "$family" != apt ] || LC_ALL=C apt-get -q update >&2
	# shellcheck disable=SC2086 # words
	LC_ALL=C $command $missing >&2 || {
		echo "$me: these packages could not be installed:$missing" >&2
		return 1
	}
}

# setup build|check|boot
setup() {
	family=$(package_family)
	if [ -z "$family" ]; then
		echo "$me: no apt, dnf or zypper here: install what is missing" \
			"by hand (README.md lists it)" >&2
		return 0
	fi
	# shellcheck disable=SC2046 # words
	install_missing $(packages_to_"$1" "$family")
}

# Who builds: the user who called sudo, else the owner of the tree.
builder() {
	uid=${SUDO_UID:-0} gid=${SUDO_GID:-0}
	[ "$uid" != 0 ] || uid=$(stat -c %u .) gid=$(stat -c %g .)
}

as_builder() {
	groups=--clear-groups
	! getent passwd "$uid" >/dev/null || groups=--init-groups
	HOME=$(getent passwd "$uid" | cut -d: -f6) \
		setpriv --reuid "$uid" --regid "$gid" $groups -- "$@"
}

# make, not as root where that can be, so that nothing that root owns stays in
# build/. What the builder cannot read (root's own home) root has to build.
build() {
	set -- make -j "$(nproc)" "$@"
	builder
	if [ "$(id -u)" = 0 ] && [ "$uid" != 0 ] &&
		as_builder test -r "$PWD/Makefile"; then
		mkdir -p build && chown -hR "$uid:$gid" build &&
			as_builder "$@"
	else
		"$@"
	fi
}

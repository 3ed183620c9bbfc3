# make install and make uninstall

load ../helper
load ../events

in_tree() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$ROOT" "$@"
}

# What make install has put below $1, without directories.
installed() {
	(cd "$1" && find . ! -type d | sort)
}

expected() {
	for tool in "$BUILD"/bin/*; do
		echo ".$1/bin/${tool##*/}"
	done
	echo ".$1/share/tm/quota-mail"
	for page in "$ROOT"/*/*.[1578]; do
		echo ".$1/share/man/man${page##*.}/${page##*/}"
	done
}

@test "programs and pages are installed below DESTDIR and PREFIX, and uninstall leaves nothing" {
	in_tree install DESTDIR="$PWD/root" PREFIX=/opt/tm
	installed root >is
	expected /opt/tm | sort >should
	[ "$(wc -l <should)" -gt 16 ]
	diff should is
	for page in root/opt/tm/share/man/man*/*; do
		[ "$(stat -c %a "$page")" = 644 ]
	done
	root/opt/tm/bin/tm-print --version
	in_tree uninstall DESTDIR="$PWD/root" PREFIX=/opt/tm
	run installed root
	assert_output ""
}

@test "the default prefix is /usr/local" {
	in_tree install DESTDIR="$PWD/root"
	expected /usr/local | sort >should
	installed root | diff should -
}

@test "uninstall removes only what install put there" {
	mkdir -p root/usr/local/bin root/usr/local/share/man/man1
	touch root/usr/local/bin/tm-other root/usr/local/share/man/man1/other.1
	in_tree install DESTDIR="$PWD/root"
	in_tree uninstall DESTDIR="$PWD/root"
	run installed root
	assert_output "./usr/local/bin/tm-other
./usr/local/share/man/man1/other.1"
}

@test "the history's directory is made for its keeper, and nothing that is there is touched" {
	needs_root
	in_tree install DESTDIR="$PWD/root"
	assert_equal "$(stat -c '%u:%g %a' root/var/lib/tm)" "0:0 750"
	in_tree install DESTDIR="$PWD/root" KEEPER=541003:541004
	assert_equal "$(stat -c '%u:%g %a' root/var/lib/tm)" "0:0 750"
	rmdir root/var/lib/tm
	in_tree install DESTDIR="$PWD/root" KEEPER=541003:541004
	assert_equal "$(stat -c '%u:%g %a' root/var/lib/tm)" "541003:541004 750"
	touch root/var/lib/tm/history.db
	in_tree uninstall DESTDIR="$PWD/root"
	assert_file_exists root/var/lib/tm/history.db
}

@test "after sudo make install, tm-store needs no --db" {
	needs_root
	keeper=$(id -u tm 2>/dev/null || echo 541003)
	group=$(id -g tm 2>/dev/null || echo 541003)
	{
		start
		moved 1 out 0 100
		status end 2
	} | tm-parse >x.tm
	export ROOT keeper group
	export -f in_tree
	run env SUDO_UID=541003 SUDO_GID=541003 unshare -m bash -euc '
		mount -t tmpfs -o mode=755 none /usr/local
		mount -t tmpfs -o mode=755 none /var/lib
		in_tree install
		as_keeper() {
			setpriv --reuid $keeper --regid $group --clear-groups \
				env -u TM_DB /usr/local/bin/tm-store "$@"
		}
		as_keeper -q <x.tm
		as_keeper query --format csv'
	assert_success
	assert_line 0,,0,100,100,0,1,1,0,0
}

@test "an ordinary user can build and install into a DESTDIR" {
	needs_root
	tree=$(mktemp -d /tmp/tm-install.XXXXXX)
	tar -C "$ROOT" --exclude=./build --exclude=./.git -c . | tar -C "$tree" -x
	chown -R 65534:65534 "$tree"
	run env -u BUILD -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		make -s -C "$tree" -j2 install DESTDIR="$tree/root" CFLAGS=-O0 \
		HARDENING=
	status_of_make=$status
	installed "$tree/root" >is
	rm -rf "$tree"
	[ "$status_of_make" = 0 ]
	expected /usr/local | sort | diff - is
}

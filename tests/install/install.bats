# make install and make uninstall

load ../helper

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

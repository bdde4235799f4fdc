# make          the libraries and the command, optimised, in target/release
# make demo     the tutorials' programs under shmsan
# make test     every test
# make soak     random calls bare and shimmed: CALLS=1000000, or MINUTES=10; SEED= begins where an earlier one did
# make test-clients  real programs bare and shimmed (CLIENTS="postgres xvfb" some of them, PACE=short shorter)
# make bench    what it costs: tables and a plot in target/bench (PACE=short takes some two minutes)
# make check    all that CI runs, but for the real programs
# make install  DESTDIR= PREFIX=/usr/local
# make dist     target/dist: the sources of the last commit, and a folder to be used where it is unpacked, as archives
# make deb      target/dist: a Debian package (needs cargo-deb)

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
DATADIR = $(PREFIX)/share
MANDIR = $(DATADIR)/man
DESTDIR =
CARGO = cargo
INSTALL = install
# Where the libraries and the command lie that demo and install take.
BUILT = target/release
# Where archives and packages are put.
DIST = target/dist
# How much the real programs have to do, and how much is measured.
PACE = long
CLIENTS =
# The whole-program tests that the compiler's optimisation of the library could break.
ALSO_OPTIMISED = differential fault golden guards hostile instructions journal rules sites surroundings trace verdict
# How long random calls are compared, where no MINUTES are given.
CALLS = 1000000

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# Of the shells, each below DATADIR where its shell looks.
COMPLETIONS = bash-completion/completions/shmsan zsh/site-functions/_shmsan fish/vendor_completions.d/shmsan.fish
SONAME = libshmsan.so.$(firstword $(subst ., ,$(VERSION)))

.PHONY: all demo test soak test-clients bench check fmt clippy header install install-files uninstall dist deb clean

# One after the other: built together, the library would get the features that the command asks of the crates they share.
all:
	$(CARGO) build --release --package shmsan
	$(CARGO) build --release --package shmsan-cli
	ln -sf libshmsan.so target/release/$(SONAME)
	target/release/shmsan --generate target/release/share

demo: all
	demo/run.sh $(BUILT)

test:
	$(CARGO) test --workspace

soak:
	CALLS=$(CALLS) $(CARGO) test --release --test suite -- differential::soak

test-clients: all
	tests/clients/run.sh $(BUILT)/libshmsan.so $(PACE) $(CLIENTS)

bench: all
	$(CARGO) build --release --package shmsan-bench
	target/release/shmsan-bench $(BUILT) $(PACE) target/bench

check: fmt clippy test
	PROFILE=release SEQUENCES=400 $(CARGO) test --workspace --test suite -- $(ALSO_OPTIMISED)
	$(MAKE) demo

fmt:
	$(CARGO) fmt --all --check || { echo "repair: cargo fmt --all"; exit 1; }

clippy:
	$(CARGO) clippy --workspace --all-targets -- -D warnings || { echo "repair: cargo clippy --fix"; exit 1; }

# include/shmsan.h from src/abi; a test compares.
header:
	$(CARGO) build
	cp "$$(ls -t target/debug/build/shmsan-*/out/shmsan.h | head -n 1)" include/shmsan.h

# After `make`, an install as root builds nothing: root may have no cargo.
install: $(BUILT)/libshmsan.so $(BUILT)/shmsan install-files

$(BUILT)/libshmsan.so $(BUILT)/shmsan:
	$(MAKE) all

# Manual pages and completions, as the command itself defines them.
$(BUILT)/share: $(BUILT)/shmsan
	$(BUILT)/shmsan --generate $@
	touch $@

# The headers go into a folder of their own: a sys/shm.h directly below PREFIX/include would shim every program that is
# compiled on the machine.
install-files: $(BUILT)/share
	$(INSTALL) -d $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(BUILT)/shmsan $(DESTDIR)$(BINDIR)/shmsan
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/shmsan/sys $(DESTDIR)$(INCLUDEDIR)/shmsan/shmsan
	$(INSTALL) -m 755 $(BUILT)/libshmsan.so $(DESTDIR)$(LIBDIR)/libshmsan.so.$(VERSION)
	ln -sf libshmsan.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libshmsan.so
	$(INSTALL) -m 644 $(BUILT)/libshmsan.a $(DESTDIR)$(LIBDIR)/libshmsan.a
	$(INSTALL) -m 644 include/shmsan.h $(DESTDIR)$(INCLUDEDIR)/shmsan/shmsan.h
	$(INSTALL) -m 644 include/sys/shm.h $(DESTDIR)$(INCLUDEDIR)/shmsan/sys/shm.h
	$(INSTALL) -m 644 include/shmsan/legacy.h $(DESTDIR)$(INCLUDEDIR)/shmsan/shmsan/legacy.h
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' shmsan.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/shmsan.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/shmsan.pc
	for file in $$(cd $(BUILT)/share/man && find . -type f); do \
	    $(INSTALL) -D -m 644 $(BUILT)/share/man/$$file $(DESTDIR)$(MANDIR)/$$file || exit 1; done
	for file in $(COMPLETIONS); do \
	    $(INSTALL) -D -m 644 $(BUILT)/share/$$file $(DESTDIR)$(DATADIR)/$$file || exit 1; done

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/shmsan
	rm -f $(DESTDIR)$(LIBDIR)/libshmsan.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME) $(DESTDIR)$(LIBDIR)/libshmsan.so
	rm -f $(DESTDIR)$(LIBDIR)/libshmsan.a $(DESTDIR)$(LIBDIR)/pkgconfig/shmsan.pc
	rm -rf $(DESTDIR)$(INCLUDEDIR)/shmsan
	rm -f $(DESTDIR)$(MANDIR)/man1/shmsan.1 $(DESTDIR)$(MANDIR)/man1/shmsan-*.1 $(DESTDIR)$(MANDIR)/man7/libshmsan.7
	rm -f $(addprefix $(DESTDIR)$(DATADIR)/,$(COMPLETIONS))

# Nobody looks for lines in these.
STRIP = strip --strip-debug
SOURCES = shmsan-$(VERSION)
BINARIES = shmsan-$(VERSION)-linux-$(shell uname -m)
STAGED = target/staged-archive
# Cargo.toml says what the package takes from there.
STAGED_DEB = target/staged-deb

dist: $(BUILT)/libshmsan.so $(BUILT)/shmsan
	mkdir -p $(DIST)
	git archive --prefix=$(SOURCES)/ HEAD | gzip -n > $(DIST)/$(SOURCES).tar.gz
	rm -rf $(STAGED)
	$(MAKE) install-files DESTDIR=$(abspath $(STAGED))/$(BINARIES) PREFIX=
	sed -i -e 's|=/|=$${prefix}/|' -e 's|^prefix=.*|prefix=$${pcfiledir}/../..|' $(STAGED)/$(BINARIES)/lib/pkgconfig/shmsan.pc
	cd $(STAGED)/$(BINARIES) && $(STRIP) bin/shmsan lib/libshmsan.so.$(VERSION) lib/libshmsan.a
	cp README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE $(STAGED)/$(BINARIES)
	tar -C $(STAGED) --owner=0 --group=0 --sort=name -czf $(DIST)/$(BINARIES).tar.gz $(BINARIES)

# Not into a folder for each machine: the command looks for the library in ../lib.
deb: $(BUILT)/libshmsan.so $(BUILT)/shmsan
	@$(CARGO) deb --version >/dev/null 2>&1 || { echo "missing: cargo-deb (cargo install cargo-deb)"; exit 1; }
	mkdir -p $(DIST)
	rm -rf $(STAGED_DEB)
	$(MAKE) install-files DESTDIR=$(CURDIR)/$(STAGED_DEB) PREFIX=/usr LIBDIR=/usr/lib
	cd $(STAGED_DEB)/usr && $(STRIP) bin/shmsan lib/libshmsan.so.$(VERSION) lib/libshmsan.a
	$(CARGO) deb --no-build --package shmsan --output $(abspath $(DIST))/

clean:
	$(CARGO) clean

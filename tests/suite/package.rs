//! What leaves the house: the exported names, the committed header, how the library is linked, and what `make install`
//! puts where.

use super::harness::{find_compiler, find_program, library_folder, say, scratch, source};
use shmsan_core::options::documented;
use shmsan_core::rule;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a program of the C toolchain prints.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn library() -> PathBuf {
    library_folder().join("libshmsan.so")
}

#[test]
fn the_exported_names_are_those_of_exports_txt() {
    let symbols = output(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library()));
    let names: String = symbols.lines().map(|line| line.split(' ').next().unwrap().to_owned() + "\n").collect();
    let expected = std::fs::read_to_string(root().join("exports.txt")).unwrap();
    assert_eq!(
        names, expected,
        "exports.txt is the ABI: a name that goes breaks programs, a name that comes is for good"
    );
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let generated = std::fs::read_to_string(concat!(env!("OUT_DIR"), "/shmsan.h")).unwrap();
    let committed = std::fs::read_to_string(root().join("include/shmsan.h")).unwrap();
    assert!(generated == committed, "include/shmsan.h is not what src/abi says; repair: make header");
}

#[test]
fn the_library_has_its_soname_stays_loaded_and_needs_libc_alone() {
    let dynamic = output(Command::new("readelf").args(["-d", "-W"]).arg(library()));
    assert!(dynamic.contains("soname: [libshmsan.so.0]"), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
    let needed: Vec<_> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    // The loader itself is libc's: it is there in every process.
    assert!(needed.iter().all(|line| line.contains("[libc.so") || line.contains("[ld-linux")), "{needed:?}");
}

#[test]
fn the_five_exports_have_room_for_a_jump_at_their_beginning() {
    let symbols = output(Command::new("nm").args(["-D", "--defined-only"]).arg(library()));
    let addresses: Vec<_> = symbols
        .lines()
        .filter(|line| !line.contains("shmsan_"))
        .map(|line| u64::from_str_radix(line.split(' ').next().unwrap(), 16).unwrap())
        .collect();
    assert_eq!(addresses.len(), 5, "{symbols}");
    for address in &addresses {
        assert_eq!(address % 16, 0, "{symbols}");
        assert!(addresses.iter().all(|other| other == address || other.abs_diff(*address) >= 16), "{symbols}");
    }
}

/// A scratch root with the library in /usr/local.
fn installed(name: &str) -> PathBuf {
    let root_folder = scratch(name);
    let _ = std::fs::remove_dir_all(&root_folder);
    make(&["install-files", "PREFIX=/usr/local"], &root_folder);
    root_folder
}

fn make(arguments: &[&str], scratch_root: &Path) {
    let mut make = Command::new("make");
    make.current_dir(root()).args(["-s", "--no-print-directory"]).args(arguments);
    make.arg(format!("DESTDIR={}", scratch_root.display())).arg(format!("BUILT={}", library_folder().display()));
    output(make.env_remove("MAKEFLAGS").env_remove("MAKELEVEL"));
}

fn undefined_symbols(program: &Path) -> String {
    output(Command::new("nm").arg("-u").arg(program))
}

#[test]
fn after_an_install_a_plain_program_is_not_shimmed() {
    let scratch_root = installed("installed-plain");
    let object = scratch_root.join("server.o");
    let compile = |include: &str| {
        // gcc looks into /usr/local/include before the system's own headers: so does this.
        let include = scratch_root.join(include);
        let mut cc = Command::new("cc");
        cc.args(["-w", "-c", "-isystem"]).arg(include).arg(source("originals/server.c")).arg("-o").arg(&object);
        output(&mut cc);
        undefined_symbols(&object)
    };
    let plain = compile("usr/local/include");
    assert!(plain.contains("shmget") && !plain.contains("shmsan"), "{plain}");
    // And it would be seen if the headers lay where gcc finds them.
    let shimmed = compile("usr/local/include/shmsan");
    assert!(shimmed.contains("shmsan_shmget_at"), "{shimmed}");
}

#[test]
fn pkg_config_has_all_that_server_c_needs() {
    if find_compiler("pkg-config", "pkg_config_has_all_that_server_c_needs").is_none() {
        return;
    }
    let scratch_root = installed("installed-pkg-config");
    let mut pkg_config = Command::new("pkg-config");
    pkg_config.args(["--cflags", "--libs", "shmsan"]);
    pkg_config.env("PKG_CONFIG_SYSROOT_DIR", &scratch_root);
    pkg_config.env("PKG_CONFIG_LIBDIR", scratch_root.join("usr/local/lib/pkgconfig"));
    let flags = output(&mut pkg_config);
    let program = scratch_root.join("server");
    output(
        Command::new("cc")
            .arg("-w")
            .arg(source("originals/server.c"))
            .args(flags.split_whitespace())
            .arg("-o")
            .arg(&program),
    );
    let needed = output(Command::new("readelf").args(["-d", "-W"]).arg(&program));
    assert!(needed.contains("[libshmsan.so.0]"), "{needed}");
    assert!(undefined_symbols(&program).contains("shmsan_shmget_at"));
    let library = scratch_root.join("usr/local/lib/libshmsan.so.0");
    assert!(library.exists(), "{} leads nowhere", library.display());
}

#[test]
fn an_archive_is_used_where_it_is_unpacked() {
    // It may be the sources' own archive that is tested.
    let in_git = Command::new("git").arg("-C").arg(root()).args(["rev-parse", "HEAD"]).output();
    if !in_git.is_ok_and(|ran| ran.status.success()) {
        return say("skipped: an_archive_is_used_where_it_is_unpacked: this is no checkout, or git is not installed");
    }
    let folder = scratch("archive");
    let _ = std::fs::remove_dir_all(&folder);
    make(&["dist", &format!("DIST={}", folder.display()), &format!("STAGED={}/staged", folder.display())], &folder);
    let archives: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let named = |part: &str| archives.iter().find(|path| path.to_str().unwrap().contains(part)).unwrap();
    let names = output(Command::new("tar").arg("tzf").arg(named("0.tar.gz")));
    assert!(names.lines().all(|name| name.starts_with("shmsan-")), "{names}");
    assert!(
        names.contains("/Makefile\n") && names.contains("/README.md\n") && names.contains("/src/lib.rs\n"),
        "{names}"
    );
    output(Command::new("tar").arg("xzf").arg(named("-linux-")).arg("--strip-components=1").arg("-C").arg(&folder));
    let ran = output(Command::new(folder.join("bin/shmsan")).args(["run", "sh", "-c", "echo $LD_PRELOAD"]));
    assert_eq!(
        Path::new(ran.trim_end()).canonicalize().unwrap(),
        folder.join("lib/libshmsan.so.0").canonicalize().unwrap()
    );
    let pc = std::fs::read_to_string(folder.join("lib/pkgconfig/shmsan.pc")).unwrap();
    assert!(pc.contains("prefix=${pcfiledir}/../..\nlibdir=${prefix}/lib\nincludedir=${prefix}/include\n"), "{pc}");
}

/// Installed, used and removed below a folder, as dpkg(1) does it below /.
#[test]
fn the_debian_package_works_and_is_removed_without_a_trace() {
    const TEST: &str = "the_debian_package_works_and_is_removed_without_a_trace";
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let has_cargo_deb = Command::new(cargo).args(["deb", "--version"]).output().is_ok_and(|ran| ran.status.success());
    if find_program("dpkg").is_none() || !has_cargo_deb {
        return say(&format!("skipped: {TEST}: it takes cargo-deb (cargo install cargo-deb) and dpkg"));
    }
    let folder = scratch("debian");
    let _ = std::fs::remove_dir_all(&folder);
    make(&["deb", &format!("DIST={}", folder.join("dist").display())], &folder);
    let package = std::fs::read_dir(folder.join("dist")).unwrap().next().unwrap().unwrap().path();
    let root_folder = folder.join("root");
    for needed in ["info", "updates", "triggers"] {
        std::fs::create_dir_all(root_folder.join("var/lib/dpkg").join(needed)).unwrap();
    }
    std::fs::write(root_folder.join("var/lib/dpkg/status"), "").unwrap();
    let dpkg = |arguments: &[&std::ffi::OsStr]| {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", root_folder.display())).args(["--force-not-root", "--force-bad-path"]);
        output(dpkg.args(["--force-depends", "--log=/dev/null"]).args(arguments))
    };
    dpkg(&["--install".as_ref(), package.as_os_str()]);
    let there = |path: &str| root_folder.join(path).exists();
    for path in [
        "usr/bin/shmsan",
        "usr/lib/libshmsan.so",
        "usr/lib/libshmsan.a",
        "usr/lib/pkgconfig/shmsan.pc",
        "usr/include/shmsan/shmsan.h",
        "usr/include/shmsan/sys/shm.h",
        "usr/include/shmsan/shmsan/legacy.h",
        "usr/share/man/man1/shmsan-run.1.gz",
        "usr/share/man/man7/libshmsan.7.gz",
        "usr/share/bash-completion/completions/shmsan",
        "usr/share/doc/shmsan/copyright",
        "usr/share/doc/shmsan/docs/rules.md",
    ] {
        assert!(there(path), "{path}");
    }
    let command = root_folder.join("usr/bin/shmsan");
    let preload = output(Command::new(command).args(["run", "sh", "-c", "echo $LD_PRELOAD"]));
    let library = Path::new(preload.trim_end()).canonicalize().unwrap();
    assert!(library.starts_with(root_folder.canonicalize().unwrap().join("usr/lib")), "{preload}");
    let program = folder.join("server");
    let mut cc = Command::new("cc");
    cc.arg("-w").arg("-I").arg(root_folder.join("usr/include/shmsan")).arg(source("originals/server.c"));
    output(cc.arg("-L").arg(root_folder.join("usr/lib")).args(["-lshmsan", "-o"]).arg(&program));
    dpkg(&["--purge".as_ref(), "shmsan".as_ref()]);
    assert!(!there("usr"), "{}", output(Command::new("find").arg(root_folder.join("usr"))));
}

#[test]
fn the_installed_command_finds_the_installed_library() {
    let scratch_root = installed("installed-command");
    let command = scratch_root.join("usr/local/bin/shmsan");
    let preload = output(Command::new(command).args(["run", "sh", "-c", "echo $LD_PRELOAD"]).env_remove("LD_PRELOAD"));
    let library = scratch_root.join("usr/local/lib/libshmsan.so");
    assert_eq!(Path::new(preload.trim_end()).canonicalize().unwrap(), library.canonicalize().unwrap());
}

#[test]
fn each_verb_option_and_rule_has_its_place_in_the_manual() {
    let share = installed("installed-manual").join("usr/local/share");
    let read = |path: &str| std::fs::read_to_string(share.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let overview = read("man/man1/shmsan.1").replace("\\-", "-");
    for verb in ["run", "ls", "info", "rm", "limits", "explain"] {
        assert!(overview.contains(&format!("shmsan-{verb}(1)")), "{overview}");
        assert!(read(&format!("man/man1/shmsan-{verb}.1")).contains(".SH OPTIONS"));
        for completions in COMPLETIONS {
            assert!(read(completions).contains(verb) && !read(completions).contains("--generate"), "{completions}");
        }
    }
    let library = read("man/man7/libshmsan.7").replace("\\-", "-");
    let names = documented().map(|option| option.name).chain(rule::all().map(|rule| rule.id));
    for name in names {
        assert!(library.contains(&format!("\\fB{name}\\fR ")), "{name} is missing in libshmsan(7)");
    }
    if find_program("bash").is_some() {
        output(Command::new("bash").arg("-n").arg(share.join(COMPLETIONS[0])));
    }
}

const COMPLETIONS: [&str; 3] =
    ["bash-completion/completions/shmsan", "zsh/site-functions/_shmsan", "fish/vendor_completions.d/shmsan.fish"];

#[test]
fn uninstall_leaves_nothing_behind() {
    let scratch_root = installed("installed-and-gone");
    make(&["uninstall", "PREFIX=/usr/local"], &scratch_root);
    let left = output(Command::new("find").arg(&scratch_root).args(["!", "-type", "d"]));
    assert_eq!(left, "");
}

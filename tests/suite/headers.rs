//! The headers a program compiles against: whatever it may write, in each C and C++, by each compiler found here, means
//! with them what it means without; and the macros say where a call stands. Nothing here attaches a segment.

use crate::harness::{Compiler, Run, Way, find_compiler, library_folder, scratch, source};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::thread;

const C: &[&str] = &["gcc", "clang-14", "clang-16", "clang-19", "clang-22"];
const CPP: &[&str] = &["g++", "clang++-14", "clang++-16", "clang++-19", "clang++-22"];
/// Those that refuse what C compilers used to warn of, and one that still warns.
const STRICT_C: &[&str] = &["clang-16", "clang-19", "clang-22"];
const LENIENT_C: &[&str] = &["clang-14"];

const C_MODES: &[&str] = &["-ansi", "-std=c99", "-std=c11", "-std=c17", "-std=gnu2x"];
const CPP_MODES: &[&str] = &["-std=c++98", "-std=c++11", "-std=c++14", "-std=c++17", "-std=c++20"];
const C_PROGRAMS: &[&str] = &["originals/server.c", "originals/client.c", "originals/example.c"];
const CPP_PROGRAMS: &[&str] = &["originals/writer.cpp", "originals/reader.cpp"];
const PEDANTIC: &str = "-pedantic-errors -Wall -Wextra -Wshadow -Wundef -Werror";

/// What a compiler must make of a source.
enum Outcome {
    Compiles,
    /// It fails, and says each of these.
    Fails(&'static [&'static str]),
}
use Outcome::{Compiles, Fails};

/// Runs each of `compilers` that is here over `file`, with `flags` and in each of `modes`, and looks at the outcome.
fn try_all(compilers: &[&str], file: &str, modes: &[&str], flags: &str, expected: &Outcome) {
    for compiler in found(compilers) {
        for mode in modes {
            let arguments = format!("{mode} {flags} -fsyntax-only");
            match (compile(&compiler, &[file], &arguments, &[]), expected) {
                (Ok(()), Compiles) => {}
                (Ok(()), Fails(_)) => panic!("{file} compiles with {compiler:?} {arguments}"),
                (Err(errors), Compiles) => panic!("{file} with {compiler:?} {arguments}:\n{errors}"),
                (Err(errors), Fails(words)) => {
                    for word in *words {
                        assert!(
                            errors.contains(word),
                            "{file} with {compiler:?} {arguments}: no {word:?} in\n{errors}"
                        );
                    }
                }
            }
        }
    }
}

/// Those of `compilers` that are here. A test's thread has the test's name.
fn found(compilers: &[&str]) -> Vec<Compiler> {
    let test = thread::current().name().unwrap_or("headers").to_owned();
    compilers.iter().filter_map(|name| find_compiler(name, &test)).collect()
}

/// Compiles `files` of c-tests/, with `paths` as further arguments; what the compiler said where it failed.
fn compile(compiler: &Compiler, files: &[&str], arguments: &str, paths: &[&OsStr]) -> Result<(), String> {
    let output = compiler
        .command()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments.split_whitespace())
        .args(paths)
        .args(files.iter().map(|file| source(file)))
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// `flags`, with our headers before the system's.
fn ours(flags: &str) -> String {
    format!("-I include {flags}")
}

/// Compiles and links `files` with our headers, and with `libraries` in front: a path that may hold a space.
fn link(compiler: &Compiler, files: &[&str], flags: &str, libraries: &[&OsStr]) -> Result<PathBuf, String> {
    let name = format!("{}-{}{flags}", compiler.program.file_name().unwrap().display(), files[0]);
    let program = folder().join(name.replace(['/', ' '], "_"));
    let paths = [libraries, &[OsStr::new("-o"), program.as_os_str()]].concat();
    compile(compiler, files, &ours(flags), &paths).map(|()| program)
}

fn folder() -> PathBuf {
    scratch(&format!("headers-{}", std::process::id()))
}

/// What `file`, linked with recorder.c in the place of the library, prints.
fn recorded(compiler: &Compiler, file: &str, flags: &str) -> String {
    let program = link(compiler, &[file, "headers/recorder.c"], flags, &[]);
    let program = program.unwrap_or_else(|errors| panic!("{file} with {compiler:?} {flags}:\n{errors}"));
    let ran = Run::new(program, Way::Bare).shared_namespace().go();
    assert!(ran.status.success(), "{compiler:?}: {ran:?}");
    ran.stdout
}

#[test]
fn the_documents_programs_compile_and_link_unchanged_and_without_flags() {
    for (compilers, names) in [(C, C_PROGRAMS), (CPP, CPP_PROGRAMS)] {
        for compiler in found(compilers) {
            for name in names {
                let library = library_folder().join("libshmsan.so");
                // The library stands before the source here, where --as-needed would drop it.
                let linked = link(&compiler, &[name], "-Wl,--no-as-needed", &[library.as_os_str()]);
                linked.unwrap_or_else(|errors| panic!("{name} with {compiler:?}:\n{errors}"));
            }
        }
    }
}

#[test]
fn what_the_documents_programs_miss_comes_from_our_headers_alone() {
    let old_c = Fails(&["'sleep'", "incompatible pointer to integer conversion"]);
    try_all(STRICT_C, "originals/server.c", &["", "-std=gnu2x"], "", &Fails(&["'sleep'"]));
    try_all(STRICT_C, "originals/server.c", &[""], "", &old_c);
    try_all(STRICT_C, "originals/server.c", &[""], &ours("-DSHMSAN_NO_LEGACY"), &old_c);
    try_all(STRICT_C, "originals/server.c", &["-std=gnu89", "-std=c99", "-std=gnu2x"], &ours(""), &Compiles);
    try_all(CPP, "originals/writer.cpp", &["-std=c++14"], "", &Fails(&["gets"]));
    try_all(CPP, "originals/writer.cpp", &["-std=c++17"], &ours("-DSHMSAN_NO_LEGACY"), &Fails(&["gets"]));
    try_all(CPP, "originals/writer.cpp", &["-std=c++11", "-std=c++14", "-std=c++20"], &ours(""), &Compiles);
}

#[test]
fn legacy_leaves_a_compiler_alone_that_only_warns() {
    let flags = ours("-Werror=int-conversion");
    try_all(LENIENT_C, "originals/server.c", &[""], &flags, &Fails(&["incompatible pointer to integer conversion"]));
    let flags = ours("-Werror=implicit-function-declaration");
    try_all(LENIENT_C, "originals/server.c", &[""], &flags, &Fails(&["'sleep'"]));
    try_all(LENIENT_C, "headers/own_sleep.c", &[""], &ours(""), &Compiles);
}

#[test]
fn a_sleep_unlike_libcs_needs_no_legacy() {
    try_all(STRICT_C, "headers/own_sleep.c", &[""], &ours(""), &Fails(&["'sleep'"]));
    try_all(C, "headers/own_sleep.c", &[""], &ours("-DSHMSAN_NO_LEGACY"), &Compiles);
    // C90 lets a program call what is not declared: nothing to add there.
    try_all(STRICT_C, "headers/own_sleep.c", &["-std=gnu89"], &ours(""), &Compiles);
}

#[test]
fn a_macro_of_the_programs_own_stays() {
    try_all(STRICT_C, "headers/calls.c", &["-std=c99"], &ours("-Dsleep(seconds)=0"), &Compiles);
    try_all(CPP, "headers/names.cpp", &["-std=c++17"], &ours("-Dgets(s)=s"), &Compiles);
}

#[test]
fn calls_compile_in_every_mode_without_a_warning() {
    try_all(C, "headers/calls.c", C_MODES, &ours(PEDANTIC), &Compiles);
    let cpp = ours(&format!("-x c++ {PEDANTIC}"));
    try_all(CPP, "headers/calls.c", CPP_MODES, &cpp, &Compiles);
    try_all(CPP, "headers/calls.c", CPP_MODES, &format!("-DSHMSAN_MACROS {cpp}"), &Compiles);
}

#[test]
fn what_is_no_call_is_left_as_written() {
    try_all(C, "headers/names.c", C_MODES, &ours(PEDANTIC), &Compiles);
    try_all(C, "headers/compound_literals.c", &["-std=c99", "-std=gnu2x"], &ours(PEDANTIC), &Compiles);
    // C23 has no such declarations, and clang since 15 warns of them in every mode.
    let modes = C_MODES.iter().copied().filter(|&mode| mode != "-std=gnu2x").collect::<Vec<_>>();
    let flags = format!("{PEDANTIC} -Wno-unknown-warning-option -Wno-strict-prototypes -Wno-deprecated-non-prototype");
    try_all(C, "headers/old_declarations.c", &modes, &ours(&flags), &Compiles);
}

#[test]
fn a_prototype_after_the_header_needs_no_macros() {
    let modes = &["-std=gnu89", "-std=gnu2x"];
    try_all(C, "headers/prototypes.c", modes, &ours("-Werror"), &Compiles);
    try_all(C, "headers/prototypes.c", modes, &ours("-DAFTER"), &Fails(&["expected"]));
    try_all(C, "headers/prototypes.c", modes, &ours("-DAFTER -DSHMSAN_NO_MACROS"), &Compiles);
}

#[test]
fn the_headers_can_come_alone_in_any_order_and_twice() {
    for flags in ["", "-DSHMSAN_FIRST", "-DSHMSAN_NO_MACROS", "-DSHMSAN_NO_LEGACY"] {
        try_all(C, "headers/both.c", &["-ansi", "-std=gnu2x"], &ours(&format!("{PEDANTIC} {flags}")), &Compiles);
        let cpp = ours(&format!("-x c++ {PEDANTIC} {flags}"));
        try_all(CPP, "headers/both.c", &["-std=c++98", "-std=c++20"], &cpp, &Compiles);
    }
    let (c, cpp) = (ours(PEDANTIC), ours(&format!("-x c++ {PEDANTIC}")));
    try_all(C, "headers/only_shmsan.c", C_MODES, &c, &Compiles);
    try_all(CPP, "headers/only_shmsan.c", CPP_MODES, &cpp, &Compiles);
    let legacy = "-include shmsan/legacy.h";
    try_all(C, "headers/only_shmsan.c", &["-ansi"], &format!("{c} {legacy}"), &Compiles);
    try_all(CPP, "headers/only_shmsan.c", &["-std=c++17"], &format!("{cpp} {legacy}"), &Compiles);
    try_all(C, "headers/only_shmsan.c", &[""], "", &Fails(&["shmsan.h"]));
}

#[test]
fn a_second_copy_of_the_headers_further_on_the_path_does_no_harm() {
    let copy = folder().join("second");
    for file in ["sys/shm.h", "shmsan/legacy.h", "shmsan.h"] {
        let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("include").join(file), copy.join(file));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    }
    let path = [OsStr::new("-I"), copy.as_os_str()];
    for (compilers, file) in [(C, "headers/calls.c"), (CPP, "headers/names.cpp")] {
        for compiler in found(compilers) {
            compile(&compiler, &[file], &ours("-Werror -fsyntax-only"), &path)
                .unwrap_or_else(|errors| panic!("{file} with {compiler:?}:\n{errors}"));
        }
    }
}

#[test]
fn methods_and_namespaces_may_have_the_names() {
    try_all(CPP, "headers/names.cpp", CPP_MODES, &ours(PEDANTIC), &Compiles);
    try_all(CPP, "headers/names.cpp", &["-std=c++17"], &ours("-DSHMSAN_MACROS"), &Fails(&["shmsan_"]));
}

#[test]
fn a_gets_of_the_programs_own_is_preferred() {
    for compiler in found(CPP) {
        for form in ["EXTERN_C", "FUNCTION", "CONSTANT", "STRING", "TEMPLATE", "NAMESPACE", "METHOD"] {
            let flags = format!("-std=c++17 {PEDANTIC} -D{form}");
            let program = link(&compiler, &["headers/own_gets.cpp"], &flags, &[])
                .unwrap_or_else(|errors| panic!("{form} with {compiler:?}:\n{errors}"));
            let ran = Run::new(program, Way::Bare).shared_namespace().go();
            assert!(ran.status.success(), "{form} with {compiler:?}: {ran:?}");
        }
        // The same program without a gets of its own: it is shmsan's that does not link.
        let errors = link(&compiler, &["headers/own_gets.cpp"], "-std=c++17", &[]).unwrap_err();
        assert!(errors.contains("shmsan_gets_at"), "{errors}");
    }
}

const CALLS: &str = "\
shmget 27 at folder/sites.c:20 in main
shmctl 5 at folder/sites.c:21 in main
ftok 65 at nested.c:10 in nested
shmget 27 at nested.c:10 in nested
shmat 7 at nested.c:10 in nested
shmdt 1 at nested.c:10 in nested
shmget 2, no site
shmdt 0, no site
";

#[test]
fn the_macros_tell_file_line_and_function() {
    for compiler in found(C) {
        let expected = format!("{CALLS}shmctl 6 at literals.c:30 in main\nshmctl 7, no site\n");
        assert_eq!(recorded(&compiler, "headers/sites.c", "-std=c99"), expected, "{compiler:?}");
    }
    for compiler in found(CPP) {
        let printed = recorded(&compiler, "headers/sites.c", "-x c++ -DSHMSAN_MACROS");
        assert_eq!(printed, CALLS, "{compiler:?}");
    }
}

#[test]
fn a_checked_gets_tells_file_line_and_function() {
    for compiler in found(CPP) {
        for mode in ["c++14", "c++17", "c++20"] {
            let printed = recorded(&compiler, "headers/gets_site.cpp", &format!("-std={mode} -x c++"));
            assert_eq!(
                printed,
                "gets 1 at folder/gets_site.cpp:30 in main\n\
                 gets 1 at reader.cpp:10 in read\n\
                 gets 1 at namespace.cpp:20 in fill\n\
                 gets 1 at folder/gets_site.cpp:33 in operator()\n\
                 gets 0 at folder/gets_site.cpp:34 in main\n",
                "{compiler:?} {mode}"
            );
        }
    }
}

//! Call sites as they are printed: from debug information, from symbol tables, and what is said where there is neither.

mod languages;
mod separate;
mod stacks;
mod wrong;

use crate::harness::{Run, Way, find_compiler, library_folder, source};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

/// Where `queue.c` makes its segment, and where that is inlined into.
const GET: &str = "get_segment at src/queue.c:8";
const OPEN: &str = "open_queue at src/queue.c:13";

/// A folder in which a program is built as its programmer would: by names that are relative to it.
struct Workshop(tempfile::TempDir);

impl Workshop {
    /// With these files of c-tests in its folder src/.
    fn with(sources: &[&str]) -> Self {
        let workshop = Self(tempfile::tempdir().unwrap());
        for folder in ["src", "support"] {
            std::fs::create_dir(workshop.path(folder)).unwrap();
        }
        std::fs::copy(source("support/check.h"), workshop.path("support/check.h")).unwrap();
        for name in sources {
            std::fs::copy(source(&format!("sites/{name}")), workshop.path("src").join(name)).unwrap();
        }
        workshop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a tool here; panics with its words.
    fn tool(&self, program: impl AsRef<OsStr>, arguments: &[&str]) {
        let output = Command::new(&program).args(arguments).current_dir(self.0.path()).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}\n{words}", program.as_ref().display());
    }

    /// A preloaded run of a program that was built here.
    fn run(&self, program: &str) -> Run {
        Run::new(self.path(program), Way::Preloaded).folder(self.0.path())
    }

    /// The lines of the first stack that a preloaded run prints.
    fn stack(&self, program: &str, options: &str) -> Vec<String> {
        first_stack(&self.run(program).options(options).go().stderr)
    }
}

/// `function at file:line` of each line of the first stack.
fn first_stack(stderr: &str) -> Vec<String> {
    let frames = stderr.lines().skip_while(|line| !line.starts_with("    #"));
    let frames = frames.take_while(|line| line.starts_with("    #"));
    frames.filter_map(|line| Some(line.split_once(' ')?.1.trim_start().split_once(' ')?.1.to_owned())).collect()
}

/// `function at src/FILE:LINE`, where `text` first stands in that file of c-tests/sites.
fn at(function: &str, file: &str, text: &str) -> String {
    let source = std::fs::read_to_string(source(&format!("sites/{file}"))).unwrap();
    let line = source.lines().position(|line| line.contains(text)).unwrap() + 1;
    format!("{function} at src/{file}:{line}")
}

/// A place in a module with its numbers left out: `open_queue+OFF (queue+OFF)`.
fn without_offsets(frame: &str) -> String {
    crate::harness::normalise(frame).trim_end().to_owned()
}

#[test]
fn the_command_names_a_file_as_the_program_does() {
    let workshop = Workshop::with(&["queue.c"]);
    let shmsan = library_folder().join("shmsan");
    for format in ["-gdwarf-5", "-gdwarf-4", "-gz"] {
        workshop.tool("gcc", &["-g", format, "src/queue.c", "-o", "queue"]);
        let command = Run::new(&shmsan, Way::Bare).arg("run").arg("--trace").arg("./queue");
        let ran = command.folder(workshop.path("").as_path()).go();
        assert!(ran.stderr.contains(&format!("> at {}\n", GET.split(' ').next_back().unwrap())), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("    #0 {GET}\n")), "{}", ran.stderr);
        assert!(!ran.stderr.contains("/src/queue.c"), "{}", ran.stderr);
    }
}

#[test]
fn a_place_is_a_line_with_the_file_as_the_compiler_was_given_it() {
    const TEST: &str = "a_place_is_a_line_with_the_file_as_the_compiler_was_given_it";
    let workshop = Workshop::with(&["queue.c"]);
    for name in ["gcc", "clang-14", "clang-19", "clang-22"] {
        let Some(compiler) = find_compiler(name, TEST) else { continue };
        for flags in [["-gdwarf-4", "-pie", "-fPIE"], ["-gdwarf-5", "-no-pie", "-O2"], ["-gdwarf-5", "-pie", "-fPIE"]] {
            let build = [flags.as_slice(), &["src/queue.c", "-o", "queue"]].concat();
            workshop.tool(&compiler.program, &build);
            let ran = workshop.run("queue").go();
            assert_eq!(first_stack(&ran.stderr), [GET, OPEN], "{name} {flags:?}\n{}", ran.stderr);
            let summary = "SUMMARY: shmsan: leaked-segment at src/queue.c:8 in get_segment\n";
            assert!(ran.stderr.ends_with(summary), "{name} {flags:?}\n{}", ran.stderr);
            let traced = workshop.run("queue").options("trace=1").go().stderr;
            assert!(traced.contains("> at src/queue.c:8\n"), "{name} {flags:?}\n{traced}");
        }
    }
}

#[test]
fn the_macros_and_the_debug_information_say_the_same() {
    let workshop = Workshop::with(&["queue.c"]);
    let include = source("").parent().unwrap().join("include").display().to_string();
    let library = library_folder().join("libshmsan.a").display().to_string();
    let build = |more: &[&str]| {
        let flags = ["-g", "src/queue.c", "-I", &include, &library, "-o", "queue", "-pthread"];
        workshop.tool("gcc", &[&flags, more].concat());
        let stack = |options| first_stack(&Run::new(workshop.path("queue"), Way::Bare).options(options).go().stderr);
        (stack(""), stack("context_size=2"))
    };
    let whole = [GET, OPEN, "main at src/queue.c:19"].map(str::to_owned).to_vec();
    for flags in [&[][..], &["-static"], &["-static-pie"], &["-O2"]] {
        assert_eq!(build(flags), (vec![GET.to_owned()], whole.clone()), "{flags:?}");
        let read = build(&[flags, &["-DSHMSAN_NO_MACROS"]].concat());
        assert_eq!(read, (vec![GET.to_owned(), OPEN.to_owned()], whole.clone()), "{flags:?} without macros");
    }
}

#[test]
fn without_debug_information_a_symbol_table_names_the_function() {
    let workshop = Workshop::with(&["queue.c"]);
    let seen = |options: &str| {
        let stack = workshop.stack("queue", options);
        stack.iter().map(|frame| without_offsets(frame)).collect::<Vec<_>>()
    };
    workshop.tool("gcc", &["src/queue.c", "-o", "queue", "-rdynamic"]);
    assert_eq!(seen(""), ["open_queue+OFF (queue+OFF)"]);
    workshop.tool("strip", &["queue"]);
    assert_eq!(seen(""), ["open_queue+OFF (queue+OFF)"], "by .dynsym");
    workshop.tool("gcc", &["src/queue.c", "-o", "queue"]);
    assert_eq!(seen("context_size=2"), ["open_queue+OFF (queue+OFF)", "main+OFF (queue+OFF)"]);
    let traced = workshop.run("queue").options("trace=1").go().stderr;
    let place = traced.lines().find_map(|line| Some(line.split_once("> at ")?.1)).unwrap_or_default();
    assert_eq!(without_offsets(place), "open_queue+OFF (queue+OFF)", "{traced}");
    workshop.tool("strip", &["queue"]);
    assert_eq!(seen(""), ["(queue+OFF)"]);
    workshop.tool("gcc", &["-g", "src/queue.c", "-o", "queue"]);
    assert_eq!(seen("symbolize=0"), ["(queue+OFF)"]);
}

#[test]
fn the_prefix_of_a_path_is_left_out_on_demand() {
    let workshop = Workshop::with(&["queue.c"]);
    let file = workshop.path("src/queue.c").canonicalize().unwrap().display().to_string();
    workshop.tool("gcc", &["-g", &file, "-o", "queue"]);
    assert_eq!(workshop.stack("queue", "")[0], format!("get_segment at {file}:8"), "as the compiler was given it");
    assert_eq!(workshop.stack("queue", "strip_path_prefix=/src/")[0], "get_segment at queue.c:8");
    let folder = file.strip_suffix("src/queue.c").unwrap();
    assert_eq!(workshop.stack("queue", &format!("strip_path_prefix='{folder}'"))[0], GET);
}

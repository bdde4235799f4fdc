//! The README and the guides keep their word: their commands run as they stand there.

use super::harness::{Run, Way, compile, is_release, library_folder, private_namespaces_allowed, say, scratch, source};
use shmsan_core::rule;
use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

const GUIDES: [&str; 4] = ["docs/ci.md", "docs/enospc.md", "docs/corruption.md", "docs/teaching.md"];

fn text_of(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn readme() -> String {
    text_of("README.md")
}

/// The indented lines outside the fenced ones, without what stands behind a `#`.
fn commands(text: &str) -> Vec<String> {
    let outside_fences = text.split("```").step_by(2);
    let indented = outside_fences.flat_map(str::lines).filter_map(|line| line.strip_prefix("    "));
    indented.map(|line| line.split('#').next().unwrap().trim_end().to_owned()).collect()
}

/// A folder that looks like a checkout in which `make` has been run, with a program in it.
fn checkout(name: &str) -> PathBuf {
    let folder = scratch(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("target")).unwrap();
    symlink(library_folder(), folder.join("target/release")).unwrap();
    symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("include"), folder.join("include")).unwrap();
    symlink(source(""), folder.join("c-tests")).unwrap();
    std::fs::copy(compile("originals/example.c", Way::Bare), folder.join("program")).unwrap();
    folder
}

#[test]
fn each_command_of_the_readme_does_what_it_says() {
    let folder = checkout("readme");
    let mut run = 0;
    for command in commands(&readme()) {
        // These two are what CI and the reader of this line have just run.
        if command == "make demo" || command == "make test" {
            continue;
        }
        let ran = Run::script(&command, Way::Bare).folder(&folder).go();
        assert_eq!(ran.status.code(), Some(0), "{command}\n{}", ran.stderr);
        run += 1;
    }
    assert_eq!(run, 4, "{:?}", commands(&readme()));
}

/// Before each guide's commands: the command is installed, and somebody has left a segment.
const BEFORE: &str = "PATH=$PWD/target/release:$PATH\n\"$MAKER\" key 0x162e make 27\n";

#[test]
fn each_command_of_the_guides_does_what_it_says() {
    if !private_namespaces_allowed() {
        return say("skipped: each_command_of_the_guides_does_what_it_says: no private IPC namespace is allowed here");
    }
    for guide in GUIDES {
        let folder = checkout("guide");
        let commands = commands(&text_of(guide));
        assert!(commands.len() >= 3, "{guide}: {commands:?}");
        let script = format!("{BEFORE}set -x\n{}", commands.join("\n"));
        let ran =
            Run::script(&script, Way::Bare).env("MAKER", compile("ledger/maker.c", Way::Bare)).folder(&folder).go();
        assert_eq!(ran.status.code(), Some(0), "{guide}\n{}{}", ran.stdout, ran.stderr);
    }
}

/// The rows of the table of the tutorials, as cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().skip_while(|line| !line.starts_with("| line | shmsan |"));
    rows.take_while(|line| line.starts_with('|')).map(|row| row.split(" | ").collect()).collect()
}

/// `BLESS=1` writes the table anew.
#[test]
fn the_table_of_the_tutorials_is_what_its_script_finds() {
    if is_release() {
        return say(
            "skipped: the_table_of_the_tutorials_is_what_its_script_finds: that was compared without optimisation",
        );
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/tutorials.sh");
    let ran = Run::new(script, Way::Bare).arg("--markdown").arg(library_folder()).limit(Duration::from_mins(4)).go();
    assert_eq!(ran.status.code(), Some(0), "{}{}", ran.stdout, ran.stderr);
    let (readme, found) = (readme(), rows(&ran.stdout));
    let wanted = rows(&readme);
    if std::env::var_os("BLESS").is_some() {
        let table = |rows: &[Vec<&str>]| rows.iter().fold(String::new(), |text, row| text + &row.join(" | ") + "\n");
        let text = readme.replace(&table(&wanted), &table(&found));
        return std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), text).unwrap();
    }
    assert_eq!(wanted.len(), found.len(), "{}", ran.stdout);
    for (wanted, found) in wanted.iter().zip(&found) {
        // A tool may be missing here, and a compiler has its own words.
        let same = |(wanted, found): (&&str, &&str)| wanted == found || found.starts_with("not installed");
        assert_eq!(wanted[..2], found[..2], "{}", ran.stdout);
        assert!(wanted[3..].iter().zip(&found[3..]).all(same), "{wanted:?} {found:?}");
    }
}

#[test]
fn the_two_commands_stand_near_the_top() {
    assert_eq!(commands(&readme())[..2], ["make demo", "make test"]);
}

#[test]
fn the_rules_of_the_readme_are_those_of_the_library() {
    let readme = readme();
    let rows = readme.lines().skip_while(|line| !line.starts_with("| about | rules |")).skip(2);
    let cells = rows.take_while(|line| line.starts_with("| ")).filter_map(|line| line.split(" | ").nth(1));
    let named: BTreeSet<_> = cells
        .flat_map(|cell| cell.trim_end_matches(" |").split(", "))
        .filter_map(|name| name.split(' ').next())
        .collect();
    assert_eq!(named, rule::all().map(|rule| rule.id).collect::<BTreeSet<_>>());
}

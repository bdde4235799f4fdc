//! The README keeps its word: its commands run as they stand there.

use super::harness::{Run, Way, compile, library_folder, scratch, source};
use shmsan_core::rule;
use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The indented lines outside the fenced ones, without what stands behind a `#`.
fn commands() -> Vec<String> {
    let readme = readme();
    let outside_fences = readme.split("```").step_by(2);
    let indented = outside_fences.flat_map(str::lines).filter_map(|line| line.strip_prefix("    "));
    indented.map(|line| line.split('#').next().unwrap().trim_end().to_owned()).collect()
}

/// A folder that looks like a checkout in which `make` has been run, with a program in it.
fn checkout() -> PathBuf {
    let folder = scratch("readme");
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
    let folder = checkout();
    let mut run = 0;
    for command in commands() {
        // These two are what CI and the reader of this line have just run.
        if command == "make demo" || command == "make test" {
            continue;
        }
        let ran = Run::script(&command, Way::Bare).folder(&folder).go();
        assert_eq!(ran.status.code(), Some(0), "{command}\n{}", ran.stderr);
        run += 1;
    }
    assert_eq!(run, 4, "{:?}", commands());
}

#[test]
fn the_two_commands_stand_near_the_top() {
    assert_eq!(commands()[..2], ["make demo", "make test"]);
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

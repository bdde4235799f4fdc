//! docs/options.md and the README are the table's, and help=1 shows all of it.

use super::plain;
use crate::harness::{Way, expect_file};
use shmsan_core::options::{documented, page};
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_page_of_the_options_is_the_tables() {
    expect_file(&root().join("docs/options.md"), &page());
}

#[test]
fn the_options_of_the_readme_are_those_of_the_table() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.lines().skip_while(|line| *line != "| option | default | meaning |").skip(2);
    let shown: Vec<_> = table.take_while(|line| line.starts_with('|')).map(str::to_owned).collect();
    let wanted: Vec<_> = documented()
        .map(|option| {
            let default = if option.default.is_empty() { "none" } else { option.default };
            format!("| {} | {default} | {} |", option.name, option.meaning)
        })
        .collect();
    assert_eq!(shown, wanted, "the table should be\n{}", wanted.join("\n"));
}

#[test]
fn help_shows_every_option_and_the_program_runs_on() {
    let folder = tempfile::tempdir().unwrap();
    for way in Way::SHIMMED {
        let ran = plain(way, "help=1:detect_leaks=0", folder.path());
        for option in documented() {
            let begin = format!("\n  {}=", option.name);
            assert!(ran.stderr.contains(&begin), "{}: {}", option.name, ran.stderr);
        }
        assert!(ran.stderr.contains("\n  detect_leaks=0 (0 or 1; default 1)\n"), "{}", ran.stderr);
        let mut help = ran.stderr.lines().take_while(|line| !line.starts_with("=="));
        assert!(help.all(|line| line.chars().count() <= 80), "{}", ran.stderr);
    }
}

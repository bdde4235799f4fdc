//! The journal of `shmsan run`: what had come back to the program is in it, whenever the program is killed; and the program
//! does not notice that there is one.

use crate::harness::{Ran, Run, Way, compile};
use shmsan_core::event::Event;
use shmsan_core::record::{Beginning, Record, Slot, Stored, USED, look};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What one process wrote.
#[derive(Default)]
struct Journal {
    files: Vec<(u32, Vec<Record>)>,
    strays: usize,
}

impl Journal {
    fn calls(&self) -> impl Iterator<Item = &Event> {
        let records = self.files.iter().flat_map(|(_, records)| records);
        records.filter_map(|record| if let Record::Call(event) = record { Some(event) } else { None })
    }
}

/// The journals in the folder, by pid.
fn read(folder: &Path) -> HashMap<i32, Journal> {
    let mut journals: HashMap<i32, Journal> = HashMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            // The mark of a program that runs.
            continue;
        }
        let bytes = fs::read(path).unwrap();
        let slots: Vec<Slot> = bytes
            .chunks_exact(size_of::<Slot>())
            .map(|slot| std::array::from_fn(|word| u64::from_ne_bytes(slot[word * 8..][..8].try_into().unwrap())))
            .collect();
        let used = usize::try_from(slots.as_flattened().get(USED).copied().unwrap_or_default()).unwrap();
        if used == 0 {
            // Killed while it made the file.
            continue;
        }
        let beginning = Beginning::load(slots.first_chunk().unwrap()).expect("a beginning");
        let journal = journals.entry(beginning.pid).or_default();
        let (mut next, mut records) = (Beginning::LEN, Vec::new());
        while next < used {
            let stored = look(&slots[next..used]);
            next += stored.as_ref().map_or(1, Stored::slots);
            match stored.and_then(|stored| Record::load(&stored, beginning.pid)) {
                Some(record) => records.push(record),
                None => journal.strays += 1,
            }
        }
        journal.files.push((beginning.number, records));
        journal.files.sort_by_key(|(number, _)| *number);
    }
    journals
}

fn session(folder: &TempDir) -> String {
    format!("trace:{}", folder.path().display())
}

/// Each line holds a pid and how many calls had come back; returns how many processes there were.
fn check(ran: &Ran, folder: &Path) -> usize {
    assert!(ran.status.success(), "{ran:?}");
    let journals = read(folder);
    let mut lines = 0;
    for line in ran.stdout.lines().filter(|line| *line != "back") {
        let (pid, returned) = line.split_once(' ').unwrap();
        let returned: usize = returned.parse().unwrap();
        lines += 1;
        let Some(journal) = journals.get(&pid.parse().unwrap()) else {
            assert_eq!(returned, 0, "pid {pid} has no journal");
            continue;
        };
        let stored = journal.calls().count();
        // The one that was on its way back may be there.
        assert!(
            (returned..=returned + 1).contains(&stored),
            "pid {pid}: {returned} calls came back, {stored} are stored"
        );
        assert_eq!(journal.strays, 0, "pid {pid}");
        let numbers: Vec<_> = journal.files.iter().map(|(number, _)| *number as usize).collect();
        assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>(), "pid {pid}");
    }
    lines
}

#[test]
fn what_had_come_back_is_in_the_journal_of_a_process_that_was_killed_at_any_moment() {
    let program = compile("journal/killed.c", Way::Preloaded);
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::new(&program, Way::Preloaded).arg("100").env("SHMSAN_SESSION", session(&folder));
        assert_eq!(check(&run.go(), folder.path()), 100);
    }
}

/// Kills a process at every `stride`th instruction of the call after `before` others.
fn step_through(before: usize, stride: usize) {
    const ROUNDS: usize = 60;
    let program = compile("journal/stepped.c", Way::Preloaded);
    for part in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let first = part * ROUNDS * stride;
        let arguments = [before, first, stride, ROUNDS];
        let mut run = Run::new(&program, Way::Preloaded).env("SHMSAN_SESSION", session(&folder));
        for argument in arguments {
            run = run.arg(argument.to_string());
        }
        let ran = run.go();
        check(&ran, folder.path());
        if ran.stdout.ends_with("back\n") {
            let steps = first + ran.stdout.lines().count() * stride;
            assert!(steps > 500, "it was over in no time: {}", ran.stdout);
            return;
        }
    }
}

/// Every instruction takes minutes: that is for SHMSAN_EVERY_INSTRUCTION=1. Else some are left out.
fn stride(usual: usize) -> usize {
    if std::env::var_os("SHMSAN_EVERY_INSTRUCTION").is_some() { 1 } else { usual }
}

#[test]
fn nothing_is_lost_at_any_instruction_of_the_writer() {
    step_through(5, stride(7));
}

/// So many calls fill so much of a file; what else stands there takes the place of some.
fn calls_until_full(bytes: usize) -> usize {
    const OF_A_STATUS: usize = 4;
    bytes / size_of::<Slot>() / OF_A_STATUS
}

#[test]
fn nothing_is_lost_at_any_instruction_that_makes_room_in_the_file() {
    for before in calls_until_full(1 << 16) - 6..calls_until_full(1 << 16) {
        step_through(before, stride(61));
    }
}

#[test]
fn nothing_is_lost_where_one_file_ends_and_the_next_begins() {
    for before in calls_until_full(1 << 20) - 6..calls_until_full(1 << 20) {
        step_through(before, stride(311));
    }
}

//! The session's folder: files appear there as processes make their first call, and are taken away when they were read.

use super::process::{Number, Process};
use super::reader::{Reader, Refused};
use super::{Said, What};
use rustix::fs::{AtFlags, Dir, statat, unlinkat};
use shmsan_core::record::Record;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

/// Everything the processes of the run have said so far.
pub struct Journal {
    folder: OwnedFd,
    files: HashMap<OsString, File>,
    processes: Vec<Process>,
    by_token: HashMap<(u64, u32), Number>,
    pub trouble: Trouble,
}

/// What makes the journal less than whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Files that no process of ours made.
    pub foreign: usize,
    /// Files of other users, which an ordinary user cannot read.
    pub unreadable: usize,
    /// Slots that made no sense.
    pub strays: usize,
}

enum File {
    Reader(Box<Reader>, Number),
    Refused,
}

/// Shorter names are no journals': a mark's is a pid.
const SHORTEST: usize = 16;

/// More are not looked at: a folder with so many was filled on purpose.
const MOST_FILES: usize = 1 << 20;

impl Journal {
    /// Of the folder that the processes write into.
    pub fn new(folder: OwnedFd) -> Self {
        let (files, by_token) = (HashMap::new(), HashMap::new());
        Self { folder, files, processes: Vec::new(), by_token, trouble: Trouble::default() }
    }

    pub fn process(&self, Number(number): Number) -> &Process {
        &self.processes[number]
    }

    /// The process is over, or another program runs in it.
    pub fn note_gone(&mut self, number: Number) {
        let pid = self.process(number).pid;
        self.processes[number.0].gone = true;
        if self.last_of(pid).is_some_and(|(last, _)| last == number) {
            // Where it is there: it may have been taken away.
            let _ = unlinkat(&self.folder, pid.to_string(), AtFlags::empty());
        }
    }

    /// Who forked it with something attached; the files of both may be found in any order.
    pub fn forker_of(&self, number: Number) -> Option<Number> {
        let origin = Some(self.process(number).origin).filter(|origin| *origin != 0)?;
        // It may have become another user since.
        self.by_token.iter().find(|((token, _), _)| *token == origin).map(|(_, forker)| *forker)
    }

    /// Whether that process still runs, or ran to its end, the program that its journal tells of: another one that knows of the run
    /// takes the mark away.
    pub fn is_marked(&self, Number(number): Number) -> bool {
        let name = self.processes[number].pid.to_string();
        statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Whether everything that was written could be read.
    pub fn is_whole(&self) -> bool {
        self.trouble == Trouble::default()
    }

    /// The program that ran last in a process.
    pub fn last_of(&self, pid: i32) -> Option<(Number, &Process)> {
        self.processes().filter(|(_, process)| process.pid == pid).max_by_key(|(_, process)| process.first)
    }

    pub fn processes(&self) -> impl Iterator<Item = (Number, &Process)> {
        (0..).map(Number).zip(&self.processes)
    }

    /// What came since it was asked last; each process's in its order.
    pub fn read(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        self.look_for_new(&mut said);
        let mut files: Vec<_> = self.files.iter_mut().collect();
        // The files of one process in their order.
        files.sort_by_key(|(_, file)| match file {
            File::Reader(reader, _) => reader.beginning.number,
            File::Refused => 0,
        });
        for (_, file) in files {
            let File::Reader(reader, number) = file else { continue };
            let process = &mut self.processes[number.0];
            self.trouble.strays += reader.read(&mut |record| said.extend(take(process, *number, record)));
        }
        said
    }

    fn look_for_new(&mut self, said: &mut Vec<Said>) {
        let Ok(entries) = Dir::read_from(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if matches!(name.as_bytes(), b"." | b"..")
                || name.as_bytes().iter().all(u8::is_ascii_digit) && name.len() < SHORTEST
                || self.files.contains_key(name)
                || self.files.len() >= MOST_FILES
            {
                continue;
            }
            let file = match Reader::open(self.folder.as_fd(), name) {
                Ok(reader) => {
                    let number = self.number(&reader, said);
                    File::Reader(Box::new(reader), number)
                }
                Err(Refused::NotYet) => continue,
                Err(Refused::Foreign) => {
                    self.trouble.foreign += 1;
                    File::Refused
                }
                Err(Refused::Unreadable) => {
                    self.trouble.unreadable += 1;
                    File::Refused
                }
            };
            self.files.insert(name.to_owned(), file);
        }
    }

    /// The process that the file is of. A token counts for the owner of its first file alone, or anybody could speak for it.
    fn number(&mut self, reader: &Reader, said: &mut Vec<Said>) -> Number {
        let Self { processes, by_token, .. } = self;
        *by_token.entry((reader.beginning.token, reader.uid)).or_insert_with(|| {
            processes.push(Process::new(&reader.beginning));
            let process = Number(processes.len() - 1);
            said.push(Said { process, what: What::Began(reader.beginning.time) });
            process
        })
    }

    /// Takes away the files that nobody writes any more, all of which was read.
    pub fn tidy(&mut self, is_over: impl Fn(&Process) -> bool) {
        let Self { folder, files, processes, .. } = self;
        let mut last: HashMap<Number, u32> = HashMap::new();
        for file in files.values() {
            if let File::Reader(reader, number) = file {
                let last = last.entry(*number).or_default();
                *last = (*last).max(reader.beginning.number);
            }
        }
        files.retain(|name, file| {
            let File::Reader(reader, number) = file else { return true };
            let followed = last.get(number).is_some_and(|last| *last > reader.beginning.number);
            if !followed && !is_over(&processes[number.0]) {
                return true;
            }
            // What it wrote since it was read last, before it went on or ended.
            let gone = reader.is_read() && unlinkat(&*folder, name, AtFlags::empty()).is_ok();
            !gone
        });
    }
}

/// What the record adds to what is known of its process, or is to be told.
fn take(process: &mut Process, number: Number, record: Record) -> Option<Said> {
    let what = match record {
        Record::Call(event) => What::Call(event),
        Record::Finding(finding) => What::Finding(finding),
        Record::End(time) => {
            process.ended = true;
            What::End(time)
        }
        Record::Process(program) => {
            process.program = program;
            return None;
        }
        place => {
            process.places.learn(place);
            return None;
        }
    };
    Some(Said { process: number, what })
}

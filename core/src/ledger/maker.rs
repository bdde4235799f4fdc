//! What a ledger tells of one segment, read from a file that may be anybody's: bounded, and nothing in it is believed that
//! the kernel contradicts.

use super::{ENTRIES, Entry, Head, Sought, USED, place_of};
use crate::record::{self, Places, Process, Record, Slot};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

/// A ledger's file, as far as it can be read.
pub trait Pages {
    /// So many slots from this one on, at most; fewer where the file ends.
    fn slots(&self, from: usize, count: usize) -> Vec<Slot>;
    /// The first slot, from this one on, at which anything stands; `None` where nothing does.
    fn next(&self, from: usize) -> Option<usize>;
}

/// Who made a segment.
#[derive(Clone, Debug)]
pub struct Maker {
    pub told: Rc<Told>,
    pub entry: Entry,
}

/// What a process told of itself.
#[derive(Clone, Debug)]
pub struct Told {
    pub head: Head,
    /// Its program and arguments.
    pub process: Process,
    /// The folder it was in when it made its first segment; empty where that is not known.
    pub folder: Vec<u8>,
    pub places: Places,
    /// What keys were made of by ftok(3), by their numbers.
    paths: HashMap<u32, Vec<u8>>,
}

/// Entries are read in pieces of so many.
const PIECE: usize = 64;

impl Head {
    #[must_use]
    pub fn read(file: &dyn Pages) -> Option<Self> {
        Self::load(file.slots(0, Self::LEN).first_chunk()?)
    }

    /// Of the segment, where the process made it.
    #[must_use]
    pub fn entry(&self, file: &dyn Pages, sought: &Sought) -> Option<Entry> {
        if !self.may_tell_of(sought) {
            return None;
        }
        let slot = file.slots(place_of(sought.id, self.entries), 1);
        Entry::load(slot.first()?).filter(|entry| entry.is_of(sought))
    }

    /// Shows each segment of the file.
    pub fn each_entry(&self, file: &dyn Pages, visit: &mut dyn FnMut(&Entry) -> ControlFlow<()>) {
        let (mut from, end) = (ENTRIES, ENTRIES + self.entries);
        while let Some(at) = file.next(from).filter(|at| *at < end) {
            let at = at.max(from);
            let slots = file.slots(at, PIECE.min(end - at));
            let shown = slots.iter().filter_map(Entry::load).try_for_each(|entry| visit(&entry));
            if shown.is_break() || slots.is_empty() {
                return;
            }
            from = at + slots.len();
        }
    }
}

impl Told {
    #[must_use]
    pub fn read(file: &dyn Pages, head: Head) -> Self {
        let (process, folder) = (Process::default(), Vec::new());
        let mut told = Self { head, process, folder, places: Places::default(), paths: HashMap::new() };
        let slots = file.slots(0, ENTRIES);
        let used = slots.as_flattened().get(USED).and_then(|used| usize::try_from(*used).ok()).unwrap_or_default();
        let mut rest = slots.get(Head::LEN..used.min(slots.len())).unwrap_or_default();
        while !rest.is_empty() {
            let stored = record::look(rest);
            rest = &rest[stored.as_ref().map_or(1, record::Stored::slots)..];
            if let Some(record) = stored.and_then(|stored| Record::load(&stored, head.pid)) {
                told.learn(record);
            }
        }
        told
    }

    fn learn(&mut self, record: Record) {
        match self.places.learn(record) {
            Some(Record::Process(process)) => self.process = process,
            Some(Record::Folder(folder)) => self.folder = folder,
            Some(Record::Path(path)) => drop(self.paths.insert(path.number, path.text)),
            _ => {}
        }
    }
}

impl Maker {
    /// `None` where the file says nothing of the segment.
    #[must_use]
    pub fn read(file: &dyn Pages, sought: &Sought) -> Option<Self> {
        let head = Head::read(file)?;
        let entry = head.entry(file, sought)?;
        Some(Self { told: Rc::new(Told::read(file, head)), entry })
    }

    /// What the key was made of, as the program said it: it may begin at the folder that the program was in.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        self.told.paths.get(&self.entry.path).map(Vec::as_slice)
    }
}

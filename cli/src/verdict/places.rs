//! Places of all processes of the run under numbers of one kind: a site means nothing without the process it is of.

use crate::journal::{Journal, Number};
use crate::symbols::Symbols;
use shmsan_core::site::{Frame, Site, Spot};
use std::collections::HashMap;

#[derive(Default)]
pub struct Places {
    list: Vec<(Number, Site)>,
    numbers: HashMap<(Number, Site), u32>,
    /// Those that were looked up.
    frames: HashMap<u32, Vec<Frame>>,
    /// The numbers that stand for all that look the same.
    unlike: Vec<u32>,
}

impl Places {
    /// The site under a number of ours.
    pub fn keep(&mut self, process: Number, site: Site) -> Site {
        if site == Site::UNKNOWN {
            return site;
        }
        let Self { list, numbers, .. } = self;
        let number = numbers.entry((process, site)).or_insert_with(|| {
            list.push((process, site));
            u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
        });
        Site::of_source(*number)
    }

    /// Whose place it is.
    pub fn process(&self, site: Site) -> Option<Number> {
        self.find(site).map(|(_, (process, _))| process)
    }

    /// What can be printed of a site that was kept, the innermost frame first; never empty.
    pub fn frames(&mut self, site: Site, journal: &Journal, symbols: &mut Symbols) -> Vec<Frame> {
        let Some((number, (process, own))) = self.find(site) else { return vec![Frame::default()] };
        let look = || symbols.frames(&journal.process(process).places, own);
        self.frames.entry(number).or_insert_with(look).clone()
    }

    /// One site for all that look the same as this one, in programs of the same name: the first that was asked about.
    pub fn same(&mut self, site: Site, journal: &Journal, symbols: &mut Symbols) -> Site {
        let Some((number, (process, _))) = self.find(site) else { return site };
        let frames = self.frames(site, journal, symbols);
        let exe = |process| &journal.process(process).program.exe;
        let is_same = |other: &u32| {
            let (of, _) = self.list[*other as usize];
            exe(of) == exe(process) && self.frames.get(other).is_some_and(|others| look_alike(others, &frames))
        };
        let known = self.unlike.iter().copied().find(is_same);
        Site::of_source(known.unwrap_or_else(|| {
            self.unlike.push(number);
            number
        }))
    }

    fn find(&self, site: Site) -> Option<(u32, (Number, Site))> {
        let Spot::Source(number) = site.spot() else { return None };
        Some((number, *self.list.get(number as usize)?))
    }
}

/// Whether a reader could not tell them apart; the bare addresses differ from process to process.
fn look_alike(one: &[Frame], other: &[Frame]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.to_string() == other.to_string())
}

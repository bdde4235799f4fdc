//! What a process has told of its places, put together again: what the numbers and addresses of its calls stand for.

use super::{Module, Record, Source, Stack};
use crate::site::{Frame, Site, Spot, end_at_main};
use std::collections::HashMap;

/// Of one program in one process.
#[derive(Clone, Debug, Default)]
pub struct Places {
    sources: HashMap<u32, Source>,
    stacks: HashMap<u32, Stack>,
    /// The last one told stands for the addresses it takes.
    modules: Vec<Module>,
}

/// No process has more libraries that call us; beyond, the oldest are forgotten.
const MOST_MODULES: usize = 1024;
/// The library keeps no more of them.
const MOST_PLACES: usize = 8192;

impl Places {
    /// Takes in what tells of a place, and gives back what tells of something else.
    pub fn learn(&mut self, record: Record) -> Option<Record> {
        match record {
            Record::Source(source) if self.sources.len() < MOST_PLACES => {
                self.sources.insert(source.number, source);
            }
            Record::Stack(stack) if self.stacks.len() < MOST_PLACES => {
                self.stacks.insert(stack.number, stack);
            }
            Record::Module(module) => self.add_module(module),
            Record::Source(_) | Record::Stack(_) => {}
            other => return Some(other),
        }
        None
    }

    fn add_module(&mut self, module: Module) {
        if self.modules.contains(&module) {
            return;
        }
        if self.modules.len() == MOST_MODULES {
            self.modules.remove(0);
        }
        self.modules.push(module);
    }

    /// What can be printed of a site, the innermost frame first; empty where nothing was told of it. `at` looks up an address
    /// in the module that it lies in.
    pub fn frames(&self, site: Site, at: &mut dyn FnMut(usize, &Module) -> Vec<Frame>) -> Vec<Frame> {
        let mut at = |address| match self.module_at(address) {
            Some(module) => at(address, module),
            None => vec![Frame { address, ..Frame::default() }],
        };
        let Spot::Stack(number) = site.spot() else { return self.innermost(site, &mut at) };
        let Some(stack) = self.stacks.get(&number) else { return Vec::new() };
        let mut frames = self.innermost(stack.innermost, &mut at);
        let mut callers = stack.callers.iter().map(|address| at(*address));
        if let Spot::Source(_) = stack.innermost.spot() {
            // The macro has told more of it, but not what it was inlined into.
            frames.extend(callers.next().into_iter().flatten().skip(1));
        }
        frames.extend(callers.flatten());
        end_at_main(&mut frames);
        frames
    }

    fn innermost(&self, site: Site, at: &mut dyn FnMut(usize) -> Vec<Frame>) -> Vec<Frame> {
        match site.spot() {
            // One back: the call itself, and not the line after it.
            Spot::Return(address) => at(address.wrapping_sub(1)),
            Spot::Source(number) => self.sources.get(&number).map(Source::frame).into_iter().collect(),
            Spot::Unknown | Spot::Stack(_) => Vec::new(),
        }
    }

    /// The module that `address` lies in.
    #[must_use]
    pub fn module_at(&self, address: usize) -> Option<&Module> {
        self.modules.iter().rev().find(|module| (module.begin..module.end).contains(&address))
    }
}

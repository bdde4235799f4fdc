//! What a process has told of its places, put together again: what the numbers and addresses of its calls stand for.

use super::{Module, Record, Source, Stack};
use std::collections::HashMap;

/// Of one program in one process.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub sources: HashMap<u32, Source>,
    pub stacks: HashMap<u32, Stack>,
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

    /// The module that `address` lies in.
    #[must_use]
    pub fn module_at(&self, address: usize) -> Option<&Module> {
        self.modules.iter().rev().find(|module| (module.begin..module.end).contains(&address))
    }
}

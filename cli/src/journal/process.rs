//! One program in one process: an exec makes another of it.

use shmsan_core::record::{Beginning, Module, Source, Stack};
use shmsan_core::time::Time;
use std::collections::HashMap;

/// Of a process of the run, in the order in which they were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(pub usize);

#[derive(Debug)]
pub struct Process {
    pub pid: i32,
    /// Clock ticks since the machine began; 0 where that is not known.
    pub began: u64,
    /// When its first call was.
    pub first: Time,
    /// The IPC namespace it began in; 0 where that is not known.
    pub namespace: u64,
    /// The program's file.
    pub exe: Vec<u8>,
    /// Its arguments, each with a NUL behind it.
    pub arguments: Vec<u8>,
    /// Whether it said that it comes to its end.
    pub ended: bool,
    /// Whether it is over, or another program runs in it.
    pub gone: bool,
    pub sources: HashMap<u32, Source>,
    pub stacks: HashMap<u32, Stack>,
    /// The last one told stands for the addresses it takes.
    pub modules: Vec<Module>,
}

/// No process has more libraries that call us; beyond, the oldest are forgotten.
const MOST_MODULES: usize = 1024;
/// The library keeps no more of them.
const MOST_PLACES: usize = 8192;

impl Process {
    pub fn new(beginning: &Beginning) -> Self {
        let Beginning { pid, began, namespace, time, .. } = *beginning;
        Self {
            pid,
            began,
            first: time,
            namespace,
            exe: Vec::new(),
            arguments: Vec::new(),
            ended: false,
            gone: false,
            sources: HashMap::new(),
            stacks: HashMap::new(),
            modules: Vec::new(),
        }
    }

    pub fn add_module(&mut self, module: Module) {
        if self.modules.contains(&module) {
            return;
        }
        if self.modules.len() == MOST_MODULES {
            self.modules.remove(0);
        }
        self.modules.push(module);
    }

    pub fn add_source(&mut self, source: Source) {
        if self.sources.len() < MOST_PLACES {
            self.sources.insert(source.number, source);
        }
    }

    pub fn add_stack(&mut self, stack: Stack) {
        if self.stacks.len() < MOST_PLACES {
            self.stacks.insert(stack.number, stack);
        }
    }

    /// The module that `address` lies in.
    pub fn module_at(&self, address: usize) -> Option<&Module> {
        self.modules.iter().rev().find(|module| (module.begin..module.end).contains(&address))
    }

    /// Its arguments with spaces between them; the file's name where they are not known.
    pub fn command(&self) -> Vec<u8> {
        let mut command = self.arguments.clone();
        while command.last() == Some(&0) {
            command.pop();
        }
        command.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
        if command.is_empty() { self.exe.clone() } else { command }
    }
}

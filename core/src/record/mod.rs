//! The journal's binary form: what a process writes into its mapped file while it runs, and `shmsan run` reads, also after
//! a kill -9. Whoever reads it takes every byte for a claim. The ledger has some of the same records.
//!
//! A file begins with [`Beginning`]; behind it stand records. What is there is counted in the word [`USED`], which moves on
//! when a record is whole.

mod called;
mod detail;
mod file;
mod life;
pub(crate) mod place;
mod places;
mod slot;

pub use called::{store as call, store_briefly as brief_call};
pub use file::{Beginning, USED, VERSION};
pub use life::{Finding, Process, end, folder};
pub use place::{Module, Path, Proof, Source, Stack, fingerprint};
pub use places::Places;
pub use slot::{Slot, Stored, look, slots};
pub(crate) use slot::{high, low, pair};

use crate::event::Event;
use crate::time::Time;

// Kinds, in the first byte of a head. 1 is the slot's own.
const CALL: u8 = 2;
const SOURCE: u8 = 3;
const STACK: u8 = 4;
const MODULE: u8 = 5;
const PROCESS: u8 = 6;
const FINDING: u8 = 7;
const END: u8 = 8;
const FOLDER: u8 = 9;
const PATH: u8 = 10;

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "most records are calls")]
pub enum Record {
    Call(Event),
    Source(Source),
    Stack(Stack),
    Module(Module),
    Process(Process),
    Finding(Finding),
    End(Time),
    /// The folder that the process is in; in a ledger only.
    Folder(Vec<u8>),
    /// In a ledger only.
    Path(Path),
}

impl Record {
    /// Of the process `pid`; `None` where it says nothing that is known here.
    #[must_use]
    pub fn load(stored: &Stored, pid: i32) -> Option<Self> {
        Some(match slot::kind(&stored.head) {
            CALL => Self::Call(called::load(stored, pid)?),
            SOURCE => Self::Source(Source::load(stored)?),
            STACK => Self::Stack(Stack::load(stored)?),
            MODULE => Self::Module(Module::load(stored)?),
            PROCESS => Self::Process(Process::load(stored)?),
            FINDING => Self::Finding(Finding::load(stored)?),
            END => Self::End(Time(stored.head[1].cast_signed())),
            FOLDER => Self::Folder(stored.bytes.clone()),
            PATH => Self::Path(Path::load(stored)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;

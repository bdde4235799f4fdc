//! What shim and command share: the vocabulary, the rules, the tracker, the reports. It makes no system call, reads no
//! file and exports nothing to C.
#![forbid(unsafe_code)]

pub mod call;
pub mod check;
pub mod demangle;
pub mod detail;
#[cfg(test)]
mod effort;
pub mod errno;
pub mod event;
pub mod facts;
mod fields;
pub mod finding;
pub mod flags;
#[cfg(test)]
mod garbage;
pub mod guard;
pub mod ledger;
pub mod machine;
pub mod options;
pub mod path;
pub mod record;
pub mod report;
pub mod rule;
pub mod site;
pub mod suppress;
pub mod text;
pub mod time;
pub mod tracker;
pub mod tree;

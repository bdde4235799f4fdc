//! The whole-program tests: C scenarios compiled and run bare, preloaded and linked.

mod boundary;
mod command;
mod differential;
mod documents;
mod fault_handler;
mod faults;
mod golden;
mod guards;
mod harness;
mod headers;
mod hostile;
mod inspect;
mod instructions;
mod journal;
mod nobody;
mod options;
mod originals;
mod package;
mod picture;
mod readme;
mod rules;
mod sites;
mod strace;
mod surroundings;
mod trace;
mod verdict;

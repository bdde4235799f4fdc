//! What a journal has to hold of a place, so that it can be named when the process is gone.

use super::modules::{self, Proof};
use super::{sources, stack_of};
use shmsan_core::record::{self, Module, Stack, Stored, fingerprint};
use shmsan_core::site::{Site, Spot};

/// The records that a reader needs to name the place.
pub fn stored(site: Site) -> Vec<Stored> {
    let mut records = Vec::new();
    if let (Some(stack), Spot::Stack(number)) = (stack_of(site), site.spot()) {
        tell(stack.innermost, &mut records);
        stack.callers.iter().for_each(|address| tell_module(*address, &mut records));
        records.push(Stack::store(number, stack.innermost, &stack.callers));
    } else {
        tell(site, &mut records);
    }
    records
}

fn tell(site: Site, records: &mut Vec<Stored>) {
    match site.spot() {
        Spot::Unknown | Spot::Stack(_) => {}
        Spot::Return(address) => tell_module(address - 1, records),
        Spot::Source(number) => {
            if let Some((line, file, function)) = sources::text(number) {
                records.push(record::Source::store(number, line, file, function));
            }
        }
    }
}

fn tell_module(address: usize, records: &mut Vec<Stored>) {
    let Some(module) = modules::find(address) else { return };
    let (begin, end) = module.extent(address);
    let proof = match &module.proof {
        Proof::BuildId(id) => record::Proof::BuildId(id.clone()),
        Proof::Beginning(bytes) => {
            record::Proof::Beginning { length: bytes.len() as u64, fingerprint: fingerprint(bytes) }
        }
        Proof::Nothing => record::Proof::Nothing,
    };
    let stored = Module { begin, end, bias: module.bias, path: module.path().to_vec(), proof }.store();
    if !records.contains(&stored) {
        records.push(stored);
    }
}

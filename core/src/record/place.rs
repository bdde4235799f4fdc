//! Places, stored: a call holds a number, and what stands behind the number is said once, before the first call that uses
//! it.

use super::slot::Stored;
use super::{MODULE, PATH, SOURCE, STACK};
use crate::fields::Fields;
use crate::site::{Frame, Site, Spot};

/// What a [`Spot::Source`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub number: u32,
    pub line: u32,
    pub file: Vec<u8>,
    pub function: Vec<u8>,
}

/// What a [`Spot::Stack`] stands for: the call itself, and the addresses of its callers, the nearest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    pub number: u32,
    pub innermost: Site,
    pub callers: Vec<usize>,
}

/// What ftok(3) was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub number: u32,
    pub text: Vec<u8>,
}

/// An executable or library that addresses lie in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The addresses it takes: up to `end`, which is none of them.
    pub begin: usize,
    pub end: usize,
    /// What is added to the addresses in its file.
    pub bias: usize,
    pub path: Vec<u8>,
    pub proof: Proof,
}

/// How a module's file can be told from another one that stands there by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    BuildId(Vec<u8>),
    /// Its first bytes: how many, and their [`fingerprint`].
    Beginning {
        length: u64,
        fingerprint: u64,
    },
    Nothing,
}

/// A number that other bytes hardly have (FNV-1a).
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

const UNKNOWN: u8 = 0;
const RETURN: u8 = 1;
const BY_SOURCE: u8 = 2;
const BY_STACK: u8 = 3;

pub(crate) const fn numbers(site: Site) -> (u8, u64) {
    match site.spot() {
        Spot::Unknown => (UNKNOWN, 0),
        Spot::Return(address) => (RETURN, address as u64),
        Spot::Source(number) => (BY_SOURCE, number as u64),
        Spot::Stack(number) => (BY_STACK, number as u64),
    }
}

pub(crate) fn site(place: u8, number: u64) -> Option<Site> {
    Some(match place {
        UNKNOWN => Site::UNKNOWN,
        RETURN => Site::at_what_may_be_a_return(number),
        BY_SOURCE => Site::of_source(u32::try_from(number).ok()?),
        BY_STACK => Site::of_stack(u32::try_from(number).ok()?),
        _ => return None,
    })
}

impl Source {
    #[must_use]
    pub fn store(number: u32, line: u32, file: &[u8], function: &[u8]) -> Stored {
        let words = [u64::from(number), u64::from(line), file.len() as u64, 0, 0, 0];
        Stored::new(SOURCE, words, [file, function].concat())
    }

    pub(super) fn load(stored: &Stored) -> Option<Self> {
        let [_, number, line, length, ..] = stored.head;
        let mut fields = Fields(&stored.bytes);
        let file = fields.bytes(usize::try_from(length).ok()?)?.to_vec();
        let (number, line) = (u32::try_from(number).ok()?, u32::try_from(line).ok()?);
        Some(Self { number, line, file, function: fields.0.to_vec() })
    }
}

impl Source {
    /// As it is printed.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let function = (!self.function.is_empty()).then(|| text(&self.function));
        Frame { function, source: Some((text(&self.file), self.line)), ..Frame::default() }
    }
}

impl Stack {
    #[must_use]
    pub fn store(number: u32, innermost: Site, callers: &[usize]) -> Stored {
        let (place, inner) = numbers(innermost);
        let bytes = callers.iter().flat_map(|address| (*address as u64).to_ne_bytes()).collect();
        Stored::new(STACK, [u64::from(number), u64::from(place), inner, 0, 0, 0], bytes)
    }

    pub(super) fn load(stored: &Stored) -> Option<Self> {
        let [_, number, place, inner, ..] = stored.head;
        // A stack in a stack would be a ring.
        let innermost = site(u8::try_from(place).ok().filter(|place| *place != BY_STACK)?, inner)?;
        let mut fields = Fields(&stored.bytes);
        let callers = std::iter::from_fn(|| usize::try_from(fields.u64()?).ok()).collect();
        Some(Self { number: u32::try_from(number).ok()?, innermost, callers })
    }
}

impl Path {
    #[must_use]
    pub fn store(number: u32, text: &[u8]) -> Stored {
        Stored::new(PATH, [u64::from(number), 0, 0, 0, 0, 0], text.to_vec())
    }

    pub(super) fn load(stored: &Stored) -> Option<Self> {
        Some(Self { number: u32::try_from(stored.head[1]).ok()?, text: stored.bytes.clone() })
    }
}

impl Module {
    #[must_use]
    pub fn store(&self) -> Stored {
        let (kind, number, proof): (u64, u64, &[u8]) = match &self.proof {
            Proof::Nothing => (0, 0, &[]),
            Proof::BuildId(id) => (id.len() as u64, 0, id),
            Proof::Beginning { length, fingerprint } => (*length << 32, *fingerprint, &[]),
        };
        let words = [self.begin as u64, self.end as u64, self.bias as u64, kind, number, 0];
        Stored::new(MODULE, words, [proof, &self.path].concat())
    }

    pub(super) fn load(stored: &Stored) -> Option<Self> {
        let [_, begin, end, bias, kind, number, ..] = stored.head;
        let mut fields = Fields(&stored.bytes);
        let proof = match (kind >> 32, kind & 0xffff_ffff) {
            (0, 0) => Proof::Nothing,
            (0, length) => Proof::BuildId(fields.bytes(usize::try_from(length).ok()?)?.to_vec()),
            (length, _) => Proof::Beginning { length, fingerprint: number },
        };
        let address = |word: u64| usize::try_from(word).ok();
        let (begin, end, bias) = (address(begin)?, address(end)?, address(bias)?);
        Some(Self { begin, end, bias, path: fields.0.to_vec(), proof })
    }
}

//! What two runs of the driver printed, compared: each line must be the same, but for the numbers of pages in use.

use crate::harness::Ran;
use std::fmt::Write as _;

/// In front of a number of pages in use. The kernel may take back a page that was only read, at any time: then fewer of them are
/// in use, in either run.
const IN_USE: &str = "    in use: ";

/// The line without the number that may be another in two runs.
fn settled(line: &str) -> &str {
    if line.starts_with(IN_USE) { IN_USE } else { line }
}

/// Where two runs part: a line, counted from 0, and what stands around it.
pub fn first_difference(bare: &Ran, shimmed: &Ran) -> Option<(usize, String)> {
    fn lines(ran: &Ran) -> Vec<&str> {
        ran.stdout.lines().map(settled).collect()
    }
    let (left, right) = (lines(bare), lines(shimmed));
    if let Some(at) = (0..left.len().max(right.len())).find(|&at| left.get(at) != right.get(at)) {
        return Some((at, parting(bare, shimmed, at)));
    }
    (bare.status != shimmed.status)
        .then(|| (left.len(), format!("equal lines, but {} and not {}", shimmed.status, bare.status)))
}

/// Two runs around a line, counted from 0, in which they are not the same.
pub fn parting(bare: &Ran, shimmed: &Ran, at: usize) -> String {
    const CONTEXT: usize = 8;
    let mut text = format!("line {} differs ({}, bare {})\n", at + 1, shimmed.status, bare.status);
    for line in bare.stdout.lines().take(at).skip(at.saturating_sub(CONTEXT)) {
        writeln!(text, "            {line}").unwrap();
    }
    for (side, ran) in [("bare", bare), ("shimmed", shimmed)] {
        for line in ran.stdout.lines().skip(at).take(CONTEXT) {
            writeln!(text, "  {side:>7}:  {line}").unwrap();
        }
    }
    text
}

/// In which sequence a line is, both counted from 0.
pub fn sequence_of(ran: &Ran, line: usize) -> u64 {
    let begun = ran.stdout.lines().take(line).filter(|line| line.starts_with("sequence ")).count() as u64;
    begun.saturating_sub(1)
}

/// The most pages that were in use at each look, of some runs that are the same else.
#[derive(Default)]
pub struct MostPages(Vec<u64>);

impl MostPages {
    pub fn add(&mut self, ran: &Ran) {
        let looks = looks(ran);
        self.0.resize(looks.len(), 0);
        for (most, look) in self.0.iter_mut().zip(looks) {
            *most = look.pages.max(*most);
        }
    }

    /// The lines, counted from 0, in which another run has more than any of these.
    pub fn exceeded(&self, ran: &Ran) -> Vec<usize> {
        let beside = looks(ran).into_iter().zip(&self.0);
        beside.filter_map(|(look, most)| (look.pages > *most).then_some(look.line)).collect()
    }
}

/// What the driver saw of the pages in use, and in which line it says so, counted from 0.
struct Look {
    line: usize,
    pages: u64,
}

fn looks(ran: &Ran) -> Vec<Look> {
    let pages = |line: &str| line.strip_prefix(IN_USE)?.parse().ok();
    ran.stdout.lines().enumerate().filter_map(|(line, text)| Some(Look { line, pages: pages(text)? })).collect()
}

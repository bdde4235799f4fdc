//! `shmsan ls`: the segments of this IPC namespace as a table, or as JSON with the names that lsipc(1) uses.

pub mod choice;
pub mod columns;
mod json;
pub mod value;

use crate::machine::{Look, Segment, holders};
use crate::output::{complain, say, unavailable};
use crate::progress::Progress;
use crate::sys::die_of_broken_pipes;
use crate::table::{Heading, lines, terminal_width};
use clap::Args;
use columns::{Column, Sources};
use rustix::process::geteuid;
use shmsan_core::machine::Use;
use shmsan_core::report::paint::{Ink, Paint};
use std::process::ExitCode;
use value::Units;

#[derive(Debug, Args)]
#[command(after_help = choice::help())]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Ls {
    /// Only segments that nobody has attached and whose creator is dead
    #[arg(long)]
    orphans: bool,
    /// Only segments that you created or own
    #[arg(long)]
    mine: bool,
    /// Print JSON: lsipc's names and some more, with sizes in bytes
    #[arg(short = 'J', long)]
    json: bool,
    /// Choose the columns, separated by commas; +NAME adds to the usual ones
    #[arg(short, long, value_name = "COLUMNS", value_parser = choice::choose)]
    output: Option<choice::Choice>,
    /// Print sizes in bytes
    #[arg(short, long)]
    bytes: bool,
    /// Print no headings
    #[arg(long)]
    noheadings: bool,
    /// Exit with status 1 if there is anything to list
    #[arg(long)]
    fail_if_any: bool,
    #[command(flatten)]
    color: colorchoice_clap::Color,
}

/// The status of `--fail-if-any`.
const FOUND: u8 = 1;

pub fn go(ls: &Ls) -> ExitCode {
    die_of_broken_pipes();
    ls.color.write_global();
    let all = Look::default().all(Progress::of("segments"));
    let mut segments = match all {
        Ok(segments) => segments,
        Err(error) => return unavailable(&error),
    };
    let user = geteuid().as_raw();
    segments.retain(|segment| !ls.mine || segment.belongs_to(user));
    segments.retain(|segment| !ls.orphans || segment.state().is_orphan());
    let chosen = match &ls.output {
        Some(choice) => choice.0.clone(),
        None if ls.json => choice::cheap(),
        None => choice::usual(),
    };
    let mut sources = Sources::default();
    if chosen.iter().any(|column| column.needs_holders) {
        match holders(Progress::of("processes")) {
            Ok(found) => sources.holders = Some(found),
            Err(error) => return complain(&format!("/proc: {error}")),
        }
    }
    let text = if ls.json {
        json::document(&segments, &chosen, &mut sources)
    } else {
        let units = if ls.bytes { Units::Bytes } else { Units::Short };
        table(&segments, &chosen, &mut sources, units, !ls.noheadings)
    };
    let said = say(&text);
    if ls.fail_if_any && !segments.is_empty() && said == ExitCode::SUCCESS { ExitCode::from(FOUND) } else { said }
}

/// As `ls` prints it.
fn table(segments: &[Segment], chosen: &[&Column], sources: &mut Sources, units: Units, with_heading: bool) -> String {
    let headings: Vec<_> = chosen.iter().map(|column| Heading { name: column.name, side: column.side }).collect();
    let rows = segments
        .iter()
        .map(|segment| chosen.iter().map(|column| (column.value)(segment, sources).shown(units)).collect::<Vec<_>>());
    let lines = lines(&headings, rows, terminal_width());
    let inks = std::iter::once(None).chain(segments.iter().map(ink));
    let coloured = lines.iter().zip(inks).map(|(line, ink)| match ink {
        Some(ink) => format!("{}{line}{}\n", Paint::Colour.begin(ink), Paint::Colour.end()),
        None => format!("{line}\n"),
    });
    coloured.skip(usize::from(!with_heading)).collect()
}

/// The table that shows what another verb is about to do.
pub fn usual_table(segments: &[Segment]) -> String {
    let mut sources = Sources::default();
    table(segments, &choice::usual(), &mut sources, Units::Short, true)
}

fn ink(segment: &Segment) -> Option<Ink> {
    match segment.state().used {
        Use::Orphan => Some(Ink::Yellow),
        Use::Destroyed => Some(Ink::Blue),
        Use::Live | Use::Unknown => None,
    }
}

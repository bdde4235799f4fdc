//! The main table: each operation with each set of options, against the raw call, and beside the least that could be done; and
//! the same with more threads, segments and attachments.

use crate::calls::{OPERATIONS, Operation, Work};
use crate::child::{Journals, Surroundings, library_in_c, output};
use crate::measure::{Round, Setting, read};
use crate::plot::Bar;
use crate::report::{Report, Table};
use crate::statistics::Spread;
use std::path::{Path, PathBuf};

/// In which way the library is there.
struct Column {
    name: &'static str,
    options: &'static str,
    session: Session,
    /// Which of an operation's goals holds for it: both do for attachments.
    goal: Option<fn(&Operation) -> Goal>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Session {
    None,
    Verdict,
    Trace,
}

const COLUMNS: [Column; 5] = [
    Column { name: "tracking", options: "guard=0:ledger=0", session: Session::None, goal: Some(|_| Goal::Tracking) },
    Column { name: "and the ledger", options: "guard=0", session: Session::None, goal: Some(of_the_ledger) },
    Column { name: "default: with guards", options: "", session: Session::None, goal: Some(of_the_default) },
    Column { name: "with a journal", options: "", session: Session::Verdict, goal: Some(|_| Goal::Everything) },
    Column { name: "with every call in it", options: "", session: Session::Trace, goal: None },
];

/// What it may cost.
#[derive(Clone, Copy)]
enum Goal {
    Tracking,
    /// With a record in a file that is mapped, and the clock.
    Record,
    /// All there is but the trace.
    Everything,
}

/// Of the calls, those that make and remove segments write into it.
const fn of_the_ledger(row: &Operation) -> Goal {
    if matches!(row.work, Work::Life) { Goal::Record } else { Goal::Tracking }
}

/// Guards are there for attachments only.
const fn of_the_default(row: &Operation) -> Goal {
    if matches!(row.work, Work::Get | Work::Status) { Goal::Tracking } else { Goal::Everything }
}

const fn goals(row: &Operation, threads: usize) -> [f64; 3] {
    if threads == 1 { row.goals } else { [1.05, 1.15, 1.15] }
}

/// Ratios of one operation.
struct Measured {
    raw: Spread,
    noise: Spread,
    ratio: Spread,
}

impl Measured {
    fn of(rounds: &[(&Operation, Round)], operation: &Operation) -> Option<Self> {
        let mine = || rounds.iter().filter(|(other, _)| other.word == operation.word).map(|(_, round)| round);
        Some(Self {
            raw: Spread::of(mine().map(|round| round.raw))?,
            noise: Spread::of(mine().map(|round| round.raw_again / round.raw))?,
            ratio: Spread::of(mine().map(|round| round.shim / round.raw))?,
        })
    }
}

pub fn measure(around: &Surroundings, report: &mut Report) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let least = least_library(folder.path()).inspect_err(|why| report.skip("the least, in C", why)).ok();
    let least = least.as_deref();
    let setting = Setting { rounds: around.pace.of(60, 150), threads: 1, segments: 1, attachments: 0 };
    let rows: Vec<&Operation> = OPERATIONS.iter().collect();
    let table = compare(around, least, setting, &rows, report, "One thread")?;
    report.add(table.with_words(
        "The time of the shimmed call by that of the raw one: the median, and where the middle half lies. \"Raw again\" is the \
         same call of libc's measured a second time, which is the noise. \"The least\" is `bench/src/least.c`, 150 lines of C that \
         note what tracking has to note, for calls that all succeed, and do nothing else. The goals are those of tracking, of a \
         record in a mapped file beside it, and of all there is but the trace; a ratio that misses its goal is set in bold.",
    ));
    let setting = Setting { threads: 2, ..setting };
    let rows: Vec<_> =
        ["get", "status", "attach-4k", "touch-4k", "life"].iter().filter_map(|word| find(word)).collect();
    let table = compare(around, least, setting, &rows, report, "Two threads at once")?;
    report.add(table.with_words(
        "Both do the same at the same time. Attaching and detaching, they wait for one another in the kernel, for the lock of \
         the address space: that is the raw call's own.",
    ));
    Ok(())
}

fn find(word: &str) -> Option<&'static Operation> {
    crate::calls::find(word)
}

/// To be preloaded in the place of ours.
fn least_library(folder: &Path) -> Result<PathBuf, String> {
    if cfg!(not(target_arch = "x86_64")) {
        return Err("its system calls are those of x86-64".to_owned());
    }
    library_in_c(folder, "least", include_str!("least.c"))
}

/// A row for each operation, a column for each set of options.
fn compare(
    around: &Surroundings,
    least: Option<&Path>,
    setting: Setting,
    rows: &[&'static Operation],
    report: &mut Report,
    title: &str,
) -> Result<Table, String> {
    let mut columns = Vec::new();
    for column in &COLUMNS {
        eprintln!("{title}: {}", column.name);
        columns.push(take(around, &around.library, setting, rows, column)?);
    }
    eprintln!("{title}: the least");
    let least = least.map(|least| take(around, least, setting, rows, &COLUMNS[0])).transpose()?.unwrap_or_default();
    let names = COLUMNS.iter().map(|column| column.name);
    let head = ["", "raw", "raw again", "the least, in C"].into_iter().chain(names).chain(["goals"]);
    let mut table = Table::new(title, head);
    for row in rows {
        let measured: Vec<_> = columns.iter().map(|rounds| Measured::of(rounds, row)).collect();
        let Some(Some(first)) = measured.first() else { continue };
        let goals = goals(row, setting.threads);
        let mut cells = vec![row.name.to_owned(), nanoseconds(first.raw.median), first.noise.to_string()];
        cells.push(Measured::of(&least, row).map_or_else(|| "-".to_owned(), |measured| measured.ratio.to_string()));
        for (column, measured) in COLUMNS.iter().zip(&measured) {
            let Some(Measured { ratio, noise, .. }) = measured else { continue };
            // What noise alone makes of it is no miss.
            let missed =
                column.goal.is_some_and(|goal| ratio.median / noise.median > goals[goal(row) as usize] + 0.005);
            cells.push(if missed { format!("**{ratio}**") } else { ratio.to_string() });
            if setting.threads == 1 {
                report.plot(row.name, Bar { name: column.name, ratio: *ratio });
            }
        }
        cells.push(goals.map(|goal| format!("{goal:.2}")).join(", "));
        table.add(cells);
    }
    Ok(table)
}

fn nanoseconds(number: f64) -> String {
    if number < 10_000.0 { format!("{number:.0} ns") } else { format!("{:.1} µs", number / 1000.0) }
}

/// In several processes: each has its own addresses, and with them its own luck.
fn take(
    around: &Surroundings,
    library: &Path,
    setting: Setting,
    rows: &[&'static Operation],
    column: &Column,
) -> Result<Vec<(&'static Operation, Round)>, String> {
    let mut rounds = Vec::new();
    for _ in 0..around.pace.of(2, 6) {
        let journals = Journals::new()?;
        let setting = setting.words();
        let words: Vec<&str> = ["measure"]
            .into_iter()
            .chain(setting.iter().map(String::as_str))
            .chain(rows.iter().map(|row| row.word))
            .collect();
        let mut command = around.this(&words);
        command.env("LD_PRELOAD", library);
        command.env("SHMSAN_OPTIONS", column.options);
        if column.session != Session::None {
            command.env("SHMSAN_SESSION", journals.session(column.session == Session::Trace));
        }
        let printed = journals.during(|| output(&mut command))?;
        rounds.extend(printed.lines().filter_map(read));
    }
    Ok(rounds)
}

/// More segments and attachments make nothing dearer.
pub fn measure_crowds(around: &Surroundings, report: &mut Report) -> Result<(), String> {
    const CROWDS: [[usize; 2]; 4] = [[1, 0], [1000, 0], [4000, 0], [1, 1000]];
    let rows: Vec<_> = ["get", "attach-4k", "life"].iter().filter_map(|word| find(word)).collect();
    let head = std::iter::once(String::new()).chain(CROWDS.map(|[segments, attachments]| {
        format!("{segments} segment{}, {attachments} attachments", if segments == 1 { "" } else { "s" })
    }));
    let mut table = Table::new("More segments, more attachments", head).with_words(
        "With the default options. The process has made so many segments and has so many attachments beside.",
    );
    let mut crowds = Vec::new();
    for [segments, attachments] in CROWDS {
        eprintln!("segments: {segments}, attachments: {attachments}");
        let setting = Setting { rounds: around.pace.of(60, 150), threads: 1, segments, attachments };
        crowds.push(take(around, &around.library, setting, &rows, &COLUMNS[2])?);
    }
    for row in rows {
        let ratios = crowds.iter().filter_map(|rounds| Measured::of(rounds, row));
        table.add(
            std::iter::once(row.name.to_owned()).chain(ratios.map(|measured| measured.ratio.to_string())).collect(),
        );
    }
    report.add(table);
    Ok(())
}

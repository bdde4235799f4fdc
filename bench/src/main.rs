//! `shmsan-bench BUILT PACE FOLDER` measures what the library in BUILT costs, and writes `performance.md` and `performance.svg`
//! into FOLDER. Everything runs in an IPC namespace of its own. What other words it takes are for the processes that it starts.

mod calls;
mod carry;
mod child;
mod columns;
mod machine;
mod measure;
mod plot;
mod report;
mod startup;
mod statistics;
mod sys;
mod tools;
mod traffic;

use child::Surroundings;
use report::Report;
use std::path::PathBuf;
use std::process::ExitCode;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Some two minutes in all.
    Short,
    Long,
}

impl Pace {
    /// So often, or so often.
    #[must_use]
    pub const fn of(self, short: usize, long: usize) -> usize {
        match self {
            Self::Short => short,
            Self::Long => long,
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["measure", ref rest @ ..] => measure::in_child(rest),
        ["alone", ref rest @ ..] => tools::in_child(rest),
        ["traffic", ref rest @ ..] => traffic::in_child(rest),
        ["carry", ref rest @ ..] => carry::in_child(rest),
        [built, pace @ ("short" | "long"), folder] => {
            measure_all(built, if pace == "short" { Pace::Short } else { Pace::Long }, folder)
        }
        _ => Err("usage: shmsan-bench BUILT short|long FOLDER".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("shmsan-bench: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn measure_all(built: &str, pace: Pace, folder: &str) -> Result<(), String> {
    sys::new_ipc_namespace().map_err(|error| format!("no IPC namespace of its own: {error}"))?;
    let around = Surroundings::find(built, pace)?;
    let mut report = Report::new(machine::describe());
    columns::measure(&around, &mut report)?;
    columns::measure_crowds(&around, &mut report)?;
    traffic::measure(&around, &mut report)?;
    startup::measure(&around, &mut report)?;
    tools::measure(&around, &mut report);
    carry::measure(&around, &mut report)?;
    report.write(&PathBuf::from(folder)).map_err(|error| format!("{folder}: {error}"))?;
    println!("{folder}/performance.md and {folder}/performance.svg are written");
    Ok(())
}

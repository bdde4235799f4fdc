//! What a process pays that calls nothing: `true` is started bare, with an empty library and with ours, in turns.

use crate::child::{Surroundings, clean, find_program, library_in_c};
use crate::report::{Report, Table};
use crate::statistics::Spread;
use crate::sys;
use std::path::Path;
use std::process::{Command, Stdio};

pub fn measure(around: &Surroundings, report: &mut Report) -> Result<(), String> {
    eprintln!("start-up");
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let Some(program) = find_program("true") else {
        report.skip("start-up", "there is no program called true");
        return Ok(());
    };
    let empty = library_in_c(folder.path(), "empty", "")
        .inspect_err(|why| report.skip("start-up with an empty library", why))
        .ok();
    let preloading = |library: &Path| {
        let mut command = clean(Command::new(&program));
        command.env("LD_PRELOAD", library);
        command
    };
    let mut run = clean(Command::new(&around.command));
    run.args(["run", "--library"]).arg(&around.library).arg("--").arg(&program);
    let mut ways =
        vec![("`true`, alone", clean(Command::new(&program))), ("the same again", clean(Command::new(&program)))];
    ways.extend(empty.as_deref().map(|empty| ("with an empty library in C", preloading(empty))));
    ways.push(("with libshmsan.so", preloading(&around.library)));
    ways.push(("under `shmsan run`", run));
    let mut times = vec![Vec::new(); ways.len()];
    let mut before = clean(Command::new(&program));
    for _ in 0..around.pace.of(200, 1000) {
        let mut alone = 0.0;
        for (number, ((_, command), times)) in ways.iter_mut().zip(&mut times).enumerate() {
            // Each finds the caches as the same other program has left them.
            start(&mut before)?;
            let taken = start(command)?;
            times.push(taken - alone);
            if number == 0 {
                alone = taken;
            }
        }
    }
    let mut table = Table::new("Start-up", ["", "median", "the middle half"]).with_words(
        "Processor time of `true` and of what it is started by, in turns: alone, and what it takes more with a library. The goal is \
         60 µs.",
    );
    for (number, ((name, _), times)) in ways.iter().zip(times).enumerate() {
        let Some(Spread { low, median, high }) = Spread::of(times) else { continue };
        table.add(if number == 0 {
            vec![(*name).to_owned(), format!("{median:.0} µs"), format!("{low:.0} to {high:.0} µs")]
        } else {
            vec![(*name).to_owned(), format!("{median:+.0} µs"), format!("{low:+.0} to {high:+.0} µs")]
        });
    }
    report.add(table);
    Ok(())
}

/// Microseconds of processor time until it has ended: what else runs on the machine does not count.
fn start(command: &mut Command) -> Result<f64, String> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    sys::wait_and_count(child.id().cast_signed()).ok_or_else(|| format!("{} failed", command.get_program().display()))
}

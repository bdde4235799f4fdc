//! The verdict in words, or as lines of JSON.

use super::history::History;
use super::judge::{Count, Verdict};
use super::machine::Machine;
use crate::journal::Trouble;
use shmsan_core::event::Stamp;
use shmsan_core::options::TraceFormat;
use shmsan_core::report::json::{self, Header, Spoke};
use shmsan_core::report::paint::Paint;
use shmsan_core::report::text;
use shmsan_core::site::{Frame, Site, most_telling};
use shmsan_core::suppress::{Suppressions, Suspect};
use shmsan_core::text::counted;
use shmsan_core::time::Time;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write;

/// How the verdict is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub format: TraceFormat,
    pub paint: Paint,
    /// Nothing is said where nothing was found.
    pub quiet: bool,
    pub now: Time,
}

impl<M: Machine> History<M> {
    /// Takes out what a suppression forbids, and counts it there.
    pub fn suppress(&mut self, verdict: &mut Verdict, suppressions: &Suppressions) {
        verdict.findings.retain(|finding| {
            let sites = [Some(finding.site), finding.earlier.as_ref().map(|earlier| earlier.site)];
            let frames: Vec<_> = sites.into_iter().flatten().flat_map(|site| self.frames(site)).collect();
            let exe = self.exe(finding.site);
            let suspect = Suspect { rule: finding.rule.id, frames: &frames, key: finding.key, exe: &exe };
            let found = suppressions.find(&suspect);
            found.inspect(|number| suppressions.count(*number, 1)).is_none()
        });
    }

    /// Each finding, then `running`, which is lines of whoever is not judged, and the last line.
    pub fn write(&mut self, verdict: &Verdict, running: &str, style: Style) -> String {
        let pid = std::process::id().cast_signed();
        let header = Header { stamp: Stamp { time: style.now, pid, tid: pid }, exe: None };
        let mut out = String::new();
        let witness = RefCell::new(self);
        let frames = |site| witness.borrow_mut().frames(site);
        for finding in &verdict.findings {
            out += &match style.format {
                TraceFormat::Text => text::render(finding, pid, &frames, style.paint),
                TraceFormat::Json => json::finding(finding, header, &|site| telling(&frames(site))),
            };
        }
        out += running;
        let Count { errors, warnings } = verdict.count();
        let silent = style.quiet && errors + warnings == 0;
        match style.format {
            TraceFormat::Text if !silent => out += &last_line(verdict),
            TraceFormat::Json => {
                let (processes, running, rules) = (verdict.processes, verdict.running, verdict.by_rule());
                out += &json::verdict(header, &json::Verdict { processes, running, errors, warnings, rules });
            }
            TraceFormat::Text => {}
        }
        out
    }

    /// Lines for a suppressions file that keep everything that was found unsaid.
    pub fn suppressions(&mut self, verdict: &Verdict) -> String {
        let said = std::mem::take(&mut self.said_at);
        let own = verdict.findings.iter().map(|finding| (finding.rule.id.to_owned(), finding.site));
        let lines: BTreeSet<String> =
            said.into_iter().chain(own).filter_map(|(rule, site)| suppression(&rule, &self.frames(site))).collect();
        lines.into_iter().collect()
    }

    /// What makes the verdict less than whole, a line each.
    pub fn troubles(&self) -> Vec<String> {
        let Trouble { foreign, unreadable, strays } = self.journal.trouble;
        let mut troubles = Vec::new();
        if unreadable > 0 {
            let whose = if unreadable == 1 { "process of another user was" } else { "processes of other users were" };
            troubles.push(format!("{unreadable} {whose} not judged: their journals can be read by root"));
        }
        if foreign > 0 {
            let (files, were) = (counted(foreign, "file"), if foreign == 1 { "was" } else { "were" });
            let where_from = "came from no process of the run";
            troubles.push(format!("{files} in the session's folder {where_from}, and {were} not read"));
        }
        if strays > 0 {
            let make = if strays == 1 { "record makes" } else { "records make" };
            troubles
                .push(format!("{strays} {make} no sense: something overwrote a journal, and the verdict may be wrong"));
        }
        troubles.extend(self.trouble_of_trace().map(|why| format!("the trace is not whole: {why}")));
        troubles
    }

    /// Removes what the run left, after another look; tells of each.
    pub fn remove(&self, verdict: &Verdict) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, judged) in &verdict.leaks {
            lines.push(match self.machine.segment(*id) {
                None => format!("segment {id} is gone already"),
                // Its times too: nobody has attached it in between.
                Some(now) if now != *judged => {
                    format!("segment {id} was not removed: it has changed since it was judged")
                }
                Some(_) => match self.machine.remove(*id) {
                    Ok(()) => format!("segment {id} was removed"),
                    Err(error) => format!("segment {id} was not removed: {error}"),
                },
            });
        }
        lines
    }

    fn frames(&mut self, site: Site) -> Vec<Frame> {
        let Self { places, journal, symbols, .. } = self;
        places.frames(site, journal, symbols)
    }

    fn exe(&self, site: Site) -> Vec<u8> {
        self.places.process(site).map(|process| self.journal.process(process).program.exe.clone()).unwrap_or_default()
    }
}

fn telling(frames: &[Frame]) -> Frame {
    most_telling(frames).cloned().unwrap_or_default()
}

/// By function, else by file, else by module.
fn suppression(rule: &str, frames: &[Frame]) -> Option<String> {
    let frame = telling(frames);
    let file = frame.source.map(|(file, _)| file);
    let module = frame.module.map(|(module, _)| module);
    let place = frame.function.or(file).or(module)?;
    // What a pattern takes for its own signs would not fit itself.
    let plain = place.chars().all(|character| !character.is_control() && !matches!(character, '*' | '^' | '$'));
    plain.then(|| format!("{rule}:^{place}$\n"))
}

/// `SUMMARY: shmsan run: 2 errors and 0 warnings in 3 processes: size-mismatch 1 (7000 times), overflow 1`. Kept short.
fn last_line(verdict: &Verdict) -> String {
    let Count { errors, warnings } = verdict.count();
    let rest = if verdict.running == 0 { "\n" } else { "; what still runs is not judged\n" };
    if verdict.processes == 0 && errors + warnings == 0 {
        return format!("shmsan run: no process called shmget, shmat, shmdt, shmctl or ftok{rest}");
    }
    let processes = counted(verdict.processes, "process");
    if errors + warnings == 0 {
        return format!("shmsan run: nothing found in the {processes} that used shared memory{rest}");
    }
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    let mut line = format!("SUMMARY: shmsan run: {errors} and {warnings}");
    if verdict.processes > 0 {
        // Writing to a String cannot fail.
        let _ = write!(line, " in {processes}");
    }
    for (number, Spoke { rule, reports, times }) in verdict.by_rule().into_iter().enumerate() {
        let _ = write!(line, "{}{rule} {reports}", if number == 0 { ": " } else { ", " });
        if times > reports {
            let _ = write!(line, " ({times} times)");
        }
    }
    line + rest
}

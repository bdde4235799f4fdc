//! A finding as a person reads it: what happened, where, why, and what to do.

use super::paint::{Ink, Paint};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::site::{Frame, Site, most_telling};
use crate::text::wrap;
use std::fmt::{self, Write};

/// Lines of prose are broken at this width.
const WIDTH: usize = 78;

/// The whole report, to be written in one write(2). `frames` looks a site up, the innermost one first.
#[must_use]
pub fn render(finding: &Finding, pid: i32, frames: &dyn Fn(Site) -> Vec<Frame>, paint: Paint) -> String {
    let mut out = String::with_capacity(1024);
    // Writing to a String cannot fail.
    let _ = write(&mut out, finding, pid, frames, paint);
    out
}

fn write(
    out: &mut String,
    finding: &Finding,
    pid: i32,
    frames: &dyn Fn(Site) -> Vec<Frame>,
    paint: Paint,
) -> fmt::Result {
    let Finding { rule, severity, headline, call, .. } = finding;
    let callers = frames(finding.site);
    let ink = match severity {
        Severity::Error => Ink::Red,
        Severity::Warning => Ink::Yellow,
        Severity::Info => Ink::Blue,
    };
    writeln!(out, "{}=={pid}=={severity}: shmsan: {}: {headline}{}", paint.begin(ink), rule.id, paint.end())?;
    writeln!(out, "  {call}")?;
    stack(out, &callers)?;
    for earlier in finding.earlier.iter().chain(&finding.before_that) {
        writeln!(out, "  {}", earlier.what)?;
        stack(out, &frames(earlier.site))?;
    }
    if let Some(segment) = &finding.segment {
        writeln!(out, "  {segment}")?;
    }
    paragraph(out, ("why", paint, Ink::Blue), &finding.why)?;
    paragraph(out, ("fix", paint, Ink::Green), &finding.fix)?;
    let place = most_telling(&callers).map(Frame::summary).unwrap_or_default();
    writeln!(out, "SUMMARY: shmsan: {} at {place}", rule.id)
}

fn stack(out: &mut String, frames: &[Frame]) -> fmt::Result {
    frames.iter().enumerate().try_for_each(|(number, frame)| writeln!(out, "    #{number} {frame}"))
}

/// `  why: …`, with further lines below its first word.
fn paragraph(out: &mut String, (name, paint, ink): (&str, Paint, Ink), text: &str) -> fmt::Result {
    write!(out, "  {}{name}:{}", paint.begin(ink), paint.end())?;
    wrap(out, text, name.len() + 3, WIDTH);
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Earlier;
    use crate::rule;
    use crate::site::Spot;

    fn frames(site: Site) -> Vec<Frame> {
        let Spot::Source(line) = site.spot() else { return vec![Frame::default()] };
        let frame = |name: &str, line| Frame {
            function: Some(name.to_owned()),
            source: Some(("a.c".to_owned(), line)),
            ..Frame::default()
        };
        let main = frame("main", line);
        if line > 1 { vec![main] } else { vec![frame("make_key", 9), main] }
    }

    fn finding() -> Finding {
        Finding {
            rule: &rule::get::KEY_IS_MINUS_ONE,
            severity: rule::Severity::Error,
            headline: "what".to_owned(),
            call: "shmget() = 0".to_owned(),
            site: Site::of_source(2),
            earlier: Some(Earlier { what: "ftok() = -1".to_owned(), site: Site::of_source(1) }),
            before_that: None,
            key: None,
            segment: None,
            why: "because".to_owned(),
            fix: "do this".to_owned(),
        }
    }

    #[test]
    fn a_report_has_its_parts_in_order() {
        let expected = "==7==ERROR: shmsan: key-is-minus-one: what\n  shmget() = 0\n    #0 main at a.c:2\n  \
                        ftok() = -1\n    #0 make_key at a.c:9\n    #1 main at a.c:1\n  why: because\n  fix: do this\n\
                        SUMMARY: shmsan: key-is-minus-one at a.c:2 in main\n";
        assert_eq!(render(&finding(), 7, &frames, Paint::Plain), expected);
    }

    #[test]
    fn colours_mark_the_first_line_and_the_headings_and_nothing_of_the_text_is_lost() {
        let coloured = render(&finding(), 7, &frames, Paint::Colour);
        assert!(coloured.starts_with("\x1b[1;31m==7==ERROR: shmsan: key-is-minus-one: what\x1b[0m\n"), "{coloured:?}");
        assert!(coloured.contains("\n  \x1b[34mwhy:\x1b[0m because\n  \x1b[32mfix:\x1b[0m do this\n"), "{coloured:?}");
        let plain = ["\x1b[1;31m", "\x1b[34m", "\x1b[32m", "\x1b[0m"]
            .iter()
            .fold(coloured.clone(), |text, escape| text.replace(escape, ""));
        assert_eq!(plain, render(&finding(), 7, &frames, Paint::Plain));
        let warning = Finding { severity: rule::Severity::Warning, ..finding() };
        assert!(render(&warning, 7, &frames, Paint::Colour).starts_with("\x1b[1;33m==7==WARNING"));
        // The line to be searched for is the same everywhere.
        assert!(coloured.lines().last().unwrap().starts_with("SUMMARY: "), "{coloured:?}");
    }

    #[test]
    fn long_prose_is_broken_between_words_and_indented() {
        let long = Finding { why: "word ".repeat(60).trim_end().to_owned(), earlier: None, ..finding() };
        let report = render(&long, 7, &frames, Paint::Plain);
        assert!(report.lines().all(|line| line.len() <= WIDTH), "{report}");
        assert!(report.contains("\n       word word"), "{report}");
    }

    #[test]
    fn a_command_is_not_broken() {
        for length in 50..90 {
            let fix = format!("{} {}", "x".repeat(length), crate::text::unbroken("ipcrm -m 3"));
            let report = render(&Finding { fix, ..finding() }, 7, &frames, Paint::Plain);
            assert!(report.contains(" ipcrm -m 3\n"), "{report}");
        }
    }
}

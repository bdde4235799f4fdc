//! The README's picture of a report is what shmsan prints, with its colours. `BLESS=1` draws it anew.

use crate::golden::{replace_after, same_everywhere};
use crate::harness::{Run, Way, compile, expect_file, normalise, private_namespaces_allowed, say};
use std::fmt::Write;
use std::path::Path;

/// What a reader has in front of the program's name, and stands in the picture for what differs from run to run.
const TYPED: &str = "$ LD_PRELOAD=libshmsan.so ./program";
const STANDS_FOR: [(&str, &str); 2] = [("ADDR", "0x7995b2408000"), ("c-tests/bad/double-detach.c", "queue.c")];
const PID: &str = "22672";

/// Pixels.
const LINE: usize = 19;
const COLUMN: f64 = 7.8;
const MARGIN: usize = 16;

/// Of the sequences that set a colour.
const COLOURS: [(&str, &str); 5] =
    [("1;31", "#ff6b6b"), ("1;33", "#ffd166"), ("34", "#74a9ff"), ("32", "#7bd88f"), ("0", "#d8dee9")];

fn svg(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let columns = lines.iter().map(|line| plain(line).chars().count()).max().unwrap_or_default();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some pixels"
    )]
    let width = (columns as f64 * COLUMN) as usize + 2 * MARGIN;
    let height = lines.len() * LINE + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title>A report of shmsan</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#1e222a\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"13\" xml:space=\"preserve\" style=\"white-space:pre\" \
         fill=\"#d8dee9\">\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let y = MARGIN + LINE * number + 14;
        let _ = writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y}\">{}</text>", spans(line));
    }
    svg + "</g>\n</svg>\n"
}

/// A line in its colours.
fn spans(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = escaped(parts.next().unwrap_or_default());
    parts.fold(first, |spans, part| {
        let (code, text) = part.strip_prefix('[').and_then(|part| part.split_once('m')).unwrap();
        let colour = COLOURS.iter().find(|(known, _)| *known == code).unwrap_or_else(|| panic!("{code}")).1;
        if text.is_empty() { spans } else { format!("{spans}<tspan fill=\"{colour}\">{}</tspan>", escaped(text)) }
    })
}

fn plain(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, text)| text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn the_picture_of_a_report_is_what_is_printed() {
    if !private_namespaces_allowed() {
        return say("skipped: the_picture_of_a_report_is_what_is_printed: elsewhere a segment has another id");
    }
    let program = compile("bad/double-detach.c", Way::Linked);
    let ran = Run::new(program, Way::Linked).options("color=always").go();
    let report = normalise(&same_everywhere(&ran.stderr));
    let report = replace_after(&report, "m==", |pid| (pid.find('=').unwrap_or_default(), PID.to_owned()));
    let report = STANDS_FOR.iter().fold(report, |report, (word, real)| report.replace(word, real));
    let drawn = svg(&format!("{TYPED}\n{report}"));
    expect_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.svg"), &drawn);
}

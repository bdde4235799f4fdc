//! Tables without lines, as ipcs(1) and ps(1) print them: a row is a line, and on a terminal none is longer than that.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table};
use rustix::termios::tcgetwinsize;
use std::io::{IsTerminal, stdout};
use unicode_width::UnicodeWidthChar;

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    pub name: &'static str,
    pub side: Side,
}

/// Where the text of a column stands; what may be cut where the terminal is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    LeftAndCut,
}

/// The columns of the terminal on standard output, if it is one.
pub fn terminal_width() -> Option<u16> {
    let width = || tcgetwinsize(stdout()).ok().map(|size| size.ws_col).filter(|width| *width > 0);
    stdout().is_terminal().then(width).flatten()
}

/// A line for the headings and one for each row.
pub fn lines(headings: &[Heading], rows: impl Iterator<Item = Vec<String>>, width: Option<u16>) -> Vec<String> {
    let mut table = Table::new();
    // No text holds that: it is cut where the room ends, and not at a word.
    table.load_style(NOTHING);
    table.set_delimiter('\0').set_truncation_indicator("…");
    table.set_header(row(headings.iter().map(|heading| heading.name.to_owned()).collect()));
    table.add_rows(rows.map(row));
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for (heading, column) in headings.iter().zip(table.column_iter_mut()) {
        let right = heading.side == Side::Right;
        column.set_cell_alignment(if right { CellAlignment::Right } else { CellAlignment::Left });
        column.set_padding((0, 2));
        if heading.side != Side::LeftAndCut {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table.lines().map(|line| cut(line.trim_end(), width)).collect()
}

fn row(cells: Vec<String>) -> Row {
    let mut row = Row::from(cells.into_iter().map(Cell::new_owned).collect::<Vec<_>>());
    row.max_height(1);
    row
}

/// What has no room at all ends at the edge, as in ps(1).
fn cut(line: &str, width: Option<u16>) -> String {
    let mut room = width.map_or(usize::MAX, usize::from);
    let fits = |character: &char| match room.checked_sub(character.width().unwrap_or_default()) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    line.chars().take_while(fits).collect()
}

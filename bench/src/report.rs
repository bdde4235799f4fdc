//! What was measured, as Markdown.

use crate::plot::{self, Bar};
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// A heading, some words, a table.
pub struct Table {
    title: String,
    words: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<T: Into<String>>(title: &str, head: impl IntoIterator<Item = T>) -> Self {
        let head = head.into_iter().map(Into::into).collect();
        Self { title: title.to_owned(), words: String::new(), head, rows: Vec::new() }
    }

    pub fn with_words(self, words: impl Into<String>) -> Self {
        Self { words: words.into(), ..self }
    }

    pub fn add(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    fn write(&self, out: &mut String) {
        let Self { title, words, head, rows } = self;
        let _ = write!(out, "\n## {title}\n\n");
        if !words.is_empty() {
            let _ = write!(out, "{words}\n\n");
        }
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        out.push_str(&line(head));
        out.push_str(&line(&vec!["---".to_owned(); head.len()]));
        for row in rows {
            out.push_str(&line(row));
        }
    }
}

pub struct Report {
    machine: String,
    tables: Vec<Table>,
    /// For the plot, by row.
    groups: Vec<(String, Vec<Bar>)>,
    skipped: Vec<String>,
}

impl Report {
    pub const fn new(machine: String) -> Self {
        Self { machine, tables: Vec::new(), groups: Vec::new(), skipped: Vec::new() }
    }

    pub fn add(&mut self, table: Table) {
        self.tables.push(table);
    }

    pub fn plot(&mut self, group: &str, bar: Bar) {
        match self.groups.last_mut().filter(|(name, _)| name == group) {
            Some((_, bars)) => bars.push(bar),
            None => self.groups.push((group.to_owned(), vec![bar])),
        }
    }

    /// Something could not be measured here.
    pub fn skip(&mut self, what: &str, why: &str) {
        let line = format!("skipped: {what}: {why}");
        println!("{line}");
        self.skipped.push(line);
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut out = format!("Measured on {}.\n", self.machine);
        for table in &self.tables {
            table.write(&mut out);
        }
        if !self.skipped.is_empty() {
            let _ = write!(out, "\n```\n{}\n```\n", self.skipped.join("\n"));
        }
        fs::write(folder.join("performance.md"), out)?;
        fs::write(folder.join("performance.svg"), plot::draw(&self.groups))
    }
}

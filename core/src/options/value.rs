//! What the value of an option can be, and how it is read and shown.

use super::Options;
use super::nearest::nearest;
use crate::rule::{self, Checks, Ring};
use crate::text::{Plain, shortened};
use std::ops::RangeInclusive;

/// An option's kind, with the way to its field.
pub enum Kind {
    /// 0/1, yes/no, true/false.
    Switch(fn(&mut Options) -> &mut bool),
    Number(RangeInclusive<u32>, fn(&mut Options) -> &mut u32),
    /// One of a few words.
    Word(fn(&mut Options) -> &mut dyn Word),
    /// Rings and rules, as in `calls+memory-ID`.
    Checks(fn(&mut Options) -> &mut Checks),
    /// Any bytes.
    Text(fn(&mut Options) -> &mut Vec<u8>),
}

/// A field that holds one of a few words.
pub trait Word {
    fn words(&self) -> &'static [&'static str];
    /// Which of [`Word::words`] it is.
    fn position(&self) -> usize;
    fn choose(&mut self, position: usize);
}

impl Kind {
    /// Reads `value` into the field; otherwise says what would have been right.
    pub fn set(&self, options: &mut Options, value: &[u8]) -> Result<(), String> {
        match self {
            Self::Switch(field) => *field(options) = boolean(value).ok_or(BOOLEAN)?,
            Self::Number(range, field) => {
                let number = str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                let expected = || format!("is no number from {} to {}", range.start(), range.end());
                *field(options) = number.filter(|number| range.contains(number)).ok_or_else(expected)?;
            }
            Self::Word(field) => {
                let field = field(options);
                let position = field.words().iter().position(|word| word.as_bytes() == value);
                field.choose(position.ok_or_else(|| format!("is none of {}", field.words().join(", ")))?);
            }
            Self::Checks(field) => {
                let text = str::from_utf8(value).map_err(|_| "is no text")?;
                let parsed = Checks::parse(text, *field(options));
                *field(options) = parsed.map_err(unknown_check)?;
            }
            Self::Text(field) => value.clone_into(field(options)),
        }
        Ok(())
    }

    /// The value in use, harmless to print.
    pub fn show(&self, options: &mut Options) -> String {
        match self {
            Self::Switch(field) => u8::from(*field(options)).to_string(),
            Self::Number(_, field) => field(options).to_string(),
            Self::Word(field) => {
                let field = field(options);
                field.words()[field.position()].to_owned()
            }
            Self::Checks(field) => field(options).to_string(),
            Self::Text(field) => shortened(&Plain(field(options)).to_string(), 200),
        }
    }

    /// What can be given, for the help and the documents.
    pub fn values(&self) -> String {
        match self {
            Self::Switch(_) => "0 or 1".to_owned(),
            Self::Number(range, _) if range.end() - range.start() == 1 => {
                format!("{} or {}", range.start(), range.end())
            }
            Self::Number(range, _) => format!("{} to {}", range.start(), range.end()),
            Self::Word(field) => {
                // Any field of the kind knows its words.
                let mut any = Options::unset();
                let (last, others) = field(&mut any).words().split_last().unwrap_or((&"", &[]));
                format!("{} or {last}", others.join(", "))
            }
            Self::Checks(_) => "rings and rules".to_owned(),
            Self::Text(_) => "text".to_owned(),
        }
    }

    /// A value that could be given, for the complaint that there is none.
    pub fn example(&self, options: &mut Options) -> String {
        match self {
            Self::Switch(_) => "1".to_owned(),
            Self::Text(_) => "TEXT".to_owned(),
            Self::Number(..) | Self::Word(_) | Self::Checks(_) => self.show(options),
        }
    }
}

fn unknown_check(part: &str) -> String {
    let names = Ring::ALL.into_iter().map(Ring::name).chain(rule::all().map(|rule| rule.id));
    let hint = nearest(part, names).map(|nearest| format!("; did you mean \"{nearest}\"?")).unwrap_or_default();
    format!("names no ring and no rule at \"{}\"{hint}", shortened(&Plain(part.as_bytes()).to_string(), 40))
}

const BOOLEAN: &str = "is neither 0 nor 1 (also yes, no, true, false)";

fn boolean(value: &[u8]) -> Option<bool> {
    match value {
        b"1" | b"yes" | b"true" => Some(true),
        b"0" | b"no" | b"false" => Some(false),
        _ => None,
    }
}

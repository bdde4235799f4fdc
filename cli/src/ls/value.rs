//! What stands in a column: a number for scripts, and something shorter for people.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value as Json, json};
use shmsan_core::machine::{ShortAge, ShortSize};

pub enum Value {
    /// Made harmless already.
    Text(String),
    Number(u64),
    /// Bytes.
    Size(u64),
    /// Seconds since the epoch; 0 is never.
    Time(i64),
    /// Seconds.
    Age(u64),
    Pids(Vec<i32>),
    /// What a person reads, and the same for scripts.
    Both(String, Json),
    /// It is not known, or there is none.
    Nothing,
}

/// How sizes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    Short,
    Bytes,
}

impl Value {
    pub fn shown(&self, units: Units) -> String {
        match self {
            Self::Text(text) | Self::Both(text, _) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Size(size) if units == Units::Bytes => size.to_string(),
            Self::Size(size) => ShortSize(*size).to_string(),
            Self::Time(time) => local(*time).map_or_else(|| "-".to_owned(), |time| time.strftime("%F %T").to_string()),
            Self::Age(age) => ShortAge(*age).to_string(),
            Self::Pids(pids) => pids.iter().map(i32::to_string).collect::<Vec<_>>().join(","),
            Self::Nothing => "-".to_owned(),
        }
    }

    pub fn json(self) -> Json {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) | Self::Size(number) | Self::Age(number) => number.into(),
            Self::Time(time) => local(time).map(|time| time.strftime("%FT%T%:z").to_string()).into(),
            Self::Pids(pids) => json!(pids),
            Self::Both(_, json) => json,
            Self::Nothing => Json::Null,
        }
    }
}

/// By the user's clock; nothing for 0, which is never.
pub fn local(time: i64) -> Option<Zoned> {
    let timestamp = Timestamp::from_second(time).ok().filter(|_| time != 0)?;
    Some(timestamp.to_zoned(TimeZone::system()))
}

//! One call as it is traced: the line that strace(1) would print, with the caller.

use crate::call::{Call, Outcome, Written};
use crate::site::Frame;
use std::fmt;

/// A time of day in UTC. Local time would need localtime_r(3), which reads the program's TZ for good, allocates, and takes
/// a lock that a child of a fork may find taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since midnight.
    pub seconds: u32,
    pub microseconds: u32,
}

impl Clock {
    /// From the time since the epoch.
    #[must_use]
    pub fn new(epoch_seconds: i64, nanoseconds: i64) -> Self {
        let seconds = epoch_seconds.rem_euclid(86_400);
        Self {
            seconds: u32::try_from(seconds).unwrap_or_default(),
            microseconds: u32::try_from(nanoseconds / 1000).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, microseconds } = self;
        write!(f, "{:02}:{:02}:{:02}.{microseconds:06}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

pub struct Event<'a> {
    pub pid: i32,
    /// When the call began.
    pub time: Clock,
    pub call: &'a Call,
    pub outcome: Outcome,
    /// The path given to ftok.
    pub path: Option<&'a [u8]>,
    pub duration_ns: u64,
    pub caller: Frame,
}

/// The line without its end.
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = Written { call: self.call, outcome: self.outcome, path: self.path };
        let (seconds, microseconds) = (self.duration_ns / 1_000_000_000, self.duration_ns / 1000 % 1_000_000);
        write!(f, "[pid {}] {} {written} <{seconds}.{microseconds:06}> at {}", self.pid, self.time, self.caller.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Key;

    #[test]
    fn a_trace_line_is_straces_with_the_caller() {
        let call = Call::Get { key: Key(0x162e), size: 27, flags: 0o1666 };
        let caller = Frame { source: Some(("server.c".to_owned(), 17)), ..Frame::default() };
        let time = Clock::new(1_795_229_335, 487_957_999);
        let event = Event { pid: 1234, time, call: &call, outcome: Ok(3), path: None, duration_ns: 4_321, caller };
        assert_eq!(
            event.to_string(),
            "[pid 1234] 02:48:55.487957 shmget(0x162e, 27, IPC_CREAT|0666) = 3 <0.000004> at server.c:17"
        );
    }

    #[test]
    fn the_time_of_day_is_right_on_both_sides_of_midnight_and_of_the_epoch() {
        assert_eq!(Clock::new(-1, 0).to_string(), "23:59:59.000000");
        assert_eq!(Clock::new(86_400, 999_999_999).to_string(), "00:00:00.999999");
    }
}

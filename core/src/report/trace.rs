//! A call as the line that strace(1) would print, with the caller.

use crate::call::Written;
use crate::event::Event;
use crate::site::Frame;
use std::fmt;

/// `[pid 1234] 02:07:34.123456 shmget(0x162e, 27, IPC_CREAT|0666) = 3 <0.000004> at server.c:17`, without the line's end.
pub struct Line<'a> {
    pub event: &'a Event,
    pub caller: &'a Frame,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { stamp, duration_ns, call, outcome, detail, .. } = self.event;
        let written = Written { call, outcome: *outcome, detail: detail.as_ref() };
        let (seconds, microseconds) = (duration_ns / 1_000_000_000, duration_ns / 1000 % 1_000_000);
        // As strace does, it calls a thread's id a pid.
        write!(f, "[pid {}] {} {written}", stamp.tid, stamp.time.clock())?;
        write!(f, " <{seconds}.{microseconds:06}> at {}", self.caller.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Call, Key};
    use crate::event::Stamp;
    use crate::site::Site;
    use crate::time::Time;

    #[test]
    fn a_trace_line_is_straces_with_the_caller() {
        let caller = Frame { source: Some(("server.c".to_owned(), 17)), ..Frame::default() };
        let event = Event {
            stamp: Stamp { time: Time::new(1_795_229_335, 487_957_999), pid: 1200, tid: 1234 },
            duration_ns: 3_000_004_321,
            call: Call::Get { key: Key(0x162e), size: 27, flags: 0o1666 },
            outcome: Ok(3),
            site: Site::Unknown,
            detail: None,
        };
        assert_eq!(
            Line { event: &event, caller: &caller }.to_string(),
            "[pid 1234] 02:48:55.487957 shmget(0x162e, 27, IPC_CREAT|0666) = 3 <3.000004> at server.c:17"
        );
    }
}

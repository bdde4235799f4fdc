//! A call as the line that strace(1) would print, with the caller.

use crate::call::Written;
use crate::event::Event;
use crate::site::Frame;
use std::fmt::{self, Write};

/// Few lines are longer.
const LINE: usize = 512;

/// `[pid 1234] 02:07:34.123456 shmget(0x162e, 27, IPC_CREAT|0666) = 3 <0.000004> at server.c:17`, with its end.
#[must_use]
pub fn line(event: &Event, caller: &Frame) -> String {
    let mut out = String::with_capacity(LINE);
    // Writing to a String cannot fail.
    let _ = write(&mut out, event, caller);
    out
}

fn write(out: &mut String, event: &Event, caller: &Frame) -> fmt::Result {
    let Event { stamp, duration_ns, call, outcome, detail, .. } = event;
    let written = Written { call, outcome: *outcome, detail: detail.as_ref() };
    let (seconds, microseconds) = (duration_ns / 1_000_000_000, duration_ns / 1000 % 1_000_000);
    // As strace does, it calls a thread's id a pid.
    write!(out, "[pid {}] {} {written}", stamp.tid, stamp.time.clock())?;
    writeln!(out, " <{seconds}.{microseconds:06}> at {}", caller.place())
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
            site: Site::UNKNOWN,
            detail: None,
        };
        assert_eq!(
            line(&event, &caller),
            "[pid 1234] 02:48:55.487957 shmget(0x162e, 27, IPC_CREAT|0666) = 3 <3.000004> at server.c:17\n"
        );
    }
}

//! What stands in the texts of /proc and /etc. All of it is untrusted: what does not parse is not there.

use super::Memory;
use crate::call::ShmId;
use std::collections::HashMap;

/// How many mappings of each segment stand in the text of /proc/PID/maps.
#[must_use]
pub fn mappings_by_segment(maps: &[u8]) -> HashMap<ShmId, u64> {
    let mut counts = HashMap::new();
    for id in maps.split(|byte| *byte == b'\n').filter_map(mapped_segment) {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

/// `7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 3   /SYSV0000162e (deleted)`: the inode is the segment's id.
fn mapped_segment(line: &[u8]) -> Option<ShmId> {
    let mut fields = str::from_utf8(line).ok()?.split_ascii_whitespace().skip(4);
    let inode = fields.next()?.parse().ok()?;
    let key = fields.next()?.strip_prefix("/SYSV")?;
    (key.len() == 8 && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(ShmId(inode))
}

/// The name that the text of /etc/passwd gives to `uid`.
#[must_use]
pub fn user_name(passwd: &[u8], uid: u32) -> Option<String> {
    passwd.split(|byte| *byte == b'\n').find_map(|line| {
        let line = str::from_utf8(line).ok()?;
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// The value behind `name:` in a text of such lines, as /proc/meminfo and /proc/PID/status are; kB are taken as the 1024
/// bytes that they are.
#[must_use]
pub fn field_of(text: &[u8], name: &str) -> Option<u64> {
    text.split(|byte| *byte == b'\n').find_map(|line| {
        let mut words = str::from_utf8(line).ok()?.strip_prefix(name)?.strip_prefix(':')?.split_ascii_whitespace();
        let value: u64 = words.next()?.parse().ok()?;
        if words.next() == Some("kB") { value.checked_mul(1024) } else { Some(value) }
    })
}

/// The text of /proc/meminfo, beside vm.overcommit_memory.
#[must_use]
pub fn memory(text: &[u8], overcommit: u64) -> Option<Memory> {
    let field = |name| field_of(text, name);
    Some(Memory {
        total: field("MemTotal")?.saturating_add(field("SwapTotal")?),
        limit: field("CommitLimit")?,
        promised: field("Committed_AS")?,
        huge_page: field("Hugepagesize"),
        overcommit,
    })
}

/// The arguments of a process with spaces between them, from the text of /proc/PID/cmdline; empty where it has none.
#[must_use]
pub fn command_line(mut cmdline: Vec<u8>) -> Vec<u8> {
    let length = cmdline.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    cmdline.truncate(length);
    cmdline.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
    cmdline
}

/// When a process began, as the text of /proc/PID/stat says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// Clock ticks since the machine did.
    pub ticks: u64,
    pub parent: i32,
    /// It has ended, and nobody has waited for it yet.
    pub ended: bool,
}

/// The name in the second field may hold anything, spaces and parentheses too.
#[must_use]
pub fn started(stat: &[u8]) -> Option<Started> {
    let behind_name = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let mut fields = str::from_utf8(&stat[behind_name..]).ok()?.split_ascii_whitespace();
    let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
    Some(Started { ticks: fields.nth(17)?.parse().ok()?, parent, ended: matches!(state, "Z" | "X" | "x") })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &[u8] = b"\
555e1000-555e2000 r--p 00000000 fd:00 3 /SYSV-not-a-segment
7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 3                          /SYSV0000162e (deleted)
7f95b8c36000-7f95b8c37000 r--s 00000000 00:01 3                          /SYSV0000162e (deleted)
7f95b8c38000-7f95b8c39000 rw-s 00000000 00:01 32771                      /SYSV00000000 (deleted)
7fff00000000-7fff00001000 rw-p 00000000 00:00 0                          [stack]
\xff\xff garbage
";

    #[test]
    fn mappings_are_counted_by_the_segments_id() {
        let expected = HashMap::from([(ShmId(3), 2), (ShmId(32771), 1)]);
        assert_eq!(mappings_by_segment(MAPS), expected);
        assert_eq!(mappings_by_segment(b""), HashMap::new());
    }

    #[test]
    fn a_user_is_found_by_number_in_the_third_field() {
        let passwd = b"root:x:0:0:root:/root:/bin/sh\nbroken\n:x:7:\n\xff:x:8:8\ndaemon:x:1:1::/:/bin/false\n";
        assert_eq!(user_name(passwd, 0).as_deref(), Some("root"));
        assert_eq!(user_name(passwd, 1).as_deref(), Some("daemon"));
        assert_eq!([7, 8, 1000].map(|uid| user_name(passwd, uid)), [None, None, None]);
    }

    #[test]
    fn a_field_is_its_whole_name_and_has_its_unit() {
        let text =
            b"MemTotal:  24684096 kB\nMem: 7\nCap:\nHugePages_Total: 3\nSeccomp:\t2\nBig: 18446744073709551615 kB\n";
        let fields = ["MemTotal", "Mem", "Cap", "HugePages_Total", "Seccomp", "Huge", "Big", "None"];
        let expected = [Some(24_684_096 * 1024), Some(7), None, Some(3), Some(2), None, None, None];
        assert_eq!(fields.map(|name| field_of(text, name)), expected);
    }

    #[test]
    fn memory_is_what_the_kernel_counts_against() {
        let text = b"MemTotal: 10 kB\nSwapTotal: 2 kB\nCommitLimit: 7 kB\nCommitted_AS: 1 kB\n";
        let expected = Memory { total: 12 << 10, limit: 7 << 10, promised: 1 << 10, huge_page: None, overcommit: 2 };
        assert_eq!(memory(text, 2), Some(expected));
        assert_eq!(memory(b"MemTotal: 10 kB\n", 0), None);
    }

    #[test]
    fn arguments_have_spaces_between_them_and_nothing_behind() {
        let line = |cmdline: &[u8]| String::from_utf8(command_line(cmdline.to_vec())).unwrap();
        assert_eq!(line(b"./server\0--workers\0two\0"), "./server --workers two");
        // prctl(2), setproctitle(3): one text and the rest of the room.
        assert_eq!(line(b"postgres: writer\0\0\0"), "postgres: writer");
        assert_eq!([line(b"\0\0"), line(b"")], ["", ""]);
    }

    #[test]
    fn a_process_began_at_its_twenty_second_field() {
        let stat = |name: &str, state: &str| {
            let fields: Vec<_> = (4..=52).map(|number: u32| number.to_string()).collect();
            started(format!("17 ({name}) {state} {}\n", fields.join(" ")).as_bytes())
        };
        assert_eq!(stat("sh", "S"), Some(Started { ticks: 22, parent: 4, ended: false }));
        assert_eq!(stat("a) R 1 (b", "Z"), Some(Started { ticks: 22, parent: 4, ended: true }));
        assert_eq!(started(b"17 (sh) S 1 2"), None);
        assert_eq!(started(b""), None);
    }
}

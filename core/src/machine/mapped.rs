//! Segments in the text of /proc/PID/maps, told from files that only look like one.

use crate::call::{Addr, Key, ShmId};

/// Of a filesystem, as maps prints it and fstat(2) tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    pub major: u32,
    pub minor: u32,
}

/// One mapping of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    pub id: ShmId,
    /// That the segment was made with.
    pub key: Key,
    pub begin: Addr,
    pub end: Addr,
    pub is_writable: bool,
}

impl Mapped {
    /// `7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 3   /SYSV0000162e (deleted)`: the inode is the id. Anybody can give a
    /// file such a name, but nobody can put it on one of the kernel's own `devices`.
    #[must_use]
    pub fn parse(line: &[u8], devices: &[Device]) -> Option<Self> {
        // Most lines are of something else.
        let line = line.strip_suffix(b"\n").unwrap_or(line).strip_suffix(b" (deleted)")?;
        let (rest, name) = line.split_at_checked(line.len().checked_sub("/SYSV0000162e".len())?)?;
        let key = str::from_utf8(name.strip_prefix(b"/SYSV")?).ok()?;
        let mut fields = str::from_utf8(rest).ok()?.split_ascii_whitespace();
        let (begin, end) = fields.next()?.split_once('-')?;
        let access = fields.next()?.as_bytes();
        let (major, minor) = fields.nth(1)?.split_once(':')?;
        let device = Device { major: hexadecimal(major)?, minor: hexadecimal(minor)? };
        let inode: u32 = fields.next()?.parse().ok()?;
        // Behind a path with spaces in it, the name is only its end.
        let is_segment = fields.next().is_none() && devices.contains(&device);
        is_segment.then_some(Self {
            id: ShmId(i32::try_from(inode).ok()?),
            key: Key(hexadecimal(key)?.cast_signed()),
            begin: Addr(usize::from_str_radix(begin, 16).ok()?),
            end: Addr(usize::from_str_radix(end, 16).ok()?),
            is_writable: access.get(1) == Some(&b'w'),
        })
    }
}

/// Without a sign, which from_str_radix would take.
fn hexadecimal(digits: &str) -> Option<u32> {
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if all { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: [Device; 2] = [Device { major: 0, minor: 1 }, Device { major: 0, minor: 0xf }];

    fn parse(line: &str) -> Option<Mapped> {
        Mapped::parse(line.as_bytes(), &DEVICES)
    }

    #[test]
    fn a_segment_is_known_by_its_name_and_by_the_device_that_nobody_else_has() {
        let mapped = Mapped {
            id: ShmId(32_771),
            key: Key(0x162e),
            begin: Addr(0x7f95_b8c3_4000),
            end: Addr(0x7f95_b8c3_5000),
            is_writable: true,
        };
        let line = "7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 32771                      /SYSV0000162e (deleted)\n";
        assert_eq!(parse(line), Some(mapped));
        // Of huge pages, and read only.
        let read_only = Mapped { is_writable: false, ..mapped };
        assert_eq!(parse(&line.replace("rw-s", "r--s").replace("00:01", "00:0f")), Some(read_only));
        let negative = parse(&line.replace("0000162e", "ffffffff")).unwrap();
        assert_eq!(negative.key, Key::FAILED);
    }

    #[test]
    fn what_only_looks_like_a_segment_is_none() {
        let line = "7f95b8c34000-7f95b8c35000 rw-s 00000000 00:01 3                          /SYSV0000162e (deleted)";
        assert!(parse(line).is_some());
        let others = [
            ("00:01", "00:12"),
            (" (deleted)", ""),
            ("/SYSV", "/home/SYSV"),
            ("/SYSV", "/a /SYSV"),
            ("/SYSV0000162e", "/SYSV+000162e"),
            ("/SYSV0000162e", "/SYSVé0162e"),
            (" 3 ", " 3000000000 "),
            (" 3 ", " -3 "),
        ];
        for (from, to) in others {
            assert_eq!(parse(&line.replace(from, to)), None, "{to}");
        }
        for length in 0..line.len() {
            assert_eq!(parse(&line[..length]), None);
        }
        assert_eq!(Mapped::parse(b"\xff (deleted)", &DEVICES), None);
        assert_eq!(Mapped::parse(line.as_bytes(), &[]), None);
    }
}

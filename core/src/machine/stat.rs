//! A process, as the text of /proc/PID/stat has it.

use crate::facts::{Started, started};

/// Anybody may read it, also of a process that may not be looked at otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Of the program, at most 15 bytes; the process may have given itself any other.
    pub name: Vec<u8>,
    pub started: Started,
    /// It has no memory of its own.
    pub is_kernel_thread: bool,
}

impl Stat {
    const PF_KTHREAD: u64 = 0x0020_0000;

    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let begin = text.iter().position(|byte| *byte == b'(')? + 1;
        let end = text.iter().rposition(|byte| *byte == b')')?;
        let mut fields = str::from_utf8(&text[end + 1..]).ok()?.split_ascii_whitespace();
        let flags: u64 = fields.nth(6)?.parse().ok()?;
        Some(Self {
            name: text.get(begin..end)?.to_vec(),
            started: started(text)?,
            is_kernel_thread: flags & Self::PF_KTHREAD != 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = |name: &str, flags: u64| {
            let fields: Vec<_> = (10..=52).map(|number: u32| number.to_string()).collect();
            Stat::parse(format!("17 ({name}) S 1 2 3 4 5 {flags} {}\n", fields.join(" ")).as_bytes())
        };
        let started = Started { ticks: 22, parent: 1, ended: false };
        for name in ["sh", "a) Z 1 (b", "(", ")", "a\nb", ""] {
            let expected = Stat { name: name.into(), started, is_kernel_thread: false };
            assert_eq!(stat(name, 0x40_0000), Some(expected));
        }
        assert!(stat("kthreadd", 0x20_8040).unwrap().is_kernel_thread);
        for text in ["", ")(", "17 (sh) S 1", "17 sh S 1 2 3 4 5 6 7"] {
            assert_eq!(Stat::parse(text.as_bytes()), None);
        }
    }
}

//! Flags, modes and commands, decoded and printed as strace(1) prints them. A value is decoded as the number it is; what
//! means nothing is printed as a number, never dropped.

use std::fmt;

/// Flags of shmget(2) and of IPC in general; the values are Linux's.
pub const IPC_CREAT: i32 = 0o1000;
pub const IPC_EXCL: i32 = 0o2000;
pub const SHM_HUGETLB: i32 = 0o4000;
pub const SHM_NORESERVE: i32 = 0o10000;
const SHM_HUGE_SHIFT: u32 = 26;
const SHM_HUGE_MASK: i32 = 0x3f;

/// Flags of shmat(2).
pub const SHM_RDONLY: i32 = 0o10000;
pub const SHM_RND: i32 = 0o20000;
pub const SHM_REMAP: i32 = 0o40000;
pub const SHM_EXEC: i32 = 0o100_000;

/// In the mode that IPC_STAT returns: marked for destruction, and locked in memory.
pub const SHM_DEST: u32 = 0o1000;
pub const SHM_LOCKED: u32 = 0o2000;

/// The permission bits in a flags argument or a mode.
pub const PERMISSIONS: i32 = 0o777;

/// Commands of shmctl(2).
pub const IPC_RMID: i32 = 0;
pub const IPC_SET: i32 = 1;

/// The third argument of shmget: creation flags and mode.
pub struct GetFlags(pub i32);

impl fmt::Display for GetFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            (IPC_CREAT, "IPC_CREAT"),
            (IPC_EXCL, "IPC_EXCL"),
            (SHM_HUGETLB, "SHM_HUGETLB"),
            (SHM_NORESERVE, "SHM_NORESERVE"),
        ];
        let huge = SHM_HUGE_MASK << SHM_HUGE_SHIFT;
        let rest = write_named(f, self.0 & !huge & !0o777, &named)?;
        if rest != 0 {
            write!(f, "{rest:#x}|")?;
        }
        // The page size is a number (its logarithm), not a set of bits.
        let page_size = (self.0.cast_unsigned() >> SHM_HUGE_SHIFT) & SHM_HUGE_MASK.cast_unsigned();
        if page_size != 0 {
            write!(f, "{page_size}<<SHM_HUGE_SHIFT|")?;
        }
        write!(f, "{}", Mode((self.0 & 0o777).cast_unsigned()))
    }
}

/// The third argument of shmat.
pub struct AttachFlags(pub i32);

impl fmt::Display for AttachFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            [(SHM_RDONLY, "SHM_RDONLY"), (SHM_RND, "SHM_RND"), (SHM_REMAP, "SHM_REMAP"), (SHM_EXEC, "SHM_EXEC")];
        let known = named.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| *name);
        f.write_str(&known.collect::<Vec<_>>().join("|"))?;
        let mask = named.iter().fold(0, |mask, (bit, _)| mask | bit);
        match (self.0 & mask, self.0 & !mask) {
            (0, 0) => f.write_str("0"),
            (_, 0) => Ok(()),
            (0, rest) => write!(f, "{rest:#x}"),
            (_, rest) => write!(f, "|{rest:#x}"),
        }
    }
}

/// The second argument of shmctl.
pub struct Command(pub i32);

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "IPC_RMID",
            1 => "IPC_SET",
            2 => "IPC_STAT",
            3 => "IPC_INFO",
            11 => "SHM_LOCK",
            12 => "SHM_UNLOCK",
            13 => "SHM_STAT",
            14 => "SHM_INFO",
            15 => "SHM_STAT_ANY",
            other => return write!(f, "{other:#x} /* SHM_??? */"),
        })
    }
}

/// Permission bits with the leading zero of an octal number: `0666`, `000`.
pub struct Mode(pub u32);

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{:02o}", self.0)
    }
}

/// Writes each named bit followed by `|`; returns the bits that have no name.
fn write_named(f: &mut fmt::Formatter<'_>, bits: i32, named: &[(i32, &str)]) -> Result<i32, fmt::Error> {
    named.iter().try_fold(bits, |rest, (bit, name)| {
        if bits & bit != 0 {
            write!(f, "{name}|")?;
        }
        Ok(rest & !bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shmget_flags_read_as_in_strace() {
        let cases = [
            (0, "000"),
            (0o1666, "IPC_CREAT|0666"),
            (0o66, "066"),
            (0o6000 | 0o10000 | (21 << 26), "IPC_EXCL|SHM_HUGETLB|SHM_NORESERVE|21<<SHM_HUGE_SHIFT|000"),
            (0o101_000 | 0o4000 | (30 << 26), "IPC_CREAT|SHM_HUGETLB|0x8000|30<<SHM_HUGE_SHIFT|000"),
            (-1, "IPC_CREAT|IPC_EXCL|SHM_HUGETLB|SHM_NORESERVE|0x3ffe000|63<<SHM_HUGE_SHIFT|0777"),
        ];
        for (flags, expected) in cases {
            assert_eq!(GetFlags(flags).to_string(), expected);
        }
    }

    #[test]
    fn shmat_flags_read_as_in_strace() {
        let cases = [
            (0, "0"),
            (SHM_RDONLY, "SHM_RDONLY"),
            (0o666, "0x1b6"),
            (SHM_RDONLY | SHM_RND | SHM_REMAP | SHM_EXEC | 0o666, "SHM_RDONLY|SHM_RND|SHM_REMAP|SHM_EXEC|0x1b6"),
            (-1, "SHM_RDONLY|SHM_RND|SHM_REMAP|SHM_EXEC|0xffff0fff"),
        ];
        for (flags, expected) in cases {
            assert_eq!(AttachFlags(flags).to_string(), expected);
        }
    }

    #[test]
    fn an_unknown_command_keeps_its_number() {
        assert_eq!(Command(77).to_string(), "0x4d /* SHM_??? */");
        assert_eq!(Command(-1).to_string(), "0xffffffff /* SHM_??? */");
        assert_eq!(Command(15).to_string(), "SHM_STAT_ANY");
    }
}

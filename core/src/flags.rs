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
pub const IPC_STAT: i32 = 2;
pub const IPC_INFO: i32 = 3;
pub const SHM_LOCK: i32 = 11;
pub const SHM_UNLOCK: i32 = 12;
pub const SHM_STAT: i32 = 13;
pub const SHM_INFO: i32 = 14;
pub const SHM_STAT_ANY: i32 = 15;
/// Marks a command's structure as the new one where there is an old one too; 64-bit kernels refuse it.
pub const IPC_64: i32 = 0o400;

/// Takes one flag after the other.
type Visit<'a> = &'a mut dyn FnMut(fmt::Arguments<'_>) -> fmt::Result;

/// The third argument of shmget: creation flags and mode.
#[derive(Clone, Copy)]
pub struct GetFlags(pub i32);

impl GetFlags {
    /// The permission bits alone.
    #[must_use]
    pub const fn mode(self) -> Mode {
        Mode((self.0 & 0o777).cast_unsigned())
    }

    /// The logarithm of the size of its huge pages; 0 is the machine's own choice.
    #[must_use]
    pub const fn huge_page(self) -> u32 {
        self.0.cast_unsigned() >> SHM_HUGE_SHIFT
    }

    /// The bits that mean nothing to shmget. The size of a huge page is one only beside `SHM_HUGETLB`.
    #[must_use]
    pub const fn unknown(self) -> i32 {
        let known = PERMISSIONS | IPC_CREAT | IPC_EXCL | SHM_HUGETLB | SHM_NORESERVE;
        let huge = SHM_HUGE_MASK << SHM_HUGE_SHIFT;
        if self.0 & SHM_HUGETLB == 0 { self.0 & !known } else { self.0 & !(known | huge) }
    }

    /// The same for pages of the usual size.
    #[must_use]
    pub const fn without_huge_pages(self) -> Self {
        Self(self.0 & !(SHM_HUGETLB | SHM_HUGE_MASK << SHM_HUGE_SHIFT))
    }

    /// Shows each flag, without the mode.
    pub(crate) fn each(self, visit: Visit<'_>) -> fmt::Result {
        let named = [
            (IPC_CREAT, "IPC_CREAT"),
            (IPC_EXCL, "IPC_EXCL"),
            (SHM_HUGETLB, "SHM_HUGETLB"),
            (SHM_NORESERVE, "SHM_NORESERVE"),
        ];
        let huge = SHM_HUGE_MASK << SHM_HUGE_SHIFT;
        each_bit(self.0 & !huge & !0o777, &named, visit)?;
        // The page size is a number (its logarithm), not a set of bits.
        match self.huge_page() {
            0 => Ok(()),
            page_size => visit(format_args!("{page_size}<<SHM_HUGE_SHIFT")),
        }
    }
}

impl fmt::Display for GetFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.each(&mut |flag| write!(f, "{flag}|"))?;
        write!(f, "{}", self.mode())
    }
}

/// The third argument of shmat.
#[derive(Clone, Copy)]
pub struct AttachFlags(pub i32);

impl AttachFlags {
    /// Shows each flag.
    pub(crate) fn each(self, visit: Visit<'_>) -> fmt::Result {
        let named =
            [(SHM_RDONLY, "SHM_RDONLY"), (SHM_RND, "SHM_RND"), (SHM_REMAP, "SHM_REMAP"), (SHM_EXEC, "SHM_EXEC")];
        each_bit(self.0, &named, visit)
    }
}

impl fmt::Display for AttachFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMED: i32 = SHM_RDONLY | SHM_RND | SHM_REMAP | SHM_EXEC;
        match self.0 {
            0 => f.write_str("0"),
            unknown if unknown & NAMED == 0 => write!(f, "{unknown:#x} /* SHM_??? */"),
            _ => {
                let mut between = "";
                self.each(&mut |flag| write!(f, "{}{flag}", std::mem::replace(&mut between, "|")))
            }
        }
    }
}

/// The second argument of shmctl.
#[derive(Clone, Copy)]
pub struct Command(pub i32);

impl Command {
    /// The bare number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0 & !IPC_64
    }

    /// The name of a command that the kernel knows.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            IPC_RMID => "IPC_RMID",
            IPC_SET => "IPC_SET",
            IPC_STAT => "IPC_STAT",
            IPC_INFO => "IPC_INFO",
            SHM_LOCK => "SHM_LOCK",
            SHM_UNLOCK => "SHM_UNLOCK",
            SHM_STAT => "SHM_STAT",
            SHM_INFO => "SHM_INFO",
            SHM_STAT_ANY => "SHM_STAT_ANY",
            _ => return None,
        })
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 & IPC_64 != 0 {
            f.write_str("IPC_64|")?;
        }
        match Self(self.number()).name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x} /* SHM_??? */", self.number()),
        }
    }
}

/// Permission bits with the leading zero of an octal number: `0666`, `000`.
pub struct Mode(pub u32);

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{:02o}", self.0)
    }
}

/// Shows each bit that has a name, and the rest as one number.
fn each_bit(bits: i32, named: &[(i32, &str)], visit: Visit<'_>) -> fmt::Result {
    let mut rest = bits;
    for (bit, name) in named {
        if bits & bit != 0 {
            visit(format_args!("{name}"))?;
        }
        rest &= !bit;
    }
    if rest == 0 { Ok(()) } else { visit(format_args!("{rest:#x}")) }
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
    fn what_means_nothing_is_told_from_the_size_of_a_huge_page() {
        let huge = SHM_HUGETLB | 21 << 26;
        assert_eq!([0o7666, 0o17777, huge, huge | 1 << 31].map(|flags| GetFlags(flags).unknown()), [0; 4]);
        assert_eq!(GetFlags(21 << 26 | 0o600).unknown(), 21 << 26);
        assert_eq!(GetFlags(huge | 0o20000).unknown(), 0o20000);
        assert_eq!(GetFlags(-1).unknown(), 0x3ff_e000);
        assert_eq!([GetFlags(-1).huge_page(), GetFlags(huge).huge_page()], [63, 21]);
        assert_eq!(GetFlags(huge | 0o10600).without_huge_pages().0, 0o10600);
    }

    #[test]
    fn shmat_flags_read_as_in_strace() {
        let cases = [
            (0, "0"),
            (SHM_RDONLY, "SHM_RDONLY"),
            (0o666, "0x1b6 /* SHM_??? */"),
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
        assert_eq!(Command(-1).to_string(), "IPC_64|0xfffffeff /* SHM_??? */");
        assert_eq!(Command(0x102).to_string(), "IPC_64|IPC_STAT");
        assert_eq!(Command(15).to_string(), "SHM_STAT_ANY");
    }
}

//! One call of the five, and what came of it: plain data, as the program gave it and the kernel answered. Nothing here
//! judges.

use crate::detail::Detail;
use crate::errno::Errno;
use crate::flags::{AttachFlags, Command, GetFlags};
use crate::path::File;
use std::fmt;

/// A System V IPC key (`key_t`, ftok(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(pub i32);

impl Key {
    /// `IPC_PRIVATE`: not a key, but the wish for a segment without one.
    pub const PRIVATE: Self = Self(0);
    /// What ftok(3) returns when it fails.
    pub const FAILED: Self = Self(-1);
}

impl Key {
    /// The formula of ftok(3) in glibc and musl: the project's low 8 bits, the device's low 8, the inode's low 16.
    #[must_use]
    pub const fn of(file: File, project: u8) -> Self {
        let [inode_low, inode_high, ..] = file.inode.to_le_bytes();
        let [device, ..] = file.device.to_le_bytes();
        Self(i32::from_le_bytes([inode_low, inode_high, device, project]))
    }

    /// Of a key that ftok made, its project.
    #[must_use]
    pub const fn project(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// With the decimal number beside it where the source may hold that one: `0x0000162e (5678)`.
    #[must_use]
    pub fn as_in_source(self) -> String {
        match self.0 {
            number @ -1..=99_999 => format!("{self} ({number})"),
            _ => self.to_string(),
        }
    }
}

/// As ipcs(1) prints it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08x}", self.0)
    }
}

/// A segment's identifier in its IPC namespace, as shmget(2) returned it. 0 is a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShmId(pub i32);

impl fmt::Display for ShmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An address in the program's memory. It is never followed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Addr(pub usize);

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { f.write_str("NULL") } else { write!(f, "{:#x}", self.0) }
    }
}

/// One call, with its arguments as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// shmget(2); `size` in bytes.
    Get { key: Key, size: usize, flags: i32 },
    /// shmat(2).
    Attach { id: ShmId, address: Addr, flags: i32 },
    /// shmdt(2).
    Detach { address: Addr },
    /// shmctl(2).
    Control { id: ShmId, command: i32, buffer: Addr },
    /// ftok(3).
    Ftok { path: Addr, project: i32 },
}

impl Call {
    /// The function's name in C.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Get { .. } => "shmget",
            Self::Attach { .. } => "shmat",
            Self::Detach { .. } => "shmdt",
            Self::Control { .. } => "shmctl",
            Self::Ftok { .. } => "ftok",
        }
    }
}

/// Which of the five. As wide as an int, because it goes through functions of C's convention.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Get,
    Attach,
    Detach,
    Control,
    Ftok,
}

impl Call {
    /// The call as words, each of which fits into a register.
    #[inline]
    #[must_use]
    pub const fn words(&self) -> (Function, [usize; 3]) {
        match *self {
            Self::Get { key, size, flags } => (Function::Get, [word(key.0), size, word(flags)]),
            Self::Attach { id, address, flags } => (Function::Attach, [word(id.0), address.0, word(flags)]),
            Self::Detach { address } => (Function::Detach, [address.0, 0, 0]),
            Self::Control { id, command, buffer } => (Function::Control, [word(id.0), word(command), buffer.0]),
            Self::Ftok { path, project } => (Function::Ftok, [path.0, word(project), 0]),
        }
    }

    /// The call that [`Call::words`] took apart.
    #[inline]
    #[must_use]
    pub const fn of_words(function: Function, [first, second, third]: [usize; 3]) -> Self {
        match function {
            Function::Get => Self::Get { key: Key(int(first)), size: second, flags: int(third) },
            Function::Attach => Self::Attach { id: ShmId(int(first)), address: Addr(second), flags: int(third) },
            Function::Detach => Self::Detach { address: Addr(first) },
            Function::Control => Self::Control { id: ShmId(int(first)), command: int(second), buffer: Addr(third) },
            Function::Ftok => Self::Ftok { path: Addr(first), project: int(second) },
        }
    }
}

/// A C int in a register, sign-extended as a C caller may leave it.
#[inline]
#[must_use]
pub const fn word(int: i32) -> usize {
    (int as isize).cast_unsigned()
}

#[expect(clippy::cast_possible_truncation, reason = "it was an int before")]
const fn int(word: usize) -> i32 {
    (word as u32).cast_signed()
}

/// What the call returned when it succeeded (an id, an address, 0, a key), or its errno.
pub type Outcome = Result<usize, Errno>;

/// A call written as strace(1) writes it, with its result: `shmget(0x162e, 27, IPC_CREAT|0666) = 3`.
pub struct Written<'a> {
    pub call: &'a Call,
    pub outcome: Outcome,
    /// Stands in the place of the address that led to it.
    pub detail: Option<&'a Detail>,
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_call(f)?;
        match (self.outcome, self.call) {
            (Err(errno), _) => write!(f, " = -1 {errno}"),
            (Ok(key), Call::Ftok { .. }) => write!(f, " = {:#x}", key & 0xffff_ffff),
            (Ok(address @ 1..), Call::Attach { .. }) => write!(f, " = {address:#x}"),
            (Ok(value), _) => write!(f, " = {value}"),
        }
    }
}

impl Written<'_> {
    fn write_call(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.call {
            Call::Get { key: Key::PRIVATE, size, flags } => {
                write!(f, "shmget(IPC_PRIVATE, {size}, {})", GetFlags(flags))
            }
            Call::Get { key, size, flags } => write!(f, "shmget({:#x}, {size}, {})", key.0, GetFlags(flags)),
            Call::Attach { id, address, flags } => write!(f, "shmat({id}, {address}, {})", AttachFlags(flags)),
            Call::Detach { address } => write!(f, "shmdt({address})"),
            Call::Control { id, command, buffer } => {
                write!(f, "shmctl({id}, {}, ", Command(command))?;
                self.write_pointer(f, buffer)?;
                f.write_str(")")
            }
            Call::Ftok { path, project } => {
                f.write_str("ftok(")?;
                self.write_pointer(f, path)?;
                write!(f, ", {project})")
            }
        }
    }

    fn write_pointer(&self, f: &mut fmt::Formatter<'_>, address: Addr) -> fmt::Result {
        match self.detail {
            Some(detail) => write!(f, "{detail}"),
            None => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detail::{Change, Owner, Template};
    use crate::path::PathStart;

    fn written(call: Call, outcome: Outcome) -> String {
        Written { call: &call, outcome, detail: None }.to_string()
    }

    #[test]
    fn calls_are_written_as_strace_writes_them() {
        let get = |key, size, flags| Call::Get { key: Key(key), size, flags };
        let attach = |address, flags| Call::Attach { id: ShmId(3), address: Addr(address), flags };
        let cases = [
            (get(0x162e, 27, 0o1666), Ok(3), "shmget(0x162e, 27, IPC_CREAT|0666) = 3"),
            (get(0, 0, 0), Err(Errno(22)), "shmget(IPC_PRIVATE, 0, 000) = -1 EINVAL (Invalid argument)"),
            (
                get(-1, usize::MAX, 0),
                Err(Errno(2)),
                "shmget(0xffffffff, 18446744073709551615, 000) = -1 ENOENT (No such file or directory)",
            ),
            (attach(0, 0), Ok(0x7f95_b8c3_4000), "shmat(3, NULL, 0) = 0x7f95b8c34000"),
            // Root may have it there.
            (attach(1, 0o20000), Ok(0), "shmat(3, 0x1, SHM_RND) = 0"),
            (
                attach(usize::MAX, 0o10000),
                Err(Errno(22)),
                "shmat(3, 0xffffffffffffffff, SHM_RDONLY) = -1 EINVAL (Invalid argument)",
            ),
            (Call::Detach { address: Addr(0) }, Err(Errno(22)), "shmdt(NULL) = -1 EINVAL (Invalid argument)"),
            (Call::Control { id: ShmId(-1), command: 0, buffer: Addr(8) }, Ok(0), "shmctl(-1, IPC_RMID, 0x8) = 0"),
            (Call::Ftok { path: Addr(1), project: 65 }, Err(Errno(14)), "ftok(0x1, 65) = -1 EFAULT (Bad address)"),
        ];
        for (call, outcome, expected) in cases {
            assert_eq!(written(call, outcome), expected);
        }
    }

    #[test]
    fn what_a_buffer_shows_stands_in_its_place() {
        let call = Call::Control { id: ShmId(3), command: 1, buffer: Addr(0x7000) };
        let asked = Owner { uid: 1, gid: 2, mode: 0o640 };
        let change =
            Detail::Change(Change { before: Some(Owner { uid: 0, ..asked }), asked, template: Template::Filled });
        let written = Written { call: &call, outcome: Err(Errno(1)), detail: Some(&change) };
        assert_eq!(
            written.to_string(),
            "shmctl(3, IPC_SET, {shm_perm={uid=0 -> 1, gid=2, mode=0640}}) = -1 EPERM (Operation not permitted)"
        );
        assert_eq!(Written { detail: None, outcome: Ok(0), ..written }.to_string(), "shmctl(3, IPC_SET, 0x7000) = 0");
    }

    #[test]
    fn a_path_that_could_be_read_stands_in_quotes() {
        let call = Call::Ftok { path: Addr(1), project: 65 };
        let path = Detail::Path(PathStart::new(b"a\nb"));
        let written = Written { call: &call, outcome: Ok(0x4105_0007), detail: Some(&path) };
        assert_eq!(written.to_string(), r#"ftok("a\nb", 65) = 0x41050007"#);
        let negative = Written { call: &call, outcome: Ok(usize::MAX - 0xff), detail: None };
        assert_eq!(negative.to_string(), "ftok(0x1, 65) = 0xffffff00");
    }

    #[test]
    fn a_call_is_the_same_again_after_it_was_taken_apart() {
        for call in [
            Call::Get { key: Key(-1), size: usize::MAX, flags: i32::MIN },
            Call::Attach { id: ShmId(-2), address: Addr(usize::MAX), flags: -3 },
            Call::Detach { address: Addr(0x7000) },
            Call::Control { id: ShmId(i32::MAX), command: -4, buffer: Addr(1) },
            Call::Ftok { path: Addr(2), project: -5 },
        ] {
            let (function, words) = call.words();
            assert_eq!(Call::of_words(function, words), call);
        }
    }
}

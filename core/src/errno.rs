//! errno values by name and meaning, without libc's tables: strerror(3) is neither safe in a signal handler nor the same
//! in every locale.

use std::fmt;

/// An error number as the kernel returned it (errno(3)), positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    pub const EPERM: Self = Self(1);
    pub const ENOENT: Self = Self(2);
    pub const ENOMEM: Self = Self(12);
    pub const EACCES: Self = Self(13);
    pub const EFAULT: Self = Self(14);
    pub const EEXIST: Self = Self(17);
    pub const EINVAL: Self = Self(22);
    pub const ENOSPC: Self = Self(28);
    pub const ENOSYS: Self = Self(38);
    pub const EIDRM: Self = Self(43);

    /// Its name and its sentence, for every errno that the five calls, and a log file, are known to give.
    #[must_use]
    pub const fn describe(self) -> Option<(&'static str, &'static str)> {
        Some(match self.0 {
            1 => ("EPERM", "Operation not permitted"),
            2 => ("ENOENT", "No such file or directory"),
            4 => ("EINTR", "Interrupted system call"),
            5 => ("EIO", "Input/output error"),
            6 => ("ENXIO", "No such device or address"),
            9 => ("EBADF", "Bad file descriptor"),
            11 => ("EAGAIN", "Resource temporarily unavailable"),
            12 => ("ENOMEM", "Cannot allocate memory"),
            13 => ("EACCES", "Permission denied"),
            14 => ("EFAULT", "Bad address"),
            17 => ("EEXIST", "File exists"),
            20 => ("ENOTDIR", "Not a directory"),
            21 => ("EISDIR", "Is a directory"),
            22 => ("EINVAL", "Invalid argument"),
            23 => ("ENFILE", "Too many open files in system"),
            24 => ("EMFILE", "Too many open files"),
            26 => ("ETXTBSY", "Text file busy"),
            27 => ("EFBIG", "File too large"),
            28 => ("ENOSPC", "No space left on device"),
            30 => ("EROFS", "Read-only file system"),
            32 => ("EPIPE", "Broken pipe"),
            34 => ("ERANGE", "Numerical result out of range"),
            36 => ("ENAMETOOLONG", "File name too long"),
            38 => ("ENOSYS", "Function not implemented"),
            40 => ("ELOOP", "Too many levels of symbolic links"),
            43 => ("EIDRM", "Identifier removed"),
            75 => ("EOVERFLOW", "Value too large for defined data type"),
            116 => ("ESTALE", "Stale file handle"),
            122 => ("EDQUOT", "Disk quota exceeded"),
            _ => return None,
        })
    }
}

/// As strace(1) prints it: `EINVAL (Invalid argument)`.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.describe() {
            Some((name, sentence)) => write!(f, "{name} ({sentence})"),
            None => write!(f, "errno {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Errno;

    #[test]
    #[cfg_attr(miri, ignore = "Miri's libc has sentences of its own")]
    fn names_and_sentences_are_libcs() {
        for number in 1..200 {
            let Some((_, sentence)) = Errno(number).describe() else { continue };
            let libc = std::io::Error::from_raw_os_error(number).to_string();
            assert_eq!(libc, format!("{sentence} (os error {number})"));
        }
    }

    #[test]
    fn an_unknown_number_is_still_said() {
        assert_eq!(Errno(4095).to_string(), "errno 4095");
    }
}

//! `log_path`: what its value names, and the name of one process's file.

use super::Options;

/// Where reports and trace lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogPath<'a> {
    Stderr,
    Stdout,
    /// A file, by [`file_name`].
    File(&'a [u8]),
}

impl Options {
    /// What `log_path` names. The two devices mean what they lead to, and no file `/dev/stderr.PID`.
    #[must_use]
    pub fn log(&self) -> LogPath<'_> {
        match self.log_path.as_slice() {
            b"" | b"stderr" | b"/dev/stderr" => LogPath::Stderr,
            b"stdout" | b"/dev/stdout" => LogPath::Stdout,
            path => LogPath::File(path),
        }
    }
}

/// The name of the file of process `pid`: `%p` is the pid, `%%` a percent sign, and `.PID` is added where no `%p` is and
/// `add_pid` says so. `None` where there is no memory for it.
#[must_use]
pub fn file_name(path: &[u8], pid: i32, add_pid: bool) -> Option<Vec<u8>> {
    let pid = pid.unsigned_abs();
    let mut name = Vec::new();
    // Each pair of bytes can become ten digits, and there is room for what the caller adds.
    name.try_reserve_exact(path.len() * 5 + 32).ok()?;
    let mut rest = path;
    let mut pid_is_in = false;
    while let Some((&byte, tail)) = rest.split_first() {
        match (byte, tail.first()) {
            (b'%', Some(b'p')) => {
                push_number(&mut name, pid);
                pid_is_in = true;
                rest = &tail[1..];
            }
            (b'%', Some(b'%')) => {
                name.push(b'%');
                rest = &tail[1..];
            }
            _ => {
                name.push(byte);
                rest = tail;
            }
        }
    }
    if add_pid && !pid_is_in {
        // In a folder of its own it would be hidden without a name.
        if name.ends_with(b"/") {
            name.extend_from_slice(b"shmsan");
        }
        name.push(b'.');
        push_number(&mut name, pid);
    }
    Some(name)
}

fn push_number(name: &mut Vec<u8>, number: u32) {
    let mut unit = 1_000_000_000;
    while unit > 1 && number < unit {
        unit /= 10;
    }
    while unit > 0 {
        let digit = u8::try_from(number / unit % 10).unwrap_or_default();
        name.push(b'0' + digit);
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_is_added_unless_it_is_in_the_path() {
        let cases = [
            ("/tmp/log", "/tmp/log.1234"),
            ("/tmp/log.%p.txt", "/tmp/log.1234.txt"),
            ("%p%p", "12341234"),
            ("100%%", "100%.1234"),
            ("%%p", "%p.1234"),
            ("%%%p", "%1234"),
            ("a%b%", "a%b%.1234"),
            ("logs/", "logs/shmsan.1234"),
        ];
        for (path, expected) in cases {
            assert_eq!(file_name(path.as_bytes(), 1234, true).unwrap(), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn one_file_has_the_name_it_is_given() {
        for (path, expected) in [("/tmp/log", "/tmp/log"), ("100%%", "100%"), ("log.%p", "log.7")] {
            assert_eq!(file_name(path.as_bytes(), 7, false).unwrap(), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn every_pid_is_written_as_a_number() {
        for pid in [0, 1, 9, 10, 4_194_304, i32::MAX] {
            assert_eq!(file_name(b"%p", pid, true).unwrap(), pid.to_string().into_bytes());
        }
    }

    #[test]
    fn two_words_and_their_devices_are_no_files() {
        let log = |path: &str| {
            let (options, complaints) = Options::read(&[("HERE", format!("log_path='{path}'").as_bytes())]);
            assert!(complaints.is_empty());
            options
        };
        for (path, expected) in [("", LogPath::Stderr), ("stderr", LogPath::Stderr), ("/dev/stderr", LogPath::Stderr)] {
            assert_eq!(log(path).log(), expected, "{path}");
        }
        assert_eq!(log("stdout").log(), LogPath::Stdout);
        assert_eq!(log("/dev/stdout").log(), LogPath::Stdout);
        assert_eq!(log("./stderr").log(), LogPath::File(b"./stderr"));
        assert_eq!(Options::default().log(), LogPath::Stderr);
    }

    #[test]
    fn there_is_room_for_what_the_caller_adds() {
        // No pid is longer.
        for path in [b"%p".repeat(9), b"log".to_vec()] {
            let name = file_name(&path, i32::MIN, false).unwrap();
            assert!(name.capacity() >= name.len() + 32, "{} of {}", name.capacity() - name.len(), name.len());
        }
    }
}

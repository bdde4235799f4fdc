//! A terminal with a person at it: a pty whose other end is the controlling terminal of a session of its own.

use crate::harness::clean;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_mins(1);

pub struct Terminal {
    /// Until it is taken away.
    master: Option<OwnedFd>,
    child: Child,
    /// What was shown, without what [`Terminal::expect`] has passed.
    shown: String,
}

impl Terminal {
    pub fn start(command: Command) -> Self {
        Self::start_with(command, &[])
    }

    /// Starts the command as the leader of the terminal's session, with these variables. Nothing that is typed is echoed.
    pub fn start_with(mut command: Command, variables: &[(&str, &str)]) -> Self {
        let (mut master, mut slave) = (-1, -1);
        let size = libc::winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let none = std::ptr::null();
        // SAFETY: two ints are written, and the size is read.
        let made =
            unsafe { libc::openpty(&raw mut master, &raw mut slave, std::ptr::null_mut(), none, &raw const size) };
        assert_eq!(made, 0);
        // SAFETY: a fresh descriptor that nobody else owns.
        let master = unsafe { OwnedFd::from_raw_fd(master) };
        // SAFETY: the same.
        let slave = unsafe { OwnedFd::from_raw_fd(slave) };
        for descriptor in [&master, &slave] {
            // SAFETY: takes numbers only.
            unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) };
        }
        quiet(&slave);
        clean(&mut command);
        command.env("PS1", "").env("TERM", "xterm").env_remove("ENV");
        command.envs(variables.iter().copied());
        let end = || Stdio::from(slave.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        let lead = || {
            // SAFETY: takes no arguments.
            unsafe { libc::setsid() };
            // SAFETY: takes a number.
            unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) };
            Ok(())
        };
        // SAFETY: the closure makes system calls only.
        unsafe { command.pre_exec(lead) };
        let child = command.spawn().unwrap();
        Self { master: Some(master), child, shown: String::new() }
    }

    fn master(&self) -> &OwnedFd {
        self.master.as_ref().unwrap()
    }

    pub fn send(&self, keys: &str) {
        // SAFETY: the bytes are ours to read.
        let written = unsafe { libc::write(self.master().as_raw_fd(), keys.as_ptr().cast(), keys.len()) };
        assert_eq!(usize::try_from(written), Ok(keys.len()));
    }

    /// Waits until `text` is shown, and returns what was shown before it.
    pub fn expect(&mut self, text: &str) -> String {
        let begin = Instant::now();
        loop {
            if let Some(at) = self.shown.find(text) {
                let before = self.shown[..at].to_owned();
                self.shown = self.shown[at + text.len()..].to_owned();
                return before;
            }
            assert!(begin.elapsed() < LIMIT && self.read(), "no {text:?}, but {:?}", self.shown);
        }
    }

    /// Changes the size, which the kernel tells the foreground process group.
    pub fn resize(&self, columns: u16) {
        let size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: the size is ours to read.
        assert_eq!(unsafe { libc::ioctl(self.master().as_raw_fd(), libc::TIOCSWINSZ, &raw const size) }, 0);
    }

    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Waits for the leader, and returns all that was shown until then.
    pub fn end(mut self) -> (String, ExitStatus) {
        let begin = Instant::now();
        while self.read() {
            assert!(begin.elapsed() < LIMIT, "{:?}", self.shown);
        }
        let status = self.child.wait().unwrap();
        (std::mem::take(&mut self.shown), status)
    }

    /// Takes the terminal away, as when its window is closed.
    pub fn hang_up(mut self) -> ExitStatus {
        drop(self.master.take());
        self.child.wait().unwrap()
    }

    /// Whether there may be more to come.
    fn read(&mut self) -> bool {
        let mut poll = libc::pollfd { fd: self.master().as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one pollfd, on our stack.
        if unsafe { libc::poll(&raw mut poll, 1, i32::try_from(LIMIT.as_millis()).unwrap()) } != 1 {
            return false;
        }
        let mut bytes = [0_u8; 4096];
        // SAFETY: the kernel writes at most so many bytes.
        let read = unsafe { libc::read(self.master().as_raw_fd(), bytes.as_mut_ptr().cast(), bytes.len()) };
        // EIO when the last of the other side has gone.
        let Ok(read @ 1..) = usize::try_from(read) else { return false };
        self.shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
        true
    }
}

/// Without an echo and without carriage returns.
fn quiet(slave: &OwnedFd) {
    let mut modes = std::mem::MaybeUninit::<libc::termios>::uninit();
    // SAFETY: the kernel writes the struct.
    assert_eq!(unsafe { libc::tcgetattr(slave.as_raw_fd(), modes.as_mut_ptr()) }, 0);
    // SAFETY: written just now.
    let mut modes = unsafe { modes.assume_init() };
    modes.c_lflag &= !libc::ECHO;
    modes.c_oflag &= !libc::OPOST;
    // SAFETY: the struct is ours to read.
    assert_eq!(unsafe { libc::tcsetattr(slave.as_raw_fd(), libc::TCSANOW, &raw const modes) }, 0);
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind; one that did not has waited for the child.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As a shell says it.
pub fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

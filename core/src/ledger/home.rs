//! Where ledgers lie: in the user's runtime directory, else in a folder of the user's own below /run or /dev/shm.

/// A folder that may hold the ledgers of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The folder it is in.
    pub above: Vec<u8>,
    pub name: String,
    /// Whether what is above belongs to everybody. If not, it must be the user's own.
    pub is_public: bool,
}

/// Of a user whose XDG_RUNTIME_DIR is `runtime`, the first that can be had.
pub fn homes(user: u32, runtime: Option<&[u8]>) -> impl Iterator<Item = Home> {
    let below = |above: &[u8]| Home { above: above.to_vec(), name: "shmsan".to_owned(), is_public: false };
    let public = Home { above: b"/dev/shm".to_vec(), name: format!("shmsan-{user}"), is_public: true };
    let system = (user == 0).then(|| below(b"/run"));
    [runtime.map(below), system, Some(public)].into_iter().flatten()
}

/// Where that variable usually points to.
#[must_use]
pub fn usual_runtime(user: u32) -> Vec<u8> {
    format!("/run/user/{user}").into_bytes()
}

/// A file's name.
#[must_use]
pub fn name(pid: i32, number: u64) -> String {
    format!("{pid}-{number:016x}")
}

/// The process whose file has this name.
#[must_use]
pub fn pid_of(name: &[u8]) -> Option<i32> {
    let (pid, number) = str::from_utf8(name).ok()?.split_once('-')?;
    let digits = |text: &str, length, is_digit: fn(u8) -> bool| text.len() <= length && text.bytes().all(is_digit);
    if !digits(pid, 10, |digit| digit.is_ascii_digit()) || !digits(number, 16, |digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    pid.parse().ok().filter(|pid| *pid > 0)
}

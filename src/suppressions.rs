//! The suppressions in force: the user's file, the program's own, and those of known idioms. Read with the first finding.

use crate::kernel::file;
use crate::memory::c_string;
use crate::state::{self, TRACKER, options};
use crate::weak::weak;
use crate::{identity, sink, site};
use once_cell::race::OnceBox;
use shmsan_core::errno::Errno;
use shmsan_core::finding::Finding;
use shmsan_core::suppress::{Suppressions, Suspect};
use shmsan_core::text::Plain;
use std::ffi::{CString, c_char};
use std::fmt::Write;

/// The most that is read of the user's file.
const MOST: usize = 1 << 20;

/// `shmsan_default_suppressions`, as the header declares it.
type DefaultSuppressions = unsafe extern "C" fn() -> *const c_char;

static LIST: OnceBox<Suppressions> = OnceBox::new();

/// At load: the user's file may not be found from where the program goes, and what is wrong with it is said at once.
pub fn read_early() {
    if state::given().is_some_and(|settings| !settings.options.suppressions.is_empty()) {
        list();
    }
}

/// The number of the one that keeps `finding` unsaid.
pub fn find(finding: &Finding) -> Option<usize> {
    let sites = [Some(finding.site), finding.earlier.as_ref().map(|earlier| earlier.site)];
    let frames: Vec<_> = sites.into_iter().flatten().flat_map(site::frames).collect();
    let exe = identity::exe().unwrap_or_default();
    list().find(&Suspect { rule: finding.rule.id, frames: &frames, key: finding.key, exe })
}

/// It was used so often.
pub fn count(number: usize, times: u64) {
    list().count(number, times);
}

/// At the end: which were used, and how often.
pub fn say_used() {
    let Some(list) = LIST.get().filter(|_| options().print_suppressions) else { return };
    let mut counts = Vec::with_capacity(256);
    TRACKER.with(|tracker| counts.extend(tracker.said().suppressed().take(256)));
    for (number, times) in counts {
        list.count(number, times);
    }
    let mut text = String::new();
    for (times, suppression) in list.used() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {times:7} {}", Plain(suppression.as_bytes()));
    }
    if !text.is_empty() {
        sink::say(format!("=={}==shmsan: suppressions used:\n{text}", identity::pid()).as_bytes());
    }
}

fn list() -> &'static Suppressions {
    LIST.get_or_init(|| {
        let mut list = Suppressions::default();
        add_users(&mut list, &options().suppressions);
        complain("shmsan_default_suppressions", &list.add(program_defaults()));
        list.add_built_in();
        Box::new(list)
    })
}

fn add_users(list: &mut Suppressions, path: &[u8]) {
    if path.is_empty() {
        return;
    }
    let name = Plain(path).to_string();
    let read = CString::new(path).map_err(|_| libc::EINVAL).and_then(|path| file::try_read(&path, MOST));
    match read {
        Ok(text) => complain(&name, &list.add(&text)),
        Err(errno) => complain(&name, &[Errno(errno).to_string()]),
    }
}

fn complain(source: &str, complaints: &[String]) {
    for complaint in complaints {
        sink::complain(format!("shmsan: suppressions: {source}: {complaint}\n").as_bytes());
    }
}

fn program_defaults() -> &'static [u8] {
    let Some(function) = weak!("shmsan_default_suppressions" as DefaultSuppressions) else { return b"" };
    // SAFETY: the header says what it may do.
    let text = unsafe { function() };
    // SAFETY: the header asks for NULL or a string that lives on.
    unsafe { c_string(text) }
}

//! The globals of the shim: the tracker and the options.

use crate::kernel::file;
use crate::lock::{Line, Locked};
use crate::memory::c_string;
use crate::sink;
use crate::weak::weak;
use crate::{journal, ledger};
use once_cell::race::OnceBox;
use shmsan_core::options::Options;
use shmsan_core::tracker::Tracker;
use shmsan_core::tracker::seen::Seen;
use std::ffi::{CStr, c_char};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8};

unsafe extern "C" {
    /// Of glibc and musl.
    fn secure_getenv(name: *const c_char) -> *const c_char;
    static environ: *const *const c_char;
}

/// `shmsan_default_options`, as the header declares it.
type DefaultOptions = unsafe extern "C" fn() -> *const c_char;

pub static TRACKER: Line<Locked<Tracker>> = Line(Locked::new(Tracker::new()));
/// Which calls are no news to the tracker nor to the rules.
pub static SEEN: Seen = Seen::new();

static SETTINGS: OnceBox<Settings> = OnceBox::new();
/// Whether there was anything to read when [`look_around`] looked: one of the three below.
static GIVEN: AtomicU8 = AtomicU8::new(NOT_LOOKED);
const NOT_LOOKED: u8 = 0;
const NOTHING: u8 = 1;
const SOMETHING: u8 = 2;
/// Whether the user wants no colour anywhere.
static PLAIN_WANTED: AtomicBool = AtomicBool::new(false);

/// The options and what is wrong with them.
pub struct Settings {
    pub options: Options,
    pub complaints: Vec<String>,
}

/// What the user chose, read at load or at a call that comes before.
pub fn options() -> &'static Options {
    &settings().options
}

/// Whether the user wants no colour anywhere, by NO_COLOR or TERM=dumb.
pub fn is_plain_wanted() -> bool {
    PLAIN_WANTED.load(Relaxed)
}

/// Looks whether anybody gave options, which costs no memory; the environment is not looked at again where nobody did,
/// because by then a thread may be changing it. To be called at load, or at a call that comes before.
pub fn look_around() {
    let given = environment(c"SHMSAN_OPTIONS").is_some() || default_options().is_some();
    GIVEN.store(if given { SOMETHING } else { NOTHING }, Relaxed);
    if let Some(session) = environment(c"SHMSAN_SESSION") {
        journal::join(session);
    }
    if let Some(runtime) = environment(c"XDG_RUNTIME_DIR") {
        ledger::remember_runtime_folder(runtime);
    }
    let dumb = environment(c"TERM").is_some_and(|term| term == b"dumb");
    PLAIN_WANTED.store(dumb || environment(c"NO_COLOR").is_some(), Relaxed);
}

/// The settings, where anybody gave options.
pub fn given() -> Option<&'static Settings> {
    is_anything_given().then(settings)
}

fn is_anything_given() -> bool {
    // Another thread may be about to look.
    if GIVEN.load(Relaxed) == NOT_LOOKED {
        look_around();
    }
    GIVEN.load(Relaxed) == SOMETHING
}

fn settings() -> &'static Settings {
    SETTINGS.get().unwrap_or_else(read)
}

#[cold]
fn read() -> &'static Settings {
    SETTINGS.get_or_init(|| {
        let sources: &[(&str, &[u8])] = if is_anything_given() {
            &[
                ("shmsan_default_options", program_defaults()),
                ("SHMSAN_OPTIONS", environment(c"SHMSAN_OPTIONS").unwrap_or_default()),
            ]
        } else {
            &[]
        };
        let (options, complaints) = Options::read(sources);
        sink::choose(&options);
        Box::new(Settings { options, complaints })
    })
}

/// A variable of the environment that is not empty; nothing in a program that runs with more rights than its user
/// (AT_SECURE).
fn environment(name: &CStr) -> Option<&'static [u8]> {
    // SAFETY: a pointer, read once.
    if unsafe { (&raw const environ).read_volatile() }.is_null() {
        return early_environment(name);
    }
    // SAFETY: the name ends in NUL.
    let value = unsafe { secure_getenv(name.as_ptr()) };
    // SAFETY: NULL, or a string of the environment.
    Some(unsafe { c_string(value) }).filter(|value| !value.is_empty())
}

/// The same before libc has been told of its environment: a call from `.preinit_array` comes before everything.
#[cold]
fn early_environment(name: &CStr) -> Option<&'static [u8]> {
    const MOST: usize = 2 << 20;
    static READ: OnceBox<Vec<u8>> = OnceBox::new();
    // SAFETY: it has no preconditions.
    if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
        return None;
    }
    let all = READ.get_or_init(|| Box::new(file::read(c"/proc/self/environ", MOST).unwrap_or_default()));
    let value = |line: &'static [u8]| line.strip_prefix(name.to_bytes())?.strip_prefix(b"=");
    all.split(|byte| *byte == 0).find_map(value).filter(|value| !value.is_empty())
}

/// What the program's own function says; its code has the program's rights, so it is asked in every program.
fn program_defaults() -> &'static [u8] {
    let Some(function) = default_options() else { return b"" };
    // SAFETY: the header says what it may do.
    let text = unsafe { function() };
    // SAFETY: the header asks for NULL or a string that lives on.
    unsafe { c_string(text) }
}

fn default_options() -> Option<DefaultOptions> {
    weak!("shmsan_default_options" as DefaultOptions)
}

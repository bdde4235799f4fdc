//! Everything unsafe: the calls that are measured, as libc does them and as they are in front of that, and what else is asked of
//! the kernel.

use std::ffi::{CStr, c_int, c_void};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::null_mut;
use std::sync::atomic::AtomicU32;
use std::{fs, io};

type Get = unsafe extern "C" fn(libc::key_t, libc::size_t, c_int) -> c_int;
type Attach = unsafe extern "C" fn(c_int, *const c_void, c_int) -> *mut c_void;
type Detach = unsafe extern "C" fn(*const c_void) -> c_int;
type Control = unsafe extern "C" fn(c_int, c_int, *mut libc::shmid_ds) -> c_int;

/// One set of the calls. Who uses them ends with the first that fails: then nothing is measured.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    get: Get,
    attach: Attach,
    detach: Detach,
    control: Control,
}

impl Calls {
    /// Those that a program gets: the shim's, where that is preloaded.
    pub const fn of_the_program() -> Self {
        Self { get: libc::shmget, attach: libc::shmat, detach: libc::shmdt, control: libc::shmctl }
    }

    /// libc's own, whoever stands in front of it.
    pub fn of_libc() -> Option<Self> {
        // SAFETY: the library is loaded already, and stays.
        let library = unsafe { libc::dlopen(c"libc.so.6".as_ptr(), libc::RTLD_NOW) };
        let find = |name: &CStr| {
            // SAFETY: a handle, and a name that ends in NUL.
            let found = unsafe { libc::dlsym(library, name.as_ptr()) };
            (!library.is_null() && !found.is_null()).then_some(found)
        };
        // SAFETY: libc's function of that name has that signature.
        let get = unsafe { std::mem::transmute::<*mut c_void, Get>(find(c"shmget")?) };
        // SAFETY: as above.
        let attach = unsafe { std::mem::transmute::<*mut c_void, Attach>(find(c"shmat")?) };
        // SAFETY: as above.
        let detach = unsafe { std::mem::transmute::<*mut c_void, Detach>(find(c"shmdt")?) };
        // SAFETY: as above.
        let control = unsafe { std::mem::transmute::<*mut c_void, Control>(find(c"shmctl")?) };
        Some(Self { get, attach, detach, control })
    }

    /// Whether both lead to the same code.
    pub fn is(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.get, other.get)
    }

    pub fn get(&self, key: i32, size: usize, flags: i32) -> i32 {
        // SAFETY: the kernel checks its arguments.
        let id = unsafe { (self.get)(key, size, flags) };
        sure(id != -1, "shmget");
        id
    }

    pub fn attach(&self, id: i32) -> *mut u8 {
        // SAFETY: the kernel chooses the place.
        let memory = unsafe { (self.attach)(id, null_mut(), 0) };
        sure(memory as isize != -1, "shmat");
        memory.cast()
    }

    pub fn detach(&self, memory: *mut u8) {
        // SAFETY: attached a moment ago, and not used any more.
        sure(unsafe { (self.detach)(memory.cast()) } == 0, "shmdt");
    }

    pub fn status(&self, id: i32) {
        let mut status = std::mem::MaybeUninit::<libc::shmid_ds>::uninit();
        // SAFETY: the kernel fills the buffer.
        sure(unsafe { (self.control)(id, libc::IPC_STAT, status.as_mut_ptr()) } == 0, "IPC_STAT");
    }

    pub fn remove(&self, id: i32) {
        // SAFETY: IPC_RMID takes no buffer.
        sure(unsafe { (self.control)(id, libc::IPC_RMID, null_mut()) } == 0, "IPC_RMID");
    }
}

/// Makes the page resident.
pub fn touch(memory: *mut u8) {
    // SAFETY: the first byte of an attachment.
    unsafe { memory.write_volatile(1) };
}

/// A view of what is attached there.
pub fn bytes<'a>(memory: *mut u8, size: usize) -> &'a mut [u8] {
    // SAFETY: attached with so many bytes, for as long as the process lives; who looks at it from two sides takes turns.
    unsafe { std::slice::from_raw_parts_mut(memory, size) }
}

/// Its first four bytes, as a word that two processes share.
pub const fn word<'a>(memory: *mut u8) -> &'a AtomicU32 {
    // SAFETY: the beginning of an attachment that stays, and that is reached by atomics alone while this is used.
    unsafe { AtomicU32::from_ptr(memory.cast()) }
}

#[track_caller]
fn sure(worked: bool, call: &str) {
    assert!(worked, "{call}: {}", io::Error::last_os_error());
}

/// Enters an IPC namespace of its own, so that nobody else's segments are there.
pub fn new_ipc_namespace() -> io::Result<()> {
    // SAFETY: takes flags only.
    if unsafe { libc::unshare(libc::CLONE_NEWIPC) } == 0 {
        return Ok(());
    }
    // SAFETY: it only tells.
    let user = unsafe { libc::geteuid() };
    // SAFETY: as above.
    let group = unsafe { libc::getegid() };
    // SAFETY: as above.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWIPC) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // Nobody without a name there: a tracer becomes who it is.
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// What the command starts is ended after so many seconds.
pub fn end_after(seconds: u32, command: &mut Command) -> &mut Command {
    let bound = move || {
        // SAFETY: nobody here handles SIGALRM, and an exec keeps the alarm.
        unsafe { libc::alarm(seconds) };
        Ok(())
    };
    // SAFETY: alarm(2) may be called between fork and exec.
    unsafe { command.pre_exec(bound) }
}

/// A child of fork(2) runs `work` and ends with its status; its pid.
pub fn fork(work: impl FnOnce() -> i32) -> io::Result<i32> {
    // SAFETY: this process has no other thread here.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => std::process::exit(work()),
        pid => Ok(pid),
    }
}

/// Whether the child ended with status 0.
pub fn wait(pid: i32) -> bool {
    let mut status = 0;
    // SAFETY: a child of ours.
    let ended = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    ended == pid && status == 0
}

/// The microseconds of processor time that the child and its own children took, if it ended with status 0.
pub fn wait_and_count(pid: i32) -> Option<f64> {
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: a child of ours; the kernel fills the structure.
    let ended = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
    // SAFETY: all zeroes are a good structure, and the kernel filled it.
    let libc::rusage { ru_utime: user, ru_stime: system, .. } = unsafe { usage.assume_init() };
    let microseconds = 1_000_000 * (user.tv_sec + system.tv_sec) + user.tv_usec + system.tv_usec;
    (ended == pid && status == 0).then(|| f64::from(u32::try_from(microseconds).unwrap_or(u32::MAX)))
}

/// A System V message queue, or a set of semaphores, which goes with its owner.
pub struct Queue(c_int);
pub struct Semaphores(c_int);

/// As large as a message may be on most machines (msgmax).
pub const LARGEST_MESSAGE: usize = 8192;

#[repr(C)]
pub struct Message {
    kind: libc::c_long,
    pub bytes: [u8; LARGEST_MESSAGE],
}

impl Message {
    pub const fn new() -> Self {
        Self { kind: 1, bytes: [0; LARGEST_MESSAGE] }
    }
}

impl Queue {
    pub fn new() -> Self {
        // SAFETY: the kernel checks its arguments.
        let id = unsafe { libc::msgget(libc::IPC_PRIVATE, 0o600) };
        sure(id != -1, "msgget");
        Self(id)
    }

    pub fn send(&self, message: &Message, length: usize) {
        // SAFETY: so many bytes are there behind the kind.
        sure(unsafe { libc::msgsnd(self.0, (&raw const *message).cast(), length, 0) } == 0, "msgsnd");
    }

    pub fn receive(&self, message: &mut Message) -> usize {
        // SAFETY: so many bytes fit behind the kind.
        let length = unsafe { libc::msgrcv(self.0, (&raw mut *message).cast(), LARGEST_MESSAGE, 0, 0) };
        sure(length >= 0, "msgrcv");
        length.cast_unsigned()
    }

    pub fn remove(self) {
        // SAFETY: IPC_RMID takes no buffer.
        unsafe { libc::msgctl(self.0, libc::IPC_RMID, null_mut()) };
    }
}

impl Semaphores {
    pub fn new(count: c_int) -> Self {
        // SAFETY: the kernel checks its arguments.
        let id = unsafe { libc::semget(libc::IPC_PRIVATE, count, 0o600) };
        sure(id != -1, "semget");
        Self(id)
    }

    /// Adds to one of them, or waits until so much can be taken.
    pub fn change(&self, which: u16, by: i16) {
        let mut operation = libc::sembuf { sem_num: which, sem_op: by, sem_flg: 0 };
        // SAFETY: one operation, on our stack.
        sure(unsafe { libc::semop(self.0, &raw mut operation, 1) } == 0, "semop");
    }

    pub fn remove(self) {
        // SAFETY: IPC_RMID takes no more.
        unsafe { libc::semctl(self.0, 0, libc::IPC_RMID) };
    }
}

/// Makes a FIFO.
pub fn make_fifo(path: &CStr) -> io::Result<()> {
    // SAFETY: the path ends in NUL.
    if unsafe { libc::mkfifo(path.as_ptr(), 0o600) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

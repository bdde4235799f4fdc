//! The kernel that this process asks.

use super::machine::Machine;
use crate::machine::{Names, holders};
use crate::sys::{Followed, segments};
use shmsan_core::call::ShmId;
use shmsan_core::check::run::Holder;
use shmsan_core::detail::Status;
use shmsan_core::facts::started;
use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;

pub struct Here {
    namespace: u64,
    names: RefCell<Names>,
}

impl Here {
    /// In the IPC namespace that this process is in now.
    pub fn new() -> Self {
        let namespace = fs::metadata("/proc/self/ns/ipc").map_or(0, |status| status.ino());
        Self { namespace, names: RefCell::default() }
    }
}

impl Machine for Here {
    fn segments(&self) -> Vec<(ShmId, Status)> {
        let Ok((last, _)) = segments::usage() else { return Vec::new() };
        (0..=last).filter_map(|place| segments::at(place).ok()).filter_map(|(id, status)| Some((id, status?))).collect()
    }

    fn segment(&self, id: ShmId) -> Option<Status> {
        segments::at(id.0).ok().filter(|(tenant, _)| *tenant == id)?.1
    }

    fn holders(&self, id: ShmId) -> Vec<Holder> {
        let Ok(all) = holders(|_, _| {}) else { return Vec::new() };
        all.of(id).map(|(holder, _)| Holder { pid: holder.pid, command: holder.command.clone() }).collect()
    }

    fn destroys_with_last_user(&self) -> bool {
        fs::read("/proc/sys/kernel/shm_rmid_forced").is_ok_and(|text| text.trim_ascii() == b"1")
    }

    fn namespace(&self) -> u64 {
        self.namespace
    }

    fn user_name(&self, uid: u32) -> Option<String> {
        self.names.borrow_mut().user(uid).map(str::to_owned)
    }

    fn runs(&self, pid: i32, began: u64) -> bool {
        // One that has ended and was not waited for is not gone yet: how it ended may still be told.
        let found = fs::read(format!("/proc/{pid}/stat")).ok().as_deref().and_then(started);
        found.is_some_and(|found| began == 0 || found.ticks == began)
    }

    fn exe(&self, pid: i32) -> Option<Vec<u8>> {
        fs::read_link(format!("/proc/{pid}/exe")).ok().map(|path| path.into_os_string().into_vec())
    }

    fn follow(&self, pid: i32, began: u64) -> Option<Followed> {
        // It may be another one's pid, in another pid namespace or by now.
        Followed::open(pid).filter(|_| began != 0 && self.runs(pid, began))
    }

    fn user(&self) -> u32 {
        rustix::process::geteuid().as_raw()
    }

    fn remove(&self, id: ShmId) -> io::Result<()> {
        segments::remove(id)
    }
}

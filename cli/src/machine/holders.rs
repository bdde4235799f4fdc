//! Who has a segment attached. The kernel only counts: nattch is a number of mappings. The processes are looked for one by
//! one; who may not be looked at is counted and not guessed.

use super::command_of;
use super::creator::stat_of;
use rustix::fs::{MemfdFlags, fstat, major, memfd_create, minor};
use shmsan_core::call::ShmId;
use shmsan_core::machine::{Device, Mapped};
use std::fs::{File, metadata, read_dir};
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::os::unix::fs::MetadataExt;

/// One process that has segments attached.
#[derive(Debug)]
pub struct Holder {
    pub pid: i32,
    pub command: Option<Vec<u8>>,
    /// In the order of the ids, and of one by address.
    mappings: Vec<Mapped>,
}

/// All that could be found.
#[derive(Debug)]
pub struct Holders {
    pub processes: Vec<Holder>,
    /// Processes that may not be looked at; they may have segments attached or not.
    pub unreadable: usize,
}

impl Holders {
    /// Those that have this segment attached, with its mappings alone.
    pub fn of(&self, id: ShmId) -> impl Iterator<Item = (&Holder, &[Mapped])> {
        self.processes.iter().map(move |holder| (holder, holder.of(id))).filter(|(_, mappings)| !mappings.is_empty())
    }
}

impl Holder {
    fn of(&self, id: ShmId) -> &[Mapped] {
        let begin = self.mappings.partition_point(|mapped| mapped.id.0 < id.0);
        let length = self.mappings[begin..].partition_point(|mapped| mapped.id == id);
        &self.mappings[begin..begin + length]
    }
}

/// Looks at every process in this IPC namespace: an id means another segment elsewhere. `progress` is told how many
/// processes of how many are done.
///
/// # Errors
/// Where /proc cannot be read.
pub fn holders(mut progress: impl FnMut(u64, u64)) -> io::Result<Holders> {
    let devices = devices();
    let namespace = namespace_of("self")?;
    let mut pids: Vec<i32> =
        read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    let (mut processes, mut unreadable) = (Vec::new(), 0);
    for (done, pid) in (1..).zip(&pids) {
        let seen = namespace_of(&pid.to_string())
            .and_then(|other| if other == namespace { mappings(*pid, &devices) } else { Ok(Vec::new()) });
        match seen {
            Ok(mappings) if mappings.is_empty() => {}
            Ok(mappings) => processes.push(Holder { pid: *pid, command: command_of(*pid), mappings }),
            Err(error) if error.kind() == ErrorKind::PermissionDenied && has_memory(*pid) => unreadable += 1,
            // It has just ended.
            Err(_) => {}
        }
        progress(done, pids.len() as u64);
    }
    Ok(Holders { processes, unreadable })
}

/// Device and inode name a namespace.
fn namespace_of(process: &str) -> io::Result<(u64, u64)> {
    let found = metadata(format!("/proc/{process}/ns/ipc"))?;
    Ok((found.dev(), found.ino()))
}

fn mappings(pid: i32, devices: &[Device]) -> io::Result<Vec<Mapped>> {
    let mut text = BufReader::with_capacity(1 << 16, File::open(format!("/proc/{pid}/maps"))?);
    let (mut line, mut found) = (Vec::new(), Vec::new());
    while text.read_until(b'\n', &mut line)? > 0 {
        found.extend(Mapped::parse(&line, devices));
        line.clear();
    }
    found.sort_by_key(|mapped| mapped.id.0);
    Ok(found)
}

/// The kernel's threads and what has ended hold nothing.
fn has_memory(pid: i32) -> bool {
    stat_of(pid).is_some_and(|stat| !stat.is_kernel_thread && !stat.started.ended)
}

/// Of the filesystems that segments are made on: those that the kernel mounts for itself alone, for pages of the usual size
/// and of each huge one. What memfd_create(2) makes lies there too, and takes no memory while it is empty.
fn devices() -> Vec<Device> {
    const HUGE_SHIFT: u32 = 26;
    // The logarithms of all sizes that a kernel could have.
    let huge = (14..=34).map(|size: u32| MemfdFlags::HUGETLB | MemfdFlags::from_bits_retain(size << HUGE_SHIFT));
    let flags = std::iter::once(MemfdFlags::empty()).chain(huge);
    flags
        .filter_map(|flags| {
            let file = memfd_create("shmsan", flags | MemfdFlags::CLOEXEC).ok()?;
            let device = fstat(file).ok()?.st_dev;
            Some(Device { major: major(device), minor: minor(device) })
        })
        .collect()
}

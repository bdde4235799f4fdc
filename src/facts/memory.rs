//! The memory of the machine, as /proc and /sys tell it.

use crate::kernel::file;
use shmsan_core::facts::{self, HugePages, Memory};
use std::ffi::{CStr, CString};

/// The most that is read of /proc/meminfo, and of a file with one number.
const MEMINFO: usize = 1 << 16;
const NUMBER: usize = 64;
/// The logarithms of the sizes that huge pages may have: 64 KiB to 16 GiB.
const SIZES: std::ops::RangeInclusive<u32> = 16..=34;

pub fn memory() -> Option<Memory> {
    let overcommit = number(c"/proc/sys/vm/overcommit_memory")?;
    facts::memory(&file::read(c"/proc/meminfo", MEMINFO)?, overcommit)
}

/// Each size is a folder of its own.
pub fn huge_pages() -> Vec<HugePages> {
    let of_size = |exponent: u32| {
        let count = |name: &str| {
            let path = format!("/sys/kernel/mm/hugepages/hugepages-{}kB/{name}", 1_u64 << (exponent - 10));
            number(&CString::new(path).ok()?)
        };
        Some(HugePages {
            size: 1 << exponent,
            total: count("nr_hugepages")?,
            free: count("free_hugepages")?,
            reserved: count("resv_hugepages")?,
        })
    };
    SIZES.filter_map(of_size).collect()
}

pub fn huge_page_group() -> Option<u32> {
    number(c"/proc/sys/vm/hugetlb_shm_group")?.try_into().ok()
}

fn number(path: &CStr) -> Option<u64> {
    str::from_utf8(&file::read(path, NUMBER)?).ok()?.trim_end().parse().ok()
}

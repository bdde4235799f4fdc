//! Rust's memory, from the kernel and never from the program's malloc, which may be broken, or itself in shared memory.
//! Without memory it lives on a small reserve and turns the checks off: an allocation that fails would abort the program.

use crate::boundary;
use crate::kernel::map;
use crate::lock::{Locked, RawLock};
use dlmalloc::{Allocator, Dlmalloc};
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr::null_mut;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

#[global_allocator]
static ALLOCATOR: Own = Own;

static HEAP: Locked<Dlmalloc<Kernel>> = Locked::new(Dlmalloc::new_with_allocator(Kernel));
static RESERVE: Reserve = Reserve { used: AtomicUsize::new(0), bytes: UnsafeCell::new([0; Reserve::SIZE]) };

/// The heap's lock, to be held over a fork.
pub const fn lock() -> &'static RawLock {
    HEAP.raw()
}

struct Own;

// SAFETY: memory comes from the heap under its lock, or from the reserve, and goes back where it came from.
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's layout.
        let address = HEAP.with(|heap| unsafe { heap.malloc(layout.size(), layout.align()) });
        match address {
            Some(address) if !address.is_null() => address,
            _ => RESERVE.take(layout),
        }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        if !RESERVE.holds(address) {
            // SAFETY: it came from the heap, with this layout. Without the lock it is left to lie.
            HEAP.with(|heap| unsafe { heap.free(address, layout.size(), layout.align()) });
        }
    }
}

/// Where the heap gets its pages.
struct Kernel;

// SAFETY: fresh pages that nobody else uses.
unsafe impl Allocator for Kernel {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        map::pages(size).map_or((null_mut(), 0, 0), |address| (address as *mut u8, size, 0))
    }

    fn remap(&self, _address: *mut u8, _old: usize, _new: usize, _can_move: bool) -> *mut u8 {
        null_mut()
    }

    fn free_part(&self, address: *mut u8, old: usize, new: usize) -> bool {
        // SAFETY: the end of pages that the heap has left.
        unsafe { map::unmap(address as usize + new, old - new) }.is_ok()
    }

    fn free(&self, address: *mut u8, size: usize) -> bool {
        // SAFETY: pages that the heap has left.
        unsafe { map::unmap(address as usize, size) }.is_ok()
    }

    fn can_release_part(&self, _flags: u32) -> bool {
        true
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        4096
    }
}

/// What the last report is made of when the kernel gives nothing more. Never given back.
struct Reserve {
    used: AtomicUsize,
    bytes: UnsafeCell<[u8; Self::SIZE]>,
}

// SAFETY: each byte is handed out once.
unsafe impl Sync for Reserve {}

impl Reserve {
    const SIZE: usize = 128 << 10;

    fn take(&self, layout: Layout) -> *mut u8 {
        boundary::turn_off();
        let room = layout.size() + layout.align();
        let taken =
            self.used.fetch_update(Relaxed, Relaxed, |used| used.checked_add(room).filter(|end| *end <= Self::SIZE));
        let Ok(offset) = taken else { return null_mut() };
        let address = self.bytes.get().cast::<u8>().wrapping_add(offset);
        address.wrapping_add(address.align_offset(layout.align()))
    }

    fn holds(&self, address: *const u8) -> bool {
        let begin = self.bytes.get() as usize;
        (begin..begin + Self::SIZE).contains(&(address as usize))
    }
}

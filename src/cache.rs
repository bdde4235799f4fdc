//! What the processor can be told of its caches.

/// Asks for the lines in which this value lies, which is to be written some time later; nobody waits for them. Between two calls the
/// kernel has thrown out of the near caches what was not touched for long.
#[inline]
pub fn fetch<T>(value: &T) {
    let first = std::ptr::from_ref(value).cast::<u8>();
    fetch_line(first);
    fetch_line(first.wrapping_add(size_of::<T>().saturating_sub(1)));
}

#[inline]
fn fetch_line(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: no address is wrong, and nothing changes.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prfm pstl1keep, [{address}]", address = in(reg) address, options(nostack, preserves_flags, readonly));
    }
    #[cfg(target_arch = "riscv64")]
    let _ = address;
}

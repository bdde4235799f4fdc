//! One system call, by its instruction: errno is not touched, nothing can be interposed, and it is no point of
//! cancellation.

use libc::c_long;
use std::arch::asm;

/// The value, or the errno.
pub type Result = std::result::Result<usize, i32>;

/// A call of up to four arguments.
///
/// # Safety
/// As for the system call itself.
#[inline]
pub unsafe fn syscall(number: c_long, [first, second, third, fourth]: [usize; 4]) -> Result {
    // SAFETY: the caller's promise.
    unsafe { syscall6(number, [first, second, third, fourth, 0, 0]) }
}

/// A call of up to six arguments.
///
/// # Safety
/// As for the system call itself.
#[expect(clippy::cast_possible_truncation, reason = "c_long and usize are of one size on every Linux we support")]
#[inline]
pub unsafe fn syscall6(number: c_long, arguments: [usize; 6]) -> Result {
    let [a0, a1, a2, a3, a4, a5] = arguments;
    let returned: c_long;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the kernel's convention: rcx and r11 are lost, the rest is kept.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => returned,
            in("rdi") a0, in("rsi") a1, in("rdx") a2, in("r10") a3, in("r8") a4, in("r9") a5,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the kernel's convention: all but x0 is kept.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") a0.cast_signed() as c_long => returned, in("x1") a1, in("x2") a2, in("x3") a3, in("x4") a4, in("x5") a5,
            options(nostack),
        );
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: the kernel's convention: all but a0 is kept.
    unsafe {
        asm!(
            "ecall",
            in("a7") number,
            inlateout("a0") a0.cast_signed() as c_long => returned, in("a1") a1, in("a2") a2, in("a3") a3, in("a4") a4, in("a5") a5,
            options(nostack),
        );
    }
    match returned {
        -4095..=-1 => Err(i32::try_from(-returned).unwrap_or_default()),
        _ => Ok(returned.cast_unsigned() as usize),
    }
}

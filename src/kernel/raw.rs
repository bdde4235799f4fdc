//! One system call, by its instruction: errno is not touched, nothing can be interposed, and it is no point of
//! cancellation.

use libc::c_long;
use std::arch::asm;

/// The value, or the errno.
pub type Result = std::result::Result<usize, i32>;

/// The instruction, with each further argument in the register that x86-64, aarch64 and riscv64 have for it.
macro_rules! call {
    ($number:expr, $first:expr $(, $argument:expr => $x86_64:tt $aarch64:tt $riscv64:tt)*) => {{
        let returned: isize;
        #[cfg(target_arch = "x86_64")]
        // The kernel's convention: rcx and r11 are lost, the rest is kept.
        asm!(
            "syscall",
            inlateout("rax") $number as isize => returned, in("rdi") $first, $(in($x86_64) $argument,)*
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
        #[cfg(target_arch = "aarch64")]
        // The kernel's convention: all but x0 is kept.
        asm!(
            "svc 0",
            in("x8") $number, inlateout("x0") $first.cast_signed() => returned, $(in($aarch64) $argument,)*
            options(nostack),
        );
        #[cfg(target_arch = "riscv64")]
        // The kernel's convention: all but a0 is kept.
        asm!(
            "ecall",
            in("a7") $number, inlateout("a0") $first.cast_signed() => returned, $(in($riscv64) $argument,)*
            options(nostack),
        );
        returned
    }};
}

/// A call of up to three arguments. Registers for more are left alone, and what is in them stays there.
///
/// # Safety
/// As for the system call itself.
#[expect(clippy::cast_possible_truncation, reason = "c_long and isize are of one size on every Linux we support")]
#[inline]
pub unsafe fn syscall3(number: c_long, [a0, a1, a2]: [usize; 3]) -> Result {
    // SAFETY: the caller's promise.
    outcome(unsafe { call!(number, a0, a1 => "rsi" "x1" "a1", a2 => "rdx" "x2" "a2") })
}

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
#[expect(clippy::cast_possible_truncation, reason = "c_long and isize are of one size on every Linux we support")]
#[inline]
pub unsafe fn syscall6(number: c_long, [a0, a1, a2, a3, a4, a5]: [usize; 6]) -> Result {
    // SAFETY: the caller's promise.
    outcome(unsafe {
        call!(
            number, a0,
            a1 => "rsi" "x1" "a1", a2 => "rdx" "x2" "a2", a3 => "r10" "x3" "a3", a4 => "r8" "x4" "a4", a5 => "r9" "x5" "a5"
        )
    })
}

/// What the kernel says by this word.
#[inline]
pub fn outcome(returned: isize) -> Result {
    match returned {
        -4095..=-1 => Err(i32::try_from(-returned).unwrap_or_default()),
        _ => Ok(returned.cast_unsigned()),
    }
}

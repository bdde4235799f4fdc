//! Functions that may be missing: a libc may not have one, a program need not define one. Stable Rust has no weak
//! linkage, so the address is read from the table that the linker or the loader fills, where a missing one is 0.

/// The function called `$name`, as an `Option` of the type `$function`, if anybody defines it.
///
/// The type must be a plain pointer to a function with that function's signature.
macro_rules! weak {
    ($name:literal as $function:ty) => {{
        let address: usize;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: reads the loader's table, where a missing symbol is 0.
        unsafe {
            std::arch::asm!(
                concat!(".weak ", $name),
                concat!("mov {address}, qword ptr [rip + ", $name, "@GOTPCREL]"),
                address = out(reg) address, options(nostack, readonly, pure),
            );
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: reads the loader's table, where a missing symbol is 0.
        unsafe {
            std::arch::asm!(
                concat!(".weak ", $name),
                concat!("adrp {address}, :got:", $name),
                concat!("ldr {address}, [{address}, :got_lo12:", $name, "]"),
                address = out(reg) address, options(nostack, readonly, pure),
            );
        }
        #[cfg(target_arch = "riscv64")]
        // SAFETY: reads the loader's table, where a missing symbol is 0.
        unsafe {
            std::arch::asm!(
                concat!(".weak ", $name),
                concat!("la {address}, ", $name),
                address = out(reg) address, options(nostack, readonly, pure),
            );
        }
        // SAFETY: 0 is None, and anything else is the function of that name.
        unsafe { std::mem::transmute::<usize, Option<$function>>(address) }
    }};
}

pub(crate) use weak;

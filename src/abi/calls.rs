//! shmget, shmat, shmdt, shmctl and ftok in the place of libc's. Each passes the address that it returns to on as one
//! more argument; a tail call leaves the caller's caller there.

use crate::shim;
use crate::site::Return;
use libc::{c_char, c_int, c_void, key_t, shmid_ds, size_t};
use shmsan_core::call::{Addr, Call, Key, ShmId};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::arch::naked_asm;

// The compiler compares each export with libc's own declaration.
const _: [unsafe extern "C" fn(key_t, size_t, c_int) -> c_int; 2] = [shmget, libc::shmget];
const _: [unsafe extern "C" fn(c_int, *const c_void, c_int) -> *mut c_void; 2] = [shmat, libc::shmat];
const _: [unsafe extern "C" fn(*const c_void) -> c_int; 2] = [shmdt, libc::shmdt];
const _: [unsafe extern "C" fn(c_int, c_int, *mut shmid_ds) -> c_int; 2] = [shmctl, libc::shmctl];
const _: [unsafe extern "C" fn(*const c_char, c_int) -> key_t; 2] = [ftok, libc::ftok];

/// An export of libc's name: puts the return address behind the arguments and goes on to `$to`, which returns a whole
/// register, of which an int is the lower half. It begins where a branch
/// may land and fills 16 bytes, because there are programs that write a jump of their own over them.
macro_rules! export {
    ($name:ident($($argument:ident: $type:ty),*) -> $result:ty, $to:ident, $x86_64:literal, $aarch64:literal) => {
        #[cfg(target_arch = "x86_64")]
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".text.shmsan_usual")]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            naked_asm!("endbr64", concat!("mov ", $x86_64, ", [rsp]"), "jmp {to}", ".balign 16, 0xcc", to = sym $to)
        }

        #[cfg(target_arch = "aarch64")]
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".text.shmsan_usual")]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            naked_asm!("hint 34", concat!("mov ", $aarch64, ", x30"), "b {to}", "nop", to = sym $to)
        }

        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            $to($($argument,)* 0) as $result
        }
    };
}

export!(shmget(key: key_t, size: size_t, shmflg: c_int) -> c_int, get, "rcx", "x3");
export!(shmat(shmid: c_int, shmaddr: *const c_void, shmflg: c_int) -> *mut c_void, attach, "rcx", "x3");
export!(shmdt(shmaddr: *const c_void) -> c_int, detach, "rsi", "x1");
export!(shmctl(shmid: c_int, cmd: c_int, buf: *mut shmid_ds) -> c_int, control, "rcx", "x3");
export!(ftok(pathname: *const c_char, proj_id: c_int) -> key_t, ftok_from, "rdx", "x2");

#[unsafe(link_section = ".text.shmsan_usual")]
extern "C" fn get(key: key_t, size: size_t, flags: c_int, from: usize) -> isize {
    shim::perform(Call::Get { key: Key(key), size, flags }, Return(from))
}

#[unsafe(link_section = ".text.shmsan_usual")]
extern "C" fn attach(id: c_int, at: *const c_void, flags: c_int, from: usize) -> isize {
    shim::perform(Call::Attach { id: ShmId(id), address: Addr(at as usize), flags }, Return(from))
}

#[unsafe(link_section = ".text.shmsan_usual")]
extern "C" fn detach(address: *const c_void, from: usize) -> isize {
    shim::perform(Call::Detach { address: Addr(address as usize) }, Return(from))
}

#[unsafe(link_section = ".text.shmsan_usual")]
extern "C" fn control(id: c_int, command: c_int, buffer: *mut shmid_ds, from: usize) -> isize {
    shim::perform(Call::Control { id: ShmId(id), command, buffer: Addr(buffer as usize) }, Return(from))
}

extern "C" fn ftok_from(path: *const c_char, project: c_int, from: usize) -> isize {
    shim::perform(Call::Ftok { path: Addr(path as usize), project }, Return(from))
}

//! What a handler is told, as this machine tells it.

#[cfg(target_arch = "x86_64")]
use crate::memory;
use libc::{c_int, c_void, siginfo_t, ucontext_t};
#[cfg(target_arch = "x86_64")]
use shmsan_core::call::Addr;
use shmsan_core::check::memory::{Access, Kind};
use std::arch::naked_asm;

// <asm-generic/siginfo.h>
const MAPERR: c_int = 1;
const ACCERR: c_int = 2;
const ADRERR: c_int = 2;

/// The handler: [`super::on_fault`], with the stack pointer as one more argument.
#[unsafe(naked)]
pub extern "C-unwind" fn entry(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    #[cfg(target_arch = "x86_64")]
    naked_asm!("endbr64", "mov rcx, rsp", "jmp {to}", to = sym super::on_fault);
    #[cfg(target_arch = "aarch64")]
    naked_asm!("hint 34", "mov x3, sp", "b {to}", to = sym super::on_fault);
    #[cfg(target_arch = "riscv64")]
    naked_asm!("mv a3, sp", "tail {to}", to = sym super::on_fault);
}

/// Whether the kernel has called the handler, and no other handler of the program: then the context stands where the kernel
/// has put it, behind the return address or, on other machines, behind the siginfo.
pub fn is_called_by_kernel(context: *mut c_void, stack: usize) -> bool {
    let below = if cfg!(target_arch = "x86_64") { size_of::<usize>() } else { size_of::<siginfo_t>() };
    stack + below == context as usize
}

/// Bytes below `stack` where it lies in the signal stack that the program gave this thread (sigaltstack(2)).
///
/// # Safety
/// `context` is what the kernel gave to a handler.
pub unsafe fn room_below(context: *mut c_void, stack: usize) -> Option<usize> {
    // SAFETY: the caller's promise.
    let given = unsafe { (*context.cast::<ucontext_t>()).uc_stack };
    stack.checked_sub(given.ss_sp as usize).filter(|room| *room < given.ss_size)
}

/// What a signal's `si_code` says; `None` for one that somebody has sent, and for faults of other kinds.
pub fn kind(signal: c_int, code: c_int) -> Option<Kind> {
    match (signal, code) {
        (libc::SIGSEGV, MAPERR) => Some(Kind::NotMapped),
        (libc::SIGSEGV, ACCERR) => Some(Kind::NotAllowed),
        (libc::SIGBUS, ADRERR) => Some(Kind::NoMemory),
        _ => None,
    }
}

/// The instruction that faulted, and what it did.
///
/// # Safety
/// `context` is what the kernel gave to a handler.
#[cfg(target_arch = "x86_64")]
pub unsafe fn instruction(context: *mut c_void) -> (usize, Access) {
    // Bits of the page fault's error code.
    const WRITE: i64 = 1 << 1;
    const FETCH: i64 = 1 << 4;
    // SAFETY: the caller's promise.
    let registers = unsafe { &(*context.cast::<ucontext_t>()).uc_mcontext.gregs };
    let error = registers[libc::REG_ERR as usize];
    let access = match error {
        _ if error & FETCH != 0 => Access::Execute,
        _ if error & WRITE != 0 => Access::Write,
        _ => Access::Read,
    };
    (word(registers[libc::REG_RIP as usize]), access)
}

/// A register as an address.
#[cfg(target_arch = "x86_64")]
fn word(register: i64) -> usize {
    usize::from_ne_bytes(register.to_ne_bytes())
}

/// Where the call returns to that has just jumped somewhere.
///
/// # Safety
/// `context` is what the kernel gave to a handler.
pub unsafe fn caller(context: *mut c_void) -> Option<usize> {
    // SAFETY: the caller's promise.
    let machine = unsafe { &(*context.cast::<ucontext_t>()).uc_mcontext };
    #[cfg(target_arch = "x86_64")]
    {
        let top = Addr(word(machine.gregs[libc::REG_RSP as usize]));
        memory::bytes(top).map(usize::from_ne_bytes)
    }
    #[cfg(target_arch = "aarch64")]
    return Some(machine.regs[30] as usize);
    #[cfg(target_arch = "riscv64")]
    return Some(machine.__gregs[1] as usize);
}

/// The instruction that faulted, and what it did.
///
/// # Safety
/// `context` is what the kernel gave to a handler.
#[cfg(target_arch = "aarch64")]
pub unsafe fn instruction(context: *mut c_void) -> (usize, Access) {
    // <asm/sigcontext.h>: records follow the registers, each with its magic number and its size.
    const RECORDS: usize = 288;
    const ROOM: usize = 4096;
    const ESR_MAGIC: u32 = 0x4553_5201;
    // SAFETY: the caller's promise.
    let machine = unsafe { &raw const (*context.cast::<ucontext_t>()).uc_mcontext };
    // SAFETY: the caller's promise.
    let program_counter = unsafe { (*machine).pc } as usize;
    let mut offset = 0;
    while offset + 16 <= ROOM {
        // SAFETY: within the room that the kernel keeps for records.
        let record = unsafe { machine.cast::<u8>().add(RECORDS + offset) };
        // SAFETY: a record begins with two words.
        let [magic, size] = unsafe { record.cast::<[u32; 2]>().read_unaligned() };
        if magic == ESR_MAGIC {
            // SAFETY: the syndrome stands behind them.
            let syndrome = unsafe { record.add(8).cast::<u64>().read_unaligned() };
            let access = match (syndrome >> 26 & 0x3f, syndrome & 1 << 6) {
                (0x20 | 0x21, _) => Access::Execute,
                (_, 0) => Access::Read,
                _ => Access::Write,
            };
            return (program_counter, access);
        }
        if magic == 0 || size == 0 {
            break;
        }
        offset += size as usize;
    }
    (program_counter, Access::Unknown)
}

/// The instruction that faulted; the kernel does not say what it did.
///
/// # Safety
/// `context` is what the kernel gave to a handler.
#[cfg(target_arch = "riscv64")]
pub unsafe fn instruction(context: *mut c_void) -> (usize, Access) {
    // SAFETY: the caller's promise.
    let program_counter = unsafe { (*context.cast::<ucontext_t>()).uc_mcontext.__gregs[0] };
    (program_counter as usize, Access::Unknown)
}

//! The shim: stands between a program and shmget, shmat, shmdt, shmctl and ftok. Everything unsafe of the project lives
//! here, thin; what it knows and says is decided in shmsan-core. Never imported from Rust: its exports are for C.

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
compile_error!("shmsan needs 64-bit Linux with direct shm system calls: x86-64, aarch64 or riscv64");

mod abi;
mod alloc;
mod announce;
mod boundary;
mod cache;
mod errno;
mod facts;
mod fault;
mod guard;
mod identity;
mod journal;
mod judge;
mod kernel;
mod keys;
mod leaks;
mod ledger;
mod lifecycle;
mod lock;
mod lsan;
mod memory;
mod process;
mod shim;
mod sink;
mod site;
mod slack;
mod state;
mod suppressions;
mod thread;
mod trace;
mod unmapped;
mod verbose;
mod verdict;
mod weak;

//! On what was measured: enough to compare by, and no names.

use std::fs;
use std::process::Command;

pub fn describe() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // What stands behind the number is somebody's own.
    let kernel: String =
        kernel.chars().take_while(|character| character.is_ascii_digit() || *character == '.').collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let guest = fs::read_to_string("/proc/cpuinfo")
        .is_ok_and(|text| text.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor")));
    let libc = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let libc = libc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!(
        "Linux {kernel}, {libc}, {}, {processors} processors{}",
        std::env::consts::ARCH,
        if guest { " of a virtual machine" } else { "" }
    )
}

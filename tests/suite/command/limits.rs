//! `shmsan limits`: what the kernel says, with a word on what it means.

use super::output_of;
use crate::harness::{is_root, say};

/// What stands behind a name.
fn value<'a>(out: &'a str, name: &str) -> &'a str {
    let line = out.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("  "));
    line.unwrap_or_else(|| panic!("{name} is missing in {out}"))
}

#[test]
fn the_limits_are_those_of_proc_with_what_is_used() {
    let out = output_of(
        r#""$SEGMENT" make 0 5000 0600 2 > /dev/null; "$SHMSAN" limits
        for name in shmmax shmall shmmni; do echo "proc $name  $(cat /proc/sys/kernel/$name)"; done"#,
    );
    for name in ["shmmax", "shmall", "shmmni"] {
        let ours = value(&out, &format!("kernel.{name}")).split(' ').next().unwrap();
        assert_eq!(ours, value(&out, &format!("proc {name}")), "{out}");
    }
    assert_eq!(value(&out, "System V IPC"), "yes");
    assert_eq!(value(&out, "in use"), "2 segments, 16K");
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("ENOSPC. In use: 2, 0.0") && words.contains(" In use: 4"), "{out}");
    assert!(out.contains("CONFIG_SYSVIPC") || out.contains("configuration cannot be read"), "{out}");
    for name in ["kernel.shm* as sysctls", "kernel.shm_rmid_forced", "RemoveIPC of systemd-logind"] {
        assert!(!value(&out, name).is_empty(), "{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let one = output_of(r#""$SEGMENT" make 0 5000 0600 > /dev/null; "$SHMSAN" limits"#);
    assert_eq!(value(&one, "in use"), "1 segment, 8K");
}

#[test]
fn a_private_namespace_is_known_for_one() {
    if !is_root() {
        return say("skipped: a_private_namespace_is_known_for_one: a namespace inside needs root");
    }
    let out = output_of(
        r#"unshare -i sh -euc 'echo 8192 > /proc/sys/kernel/shmall; echo 10 > /proc/sys/kernel/shmmni; echo 1 > /proc/sys/kernel/shm_rmid_forced
        "$SHMSAN" limits'; "$SHMSAN" limits; readlink /proc/self/ns/ipc"#,
    );
    let (private, around) = out.split_at(out.rfind("System V IPC").unwrap());
    assert_eq!([value(private, "kernel.shmmni"), value(private, "kernel.shm_rmid_forced")], ["10", "1"]);
    // The kernel's own default is the machine's until somebody sets another.
    assert_eq!(value(private, "kernel.shmall"), "8192 (32M)", "{private}");
    assert!(
        private.split_whitespace().collect::<Vec<_>>().join(" ").contains("ENOSPC. In use: 0, 0.00 %"),
        "{private}"
    );
    if value(around, "kernel.shmall").starts_with("18446744073692774399 ") {
        assert_eq!(value(around, "kernel.shmall"), "18446744073692774399 (no limit)");
        assert!(around.contains("no machine has so many"), "{around}");
    }
    assert!(private.contains("a private one") && private.contains("a segment is destroyed"), "{private}");
    assert_ne!(value(private, "IPC namespace"), value(around, "IPC namespace"));
    assert_eq!(value(around, "IPC namespace"), around.lines().last().unwrap());
}

#[test]
fn without_proc_the_kernel_is_asked() {
    if !is_root() {
        return say("skipped: without_proc_the_kernel_is_asked: mounting needs root");
    }
    let out = output_of(
        r#"cat /proc/sys/kernel/shmmni
        unshare -m sh -euc 'mount -t tmpfs none /proc; "$SHMSAN" limits'"#,
    );
    assert_eq!(out.lines().next().unwrap(), value(&out, "kernel.shmmni"));
    assert_eq!([value(&out, "System V IPC"), value(&out, "kernel.shm* as sysctls")], ["yes", "no"]);
}

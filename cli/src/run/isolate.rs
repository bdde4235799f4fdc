//! A fresh IPC namespace, for the program and for this command, which can so look into it at the end. When the last process
//! in it has gone, the kernel removes it with every segment that is still there.

use super::failure::{Failure, said};
use crate::sys;
use rustix::process::{getegid, geteuid};
use std::fs;
use std::io;

/// Enters it; an ordinary user does so inside a user namespace in which there is nobody else.
pub fn enter() -> Result<(), Failure> {
    // Asked before: inside, nobody is anybody until the maps are written.
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    match sys::new_ipc_namespace(sys::Within::This) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && uid != 0 => {
            sys::new_ipc_namespace(sys::Within::NewUserNamespace).map_err(|error| refused(&error, uid))?;
            // user_namespaces(7): without rights, groups can be mapped only where they can no longer be set.
            let maps = [
                ("setgroups", "deny".to_owned()),
                ("uid_map", format!("{uid} {uid} 1")),
                ("gid_map", format!("{gid} {gid} 1")),
            ];
            for (file, text) in maps {
                fs::write(format!("/proc/self/{file}"), text).map_err(|error| refused(&error, uid))?;
            }
            Ok(())
        }
        entered => entered.map_err(|error| refused(&error, uid)),
    }
}

fn refused(error: &io::Error, uid: u32) -> Failure {
    let advice = match error.raw_os_error() {
        Some(libc::ENOSPC) => limit(),
        Some(libc::EINVAL) => "this kernel has no such namespaces (CONFIG_IPC_NS, CONFIG_USER_NS)".to_owned(),
        _ if uid == 0 => "root has not the right here (CAP_SYS_ADMIN, or a seccomp filter); \
                          a container gets it by --cap-add SYS_ADMIN"
            .to_owned(),
        _ => closed_by().unwrap_or_else(|| "user namespaces are not permitted here".to_owned()) + "; run it as root",
    };
    Failure::Own(format!("--isolate: no IPC namespace can be made: {}: {advice}", said(error)))
}

fn limit() -> String {
    let full = ["user.max_ipc_namespaces", "user.max_user_namespaces"].into_iter().find(|name| reads(name, "0"));
    format!("{} is reached; sysctl -w raises it", full.unwrap_or("user.max_ipc_namespaces"))
}

/// The switch that keeps ordinary users out, by its name and its value.
fn closed_by() -> Option<String> {
    let switches = [("kernel.unprivileged_userns_clone", "0"), ("kernel.apparmor_restrict_unprivileged_userns", "1")];
    let (name, value) = switches.into_iter().find(|(name, value)| reads(name, value))?;
    Some(format!("{name} is {value} and closes user namespaces to ordinary users"))
}

fn reads(name: &str, value: &str) -> bool {
    let text = fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/")));
    text.is_ok_and(|text| text.trim() == value)
}

//! What the whole machine, or this IPC namespace, allows and does: procfs first, other ways where it does not tell.

use flate2::read::GzDecoder;
use rustix::system::uname;
use shmsan_core::machine::{ConfigFile, RemoveIpc, Switch, kernel_switch};
use std::collections::BTreeMap;
use std::fs::{File, metadata, read, read_dir, read_to_string};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// No configuration is larger.
const CONFIG: u64 = 16 << 20;

/// A value below /proc/sys.
pub fn sysctl(name: &str) -> Option<i64> {
    read_to_string(format!("/proc/sys/{name}")).ok()?.trim().parse().ok()
}

/// As [`sysctl`], for values of the whole range.
pub fn large_sysctl(name: &str) -> Option<u64> {
    read_to_string(format!("/proc/sys/{name}")).ok()?.trim().parse().ok()
}

/// Whether the kernel lists segments in procfs; nothing where procfs is not there to be asked.
pub fn lists_segments() -> Option<bool> {
    Path::new("/proc/self/status").exists().then(|| Path::new("/proc/sysvipc/shm").exists())
}

/// The number of the IPC namespace, as `ls -l /proc/self/ns` shows it.
pub fn ipc_namespace() -> Option<u64> {
    Some(metadata("/proc/self/ns/ipc").ok()?.ino())
}

/// What the kernel was built with, and where that is written.
pub struct KernelConfig {
    pub path: PathBuf,
    text: Vec<u8>,
}

impl KernelConfig {
    pub fn read() -> Option<Self> {
        let release = uname().release().to_string_lossy().into_owned();
        let plain = [format!("/boot/config-{release}"), format!("/lib/modules/{release}/config")];
        let packed = Path::new("/proc/config.gz");
        let packed =
            File::open(packed).ok().map(|file| (packed.to_owned(), Box::new(GzDecoder::new(file)) as Box<dyn Read>));
        let mut open = packed.into_iter().chain(plain.into_iter().filter_map(|path| {
            let file = File::open(&path).ok()?;
            Some((PathBuf::from(path), Box::new(file) as Box<dyn Read>))
        }));
        open.find_map(|(path, file)| {
            let mut text = Vec::new();
            file.take(CONFIG).read_to_end(&mut text).ok()?;
            Some(Self { path, text })
        })
    }

    pub fn switch(&self, name: &str) -> Option<Switch> {
        kernel_switch(&self.text, name)
    }
}

/// Whether systemd-logind removes what a user leaves; nothing where it does not run.
pub fn remove_ipc() -> Option<RemoveIpc> {
    let root = Path::new("/");
    runs_logind(root).then(|| RemoveIpc::of(&logind_files(root)))
}

/// It makes a folder when it begins, which stays when it ends, or comes with an image that it never ran in. So the process is
/// looked for, where processes of others can be seen.
fn runs_logind(root: &Path) -> bool {
    let is_it = |process: &Path| read(process.join("comm")).is_ok_and(|name| name.trim_ascii() == b"systemd-logind");
    let processes = || read_dir(root.join("proc")).into_iter().flatten().flatten();
    let sees_others = || root.join("proc/1/comm").exists();
    root.join("run/systemd/seats").exists() && (!sees_others() || processes().any(|process| is_it(&process.path())))
}

/// The main file and the drop-ins in the order in which systemd reads them: of files with the same name only the one in the
/// first folder counts.
fn logind_files(root: &Path) -> Vec<ConfigFile> {
    const FOLDERS: [&str; 4] = ["etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd"];
    let open = |path: PathBuf| Some(ConfigFile { text: read(&path).ok()?, path: path.display().to_string() });
    let main = FOLDERS.iter().find_map(|folder| open(root.join(folder).join("logind.conf")));
    let mut drop_ins = BTreeMap::new();
    for folder in FOLDERS {
        let entries = read_dir(root.join(folder).join("logind.conf.d")).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "conf")) {
            drop_ins.entry(entry.file_name()).or_insert_with(|| entry.path());
        }
    }
    main.into_iter().chain(drop_ins.into_values().filter_map(open)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    #[test]
    fn logind_is_there_where_its_process_is() {
        let root = tempfile::tempdir().unwrap();
        let runs = || runs_logind(root.path());
        let put = |pid: u32, name: &str| {
            let folder = root.path().join(format!("proc/{pid}"));
            create_dir_all(&folder).unwrap();
            write(folder.join("comm"), format!("{name}\n")).unwrap();
        };
        put(77, "systemd-logind");
        // Another machine's, as a container may see it.
        assert!(!runs());
        create_dir_all(root.path().join("run/systemd/seats")).unwrap();
        assert!(runs());
        put(77, "sleep");
        // Nobody else can be seen, so its folder must do.
        assert!(runs());
        put(1, "init");
        assert!(!runs());
        put(78, "systemd-logind");
        assert!(runs());
    }

    #[test]
    fn drop_ins_are_read_behind_the_main_file_by_their_names() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = root.path().join(path);
            create_dir_all(path.parent().unwrap()).unwrap();
            write(path, "").unwrap();
        };
        put("usr/lib/systemd/logind.conf");
        put("usr/lib/systemd/logind.conf.d/10-a.conf");
        put("usr/lib/systemd/logind.conf.d/20-b.conf");
        put("etc/systemd/logind.conf.d/10-a.conf");
        put("run/systemd/logind.conf.d/05-c.conf");
        put("etc/systemd/logind.conf.d/README");
        let read: Vec<_> = logind_files(root.path()).into_iter().map(|file| file.path).collect();
        let expected = [
            "usr/lib/systemd/logind.conf",
            "run/systemd/logind.conf.d/05-c.conf",
            "etc/systemd/logind.conf.d/10-a.conf",
            "usr/lib/systemd/logind.conf.d/20-b.conf",
        ];
        assert_eq!(read, expected.map(|path| root.path().join(path).display().to_string()));
        // The main file of /etc stands before the one of the distribution.
        put("etc/systemd/logind.conf");
        assert!(logind_files(root.path())[0].path.ends_with("/etc/systemd/logind.conf"));
    }
}

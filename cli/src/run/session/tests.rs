//! The folder as others find it, and its removal with whatever they have put into it.

use super::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

fn begin(base: &Path) -> Session {
    Session::begin_in(open_folder(base).unwrap(), base).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn the_outer_folder_can_be_passed_and_the_inner_one_written_by_who_knows_its_name() {
    let base = tempfile::tempdir().unwrap();
    let session = begin(base.path());
    assert_eq!((mode(&session.path), mode(session.inner())), (0o711, 0o1733));
    assert_eq!(session.inner().file_name().unwrap().len(), 32);
    assert_ne!(begin(base.path()).inner().file_name(), session.inner().file_name());
}

#[test]
fn it_goes_with_all_that_is_in_it_and_nothing_else_does() {
    let base = tempfile::tempdir().unwrap();
    let precious = tempfile::tempdir().unwrap();
    let kept = precious.path().join("kept");
    fs::write(&kept, "").unwrap();
    let session = begin(base.path());
    let inner = session.inner().to_owned();
    assert_eq!(session.name_for(&kept).unwrap(), kept);
    let link = session.name_for(Path::new("/with space/x")).unwrap();
    assert_eq!(fs::read_link(link).unwrap(), Path::new("/with space/x"));
    symlink(precious.path(), inner.join("folder-link")).unwrap();
    symlink("/nowhere", inner.join("dangling")).unwrap();
    fs::write(inner.join("name\nwith \u{1b}[31m"), "garbage").unwrap();
    rustix::fs::mknodat(CWD, inner.join("pipe"), rustix::fs::FileType::Fifo, Mode::RWXU, 0).unwrap();
    let locked = inner.join("locked");
    fs::create_dir_all(locked.join("inside/more")).unwrap();
    symlink(precious.path(), locked.join("inside/link")).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
    for number in 0..5000 {
        fs::write(inner.join(format!("{number}")), "").unwrap();
    }
    session.end().unwrap();
    assert!(is_empty(base.path()) && kept.exists());
}

#[test]
fn folders_may_lie_in_one_another_deeper_than_descriptors_reach() {
    let base = tempfile::tempdir().unwrap();
    let session = begin(base.path());
    let mut folder = open_folder(session.inner()).unwrap();
    for _ in 0..1200 {
        mkdirat(&folder, "d", Mode::RWXU).unwrap();
        folder = open_inside(&folder, "d").unwrap();
        mkdirat(&folder, "e", Mode::RWXU).unwrap();
    }
    session.end().unwrap();
    assert!(is_empty(base.path()));
}

#[test]
fn a_dead_runs_folder_is_removed_and_a_living_ones_is_not() {
    let base = tempfile::tempdir().unwrap();
    let dead = begin(base.path());
    fs::write(dead.inner().join("left"), "").unwrap();
    let dead_path = dead.path.clone();
    // Its lock goes as it does when the process is killed.
    drop(dead);
    let uid = rustix::process::geteuid().as_raw();
    symlink("/", base.path().join(format!("shmsan-{uid}-link"))).unwrap();
    fs::write(base.path().join(format!("shmsan-{uid}-file")), "").unwrap();
    fs::create_dir(base.path().join(format!("shmsan-{}-other", uid + 1))).unwrap();
    let living = begin(base.path());
    let second = begin(base.path());
    assert!(!dead_path.exists() && living.path.exists() && second.path.exists());
    assert_eq!(fs::read_dir(base.path()).unwrap().count(), 5);
}

#[test]
fn where_no_folder_can_be_made_the_next_place_is_tried() {
    let error = open_folder(Path::new("/no/such/folder")).unwrap_err();
    assert_eq!(error, Errno::NOENT);
    assert_eq!(bases().last().unwrap(), Path::new("/tmp"));
}

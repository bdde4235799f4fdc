//! The kernel's bytes as strace prints them.

use super::*;

/// Numbers of 4 bytes (negative ones too) and of 8 bytes, in a row.
fn bytes<const SIZE: usize>(fields: &[(u64, usize)]) -> [u8; SIZE] {
    let row: Vec<u8> = fields.iter().flat_map(|(value, size)| value.to_le_bytes()[..*size].to_vec()).collect();
    assert!(cfg!(target_endian = "little") && row.len() <= SIZE);
    let mut all = [0xee; SIZE];
    all[..row.len()].copy_from_slice(&row);
    all
}

fn status() -> Status {
    let perm = [(0x162e, 4), (1000, 4), (u64::MAX, 4), (2, 4), (3, 4), (0o3600, 4), (7, 4), (0, 4), (0, 8), (0, 8)];
    let rest = [(5000, 8), (11, 8), (0, 8), (13, 8), (25813, 4), (25814, 4), (9, 8), (0, 8), (0, 8)];
    Status::from_kernel(&bytes([perm.as_slice(), rest.as_slice()].concat().as_slice())).unwrap()
}

#[test]
fn a_status_reads_as_in_strace() {
    assert_eq!(
        Detail::Status(status()).to_string(),
        "{shm_perm={uid=1000, gid=-1, mode=03600, key=5678, cuid=2, cgid=3}, shm_segsz=5000, shm_cpid=25813, \
         shm_lpid=25814, shm_nattch=9, shm_atime=11, shm_dtime=0, shm_ctime=13}"
    );
    let negative = Status { key: Key(-7), ..status() };
    assert!(negative.to_string().contains(", key=4294967289, "), "{negative}");
}

#[test]
fn a_change_shows_what_was_where_it_is_another() {
    let before = Owner { uid: 1000, gid: 5, mode: 0o3600 };
    let asked = |asked| Change { before: Some(before), asked, template: Template::Filled }.to_string();
    assert_eq!(asked(before), "{shm_perm={uid=1000, gid=5, mode=03600}}");
    assert_eq!(
        asked(Owner { uid: u32::MAX, gid: 0, mode: 0o7640 }),
        "{shm_perm={uid=1000 -> -1, gid=5 -> 0, mode=0600 -> 07640}}"
    );
    assert_eq!(asked(Owner { mode: 0o600, ..before }), "{shm_perm={uid=1000, gid=5, mode=0600}}");
    let unknown = Change { before: None, asked: Owner { uid: 1, gid: 2, mode: 0 }, template: Template::Other };
    assert_eq!(unknown.to_string(), "{shm_perm={uid=1, gid=2, mode=000}}");
}

#[test]
fn limits_and_usage_read_as_in_strace() {
    let limits = Limits::from_kernel(&bytes(&[(u64::MAX, 8), (1, 8), (4096, 8), (4097, 8), (77, 8)])).unwrap();
    assert_eq!(limits.to_string(), "{shmmax=18446744073709551615, shmmin=1, shmmni=4096, shmseg=4097, shmall=77}");
    let usage = [(1, 4), (0xdead, 4), (2, 8), (3, 8), (4, 8), (5, 8), (6, 8)];
    assert_eq!(
        Usage::from_kernel(&bytes(&usage)).unwrap().to_string(),
        "{used_ids=1, shm_tot=2, shm_rss=3, shm_swp=4, swap_attempts=5, swap_successes=6}"
    );
}

//! Each event as a reader of JSON finds it.

use super::*;
use crate::call::{Addr, Call, Key, Outcome, ShmId};
use crate::detail::{Change, Detail, Limits, Owner, Status, Template, Usage};
use crate::errno::Errno;
use crate::event::Event;
use crate::facts::{Life, Process, SegmentFacts};
use crate::finding::{Earlier, Finding};
use crate::path::PathStart;
use crate::report::summary::Total;
use crate::rule;
use crate::site::Site;
use crate::time::Time;
use serde_json::{Value, json};

const STAMP: Stamp = Stamp { time: Time(1_795_229_335_487_957_999), pid: 1200, tid: 1234 };
const HEADER: Header<'_> = Header { stamp: STAMP, exe: Some(b"/usr/bin/server") };

fn place() -> Frame {
    Frame { function: Some("main".to_owned()), source: Some(("server.c".to_owned(), 17)), ..Frame::default() }
}

fn read(line: &str) -> Value {
    assert!(line.ends_with('\n') && line.matches('\n').count() == 1, "{line:?}");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn traced(call: Call, outcome: Outcome, detail: Option<Detail>) -> Value {
    let event = Event { stamp: STAMP, duration_ns: 4321, call, outcome, site: Site::UNKNOWN, detail };
    read(&super::call(&event, HEADER.exe, &place()))
}

fn control(command: i32, detail: Option<Detail>) -> Value {
    let call = Call::Control { id: ShmId(3), command, buffer: Addr(0x7000) };
    traced(call, Ok(0), detail)["args"].take()
}

#[test]
fn a_call_is_one_object_with_all_of_its_names() {
    let line = traced(Call::Get { key: Key(0x162e), size: 27, flags: 0o1666 }, Ok(3), None);
    let expected = json!({
        "v": 1, "time": "2026-11-21T02:48:55.487957999Z", "pid": 1200, "tid": 1234, "exe": "/usr/bin/server",
        "event": "shmget",
        "args": {"key": "0x0000162e", "size": 27, "flags": ["IPC_CREAT"], "mode": "0666"},
        "ret": 3, "errno": null, "duration_ns": 4321,
        "site": {
            "function": "main", "file": "server.c", "line": 17, "module": null, "offset": null, "address": null
        },
    });
    assert_eq!(line, expected);
}

#[test]
fn results_are_numbers_addresses_or_keys_and_an_error_has_its_name() {
    let result = |call, outcome| {
        let line = traced(call, outcome, None);
        (line["ret"].clone(), line["errno"].clone())
    };
    let attach = Call::Attach { id: ShmId(0), address: Addr(0), flags: 0 };
    assert_eq!(result(attach, Ok(0x7f95_b8c3_4000)), (json!("0x7f95b8c34000"), Value::Null));
    assert_eq!(result(attach, Err(Errno::EINVAL)), (json!(-1), json!("EINVAL")));
    assert_eq!(result(attach, Err(Errno(999))), (json!(-1), json!("999")));
    let ftok = Call::Ftok { path: Addr(1), project: 65 };
    assert_eq!(result(ftok, Ok(usize::MAX - 0xff)), (json!("0xffffff00"), Value::Null));
    assert_eq!(result(Call::Detach { address: Addr(1) }, Ok(0)), (json!(0), Value::Null));
}

#[test]
fn arguments_have_the_names_of_the_man_pages() {
    let args = |call| traced(call, Ok(0), None)["args"].take();
    let attach = |address, flags| args(Call::Attach { id: ShmId(3), address: Addr(address), flags });
    assert_eq!(attach(0, 0), json!({"shmid": 3, "shmaddr": null, "flags": []}));
    let flags = json!(["SHM_RDONLY", "SHM_RND", "0x1b6"]);
    assert_eq!(attach(0x1000, 0o30666), json!({"shmid": 3, "shmaddr": "0x1000", "flags": flags}));
    assert_eq!(args(Call::Detach { address: Addr(0x1000) }), json!({"shmaddr": "0x1000"}));
    assert_eq!(control(0, None), json!({"shmid": 3, "cmd": "IPC_RMID", "buf": "0x7000"}));
    assert_eq!(control(0x102, None)["cmd"], "0x102");
    assert_eq!(control(-1, None)["cmd"], "0xffffffff");
    let huge = args(Call::Get { key: Key(-1), size: usize::MAX, flags: 0o4000 | 21 << 26 });
    let flags = json!(["SHM_HUGETLB", "21<<SHM_HUGE_SHIFT"]);
    assert_eq!(huge, json!({"key": "0xffffffff", "size": usize::MAX, "flags": flags, "mode": "000"}));
}

#[test]
fn what_was_behind_a_pointer_stands_beside_it() {
    let owner = Owner { uid: 1, gid: u32::MAX, mode: 0o1640 };
    let status = Status {
        key: Key(5678),
        owner,
        creator_uid: 2,
        creator_gid: 3,
        size: 27,
        attached_at: 4,
        detached_at: 0,
        changed_at: 5,
        creator: 6,
        last: 7,
        attachments: 8,
    };
    let perm = json!({"uid": 1, "gid": -1, "mode": "01640", "key": "0x0000162e", "cuid": 2, "cgid": 3});
    let expected = json!({
        "shm_perm": perm, "shm_segsz": 27, "shm_cpid": 6, "shm_lpid": 7, "shm_nattch": 8, "shm_atime": 4,
        "shm_dtime": 0, "shm_ctime": 5,
    });
    assert_eq!(control(2, Some(Detail::Status(status)))["shmid_ds"], expected);
    let change = |before| control(1, Some(Detail::Change(Change { before, asked: owner, template: Template::Filled })));
    let asked = json!({"shm_perm": {"uid": 1, "gid": -1, "mode": "01640"}});
    assert_eq!(change(None)["shmid_ds"], asked);
    assert_eq!(change(None)["before"], Value::Null);
    let before = json!({"shm_perm": {"uid": 0, "gid": -1, "mode": "01640"}});
    assert_eq!(change(Some(Owner { uid: 0, ..owner }))["before"], before);
    let limits = Limits { largest: u64::MAX, smallest: 1, segments: 2, segments_of_process: 3, pages: 4 };
    let expected = json!({"shmmax": u64::MAX, "shmmin": 1, "shmmni": 2, "shmseg": 3, "shmall": 4});
    assert_eq!(control(3, Some(Detail::Limits(limits)))["shminfo"], expected);
    let usage = Usage { segments: 1, pages: 2, resident: 3, swapped: 4, swap_attempts: 5, swap_successes: 6 };
    let expected = json!({
        "used_ids": 1, "shm_tot": 2, "shm_rss": 3, "shm_swp": 4, "swap_attempts": 5, "swap_successes": 6
    });
    assert_eq!(control(14, Some(Detail::Usage(usage)))["shm_info"], expected);
}

#[test]
fn a_path_that_cannot_be_shown_whole_says_so() {
    let args = |path: Option<&[u8]>| {
        let call = Call::Ftok { path: Addr(1), project: 65 };
        traced(call, Ok(0), path.map(|path| Detail::Path(PathStart::new(path))))["args"].take()
    };
    assert_eq!(args(None), json!({"pathname": null, "proj_id": 65}));
    assert_eq!(args(Some(b"a\n\xff")), json!({"pathname": "a\n\u{fffd}", "pathname_cut": false, "proj_id": 65}));
    assert_eq!(args(Some(&[b'x'; 300]))["pathname_cut"], true);
}

#[test]
fn a_finding_is_an_event_too() {
    let frame = |_| place();
    let bare = Finding {
        rule: &rule::get::KEY_IS_MINUS_ONE,
        severity: rule::Severity::Error,
        headline: "the key is -1".to_owned(),
        call: "shmget(0xffffffff, 27, 000) = 0".to_owned(),
        site: Site::of_source(1),
        earlier: None,
        before_that: None,
        key: None,
        segment: None,
        why: "because".to_owned(),
        fix: format!("do {}", crate::text::unbroken("ipcrm -m 3")),
    };
    let line = read(&super::finding(&bare, Header { exe: None, ..HEADER }, &frame));
    let site = read(&super::line(HEADER, "x", |object| super::site(object, "site", &place())))["site"].take();
    let expected = json!({
        "v": 1, "time": "2026-11-21T02:48:55.487957999Z", "pid": 1200, "tid": 1234, "exe": null,
        "event": "finding", "rule": "key-is-minus-one", "severity": "error", "message": "the key is -1",
        "call": "shmget(0xffffffff, 27, 000) = 0", "site": site, "earlier": null, "segment": null, "why": "because",
        "fix": "do ipcrm -m 3",
    });
    assert_eq!(line, expected);
    let segment = SegmentFacts {
        id: ShmId(3),
        key: Key(5678),
        size: 27,
        mode: 0o666,
        uid: 0,
        owner: Some("root".to_owned()),
        creator: 1,
        process: Some(Process { pid: 1, life: Life::Gone, command: Some(b"./server".to_vec()), made: None }),
        age: Some(41),
        attachments: 2,
        own_attachments: 1,
    };
    let earlier = Earlier { what: "ftok() = -1".to_owned(), site: Site::of_source(2) };
    let line =
        read(&super::finding(&Finding { segment: Some(segment), earlier: Some(earlier), ..bare }, HEADER, &frame));
    assert_eq!(line["earlier"], json!({"message": "ftok() = -1", "site": site}));
    let expected = json!({
        "id": 3, "key": "0x0000162e", "size": 27, "mode": "0666", "uid": 0, "owner": "root", "cpid": 1, "creator": "./server",
        "creator_runs": false, "created_at": null, "created_s": null, "ftok_path": null, "unchanged_s": 41, "nattch": 2, "own_nattch": 1,
    });
    assert_eq!(line["segment"], expected);
}

#[test]
fn what_was_repeated_is_counted_in_a_summary() {
    let module = Frame { module: Some(("server".to_owned(), 0x11d2)), address: 0x5000, ..Frame::default() };
    let counts = [(&rule::ftok::FTOK_FAILED, 7, place()), (&rule::ftok::FTOK_FAILED, 2, module)];
    let line =
        read(&summary(counts.into_iter(), &[Total { rule: &rule::ftok::FTOK_FAILED, times: 9, places: 2 }], 5, HEADER));
    assert_eq!((&line["event"], &line["repeated"][0]["times"]), (&json!("summary"), &json!(7)));
    assert_eq!(line["rules"], json!([{"rule": "ftok-failed", "times": 9, "places": 2}]));
    assert_eq!(line["unseen"], 5);
    let site = json!({
        "function": null, "file": null, "line": null, "module": "server", "offset": "0x11d2", "address": null
    });
    assert_eq!(line["repeated"][1], json!({"rule": "ftok-failed", "times": 2, "site": site}));
    let bare = Frame { address: 0x5000, ..Frame::default() };
    let line = read(&summary([(&rule::ftok::FTOK_FAILED, 2, bare)].into_iter(), &[], 0, HEADER));
    assert_eq!(line["repeated"][0]["site"]["address"], "0x5000");
}

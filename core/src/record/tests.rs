use super::*;
use crate::call::{Addr, Call, Key, ShmId};
use crate::detail::{Change, Detail, Limits, Owner, Status, Template, Usage};
use crate::errno::Errno;
use crate::event::Stamp;
use crate::path::PathStart;
use crate::rule::Severity;
use crate::site::Site;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn sites() -> impl Strategy<Value = Site> {
    prop_oneof![
        Just(Site::UNKNOWN),
        (0..1_usize << 62).prop_map(Site::at_return),
        any::<u32>().prop_map(Site::of_source),
        any::<u32>().prop_map(Site::of_stack),
    ]
}

fn calls() -> impl Strategy<Value = Call> {
    prop_oneof![
        any::<(i32, usize, i32)>().prop_map(|(key, size, flags)| Call::Get { key: Key(key), size, flags }),
        any::<(i32, usize, i32)>().prop_map(|(id, at, flags)| Call::Attach { id: ShmId(id), address: Addr(at), flags }),
        any::<usize>().prop_map(|at| Call::Detach { address: Addr(at) }),
        any::<(i32, i32, usize)>().prop_map(|(id, command, at)| Call::Control {
            id: ShmId(id),
            command,
            buffer: Addr(at)
        }),
        any::<(usize, i32)>().prop_map(|(at, project)| Call::Ftok { path: Addr(at), project }),
    ]
}

fn owners() -> impl Strategy<Value = Owner> {
    any::<(u32, u32, u32)>().prop_map(|(uid, gid, mode)| Owner { uid, gid, mode })
}

fn statuses() -> impl Strategy<Value = Status> {
    (any::<[i32; 3]>(), owners(), any::<[u32; 2]>(), any::<[i64; 3]>(), any::<[u64; 2]>()).prop_map(
        |([key, creator, last], owner, [creator_uid, creator_gid], times, [size, attachments])| {
            let [attached_at, detached_at, changed_at] = times;
            let key = Key(key);
            Status {
                key,
                owner,
                creator_uid,
                creator_gid,
                size,
                attached_at,
                detached_at,
                changed_at,
                creator,
                last,
                attachments,
            }
        },
    )
}

fn details() -> impl Strategy<Value = Detail> {
    prop_oneof![
        vec(any::<u8>(), 0..400).prop_map(|path| Detail::Path(PathStart::new(&path))),
        statuses().prop_map(Detail::Status),
        (
            option::of(owners()),
            owners(),
            prop_oneof![Just(Template::Filled), Just(Template::Blank), Just(Template::Other)]
        )
            .prop_map(|(before, asked, template)| Detail::Change(Change { before, asked, template })),
        any::<[u64; 5]>().prop_map(|[largest, smallest, segments, segments_of_process, pages]| {
            Detail::Limits(Limits { largest, smallest, segments, segments_of_process, pages })
        }),
        (any::<i32>(), any::<[u64; 5]>()).prop_map(
            |(segments, [pages, resident, swapped, swap_attempts, swap_successes])| {
                Detail::Usage(Usage { segments, pages, resident, swapped, swap_attempts, swap_successes })
            }
        ),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    let outcomes = prop_oneof![any::<usize>().prop_map(Ok), any::<i32>().prop_map(|errno| Err(Errno(errno)))];
    (any::<(i64, i32, i32)>(), 0..1_u64 << 48, calls(), outcomes, sites(), option::of(details())).prop_map(
        |((time, pid, tid), duration_ns, call, outcome, site, detail)| Event {
            stamp: Stamp { time: Time(time), pid, tid },
            duration_ns,
            call,
            outcome,
            site,
            detail,
        },
    )
}

fn proofs() -> impl Strategy<Value = Proof> {
    prop_oneof![
        Just(Proof::Nothing),
        vec(any::<u8>(), 1..64).prop_map(Proof::BuildId),
        (1..1_u64 << 31, any::<u64>()).prop_map(|(length, fingerprint)| Proof::Beginning { length, fingerprint }),
    ]
}

/// Each kind, with what it was made of.
fn records() -> impl Strategy<Value = (Stored, Record)> {
    let bytes = || vec(any::<u8>(), 0..300);
    let severities = prop_oneof![Just(Severity::Error), Just(Severity::Warning), Just(Severity::Info)];
    prop_oneof![
        events().prop_map(|event| {
            (call(&event), Record::Call(Event { stamp: Stamp { pid: 7, ..event.stamp }, ..event }))
        }),
        (any::<(u32, u32)>(), bytes(), bytes()).prop_map(|((number, line), file, function)| {
            (Source::store(number, line, &file, &function), Record::Source(Source { number, line, file, function }))
        }),
        (any::<u32>(), 0..1_usize << 62, vec(any::<usize>(), 0..32)).prop_map(|(number, address, callers)| {
            let innermost = Site::at_return(address);
            (Stack::store(number, innermost, &callers), Record::Stack(Stack { number, innermost, callers }))
        }),
        (any::<[usize; 3]>(), bytes(), proofs()).prop_map(|([begin, end, bias], path, proof)| {
            let module = Module { begin, end, bias, path, proof };
            (module.store(), Record::Module(module))
        }),
        (bytes(), bytes()).prop_map(|(exe, arguments)| {
            (Process::store(&exe, &arguments), Record::Process(Process { exe, arguments }))
        }),
        (any::<(i64, u64)>(), "[a-z-]{1,70}", severities, sites()).prop_map(|((time, again), rule, severity, site)| {
            let found = Finding { time: Time(time), rule: rule.clone().into_bytes(), severity, site, again };
            (Finding::store(Time(time), &rule, severity, site, again), Record::Finding(found))
        }),
        any::<i64>().prop_map(|time| (end(Time(time)), Record::End(Time(time)))),
        bytes().prop_map(|text| (folder(&text), Record::Folder(text))),
        (any::<u32>(), bytes())
            .prop_map(|(number, text)| (Path::store(number, &text), Record::Path(Path { number, text }))),
    ]
}

fn slots(stored: &Stored) -> Vec<Slot> {
    [stored.head].into_iter().chain(stored.continuations()).collect()
}

proptest! {
    #[test]
    fn what_is_stored_is_loaded((stored, record) in records()) {
        let slots = slots(&stored);
        prop_assert_eq!(slots.len(), stored.slots());
        prop_assert_eq!(look(&slots), Some(stored.clone()));
        prop_assert_eq!(Record::load(&stored, 7), Some(record));
    }

    #[test]
    fn behind_a_head_that_is_none_the_next_record_is_found(
        (first, _) in records(),
        (second, _) in records(),
    ) {
        let mut all = slots(&first);
        all[0][0] = 0;
        all.extend(slots(&second));
        prop_assert_eq!(look(&all), None);
        for begin in 1..first.slots() {
            prop_assert_eq!(look(&all[begin..]), None);
        }
        prop_assert_eq!(look(&all[first.slots()..]), Some(second));
    }

    #[test]
    fn what_nobody_of_ours_wrote_breaks_nothing(mut slots in vec(any::<Slot>(), 0..12), kinds in vec(0_u64..10, 12)) {
        for (slot, kind) in slots.iter_mut().zip(kinds) {
            slot[0] = slot[0] & !0xff | kind;
            slot[7] %= 200;
        }
        if let Some(stored) = look(&slots) {
            let _ = Record::load(&stored, 1);
        }
        let _ = Beginning::load(&[slots.first().copied().unwrap_or_default(), [0; 8]]);
    }

    #[test]
    fn what_is_stored_briefly_is_a_call_without_duration_and_detail(event in events()) {
        let Event { stamp, call, outcome, site, .. } = event;
        let stored = Stored::from(brief_call(stamp.time, stamp.tid, &call, outcome, site));
        let expected = Event { stamp: Stamp { pid: 7, ..stamp }, duration_ns: 0, detail: None, ..event };
        prop_assert_eq!(Record::load(&stored, 7), Some(Record::Call(expected)));
    }

    #[test]
    fn a_file_holds_the_slots_and_a_fingerprint_tells_records_apart((stored, _) in records(), (other, _) in records()) {
        let written = slots(&stored);
        let mut bytes: Vec<u8> = written.as_flattened().iter().flat_map(|word| word.to_ne_bytes()).collect();
        bytes.extend([1; 63]);
        prop_assert_eq!(super::slots(&bytes), written);
        prop_assert_eq!(stored.fingerprint() == other.fingerprint(), stored == other);
    }

    #[test]
    fn a_cut_record_is_none((stored, _) in records()) {
        let slots = slots(&stored);
        if slots.len() > 1 {
            prop_assert_eq!(look(&slots[..slots.len() - 1]), None);
        }
    }
}

#[test]
fn the_beginning_is_loaded_by_its_own_version_alone() {
    let beginning = Beginning {
        token: 9,
        pid: -3,
        parent: 4,
        began: 77,
        number: 2,
        namespace: 1 << 40,
        time: Time(-8),
        every_call: true,
        origin: 11,
    };
    let mut slots = beginning.store();
    assert_eq!(Beginning::load(&slots), Some(beginning));
    assert_eq!(slots.as_flattened()[USED], 2);
    slots[0][1] += 1;
    assert_eq!(Beginning::load(&slots), None);
}

#[test]
fn a_fingerprint_is_that_of_fnv_1a() {
    let cases: [(&[u8], u64); 3] =
        [(b"", 0xcbf2_9ce4_8422_2325), (b"a", 0xaf63_dc4c_8601_ec8c), (b"foobar", 0x8594_4171_f739_67e8)];
    for (bytes, expected) in cases {
        assert_eq!(fingerprint(bytes), expected);
    }
}

#[test]
fn a_place_is_printed_as_it_was_told_and_has_its_number() {
    let source =
        |function: &[u8]| Source { number: 3, line: 41, file: b"queue.c".to_vec(), function: function.to_vec() };
    assert_eq!(source(b"open_queue").frame().to_string(), "open_queue at queue.c:41");
    assert_eq!(source(b"").frame().to_string(), "queue.c:41");
}

#[test]
#[cfg_attr(miri, ignore = "as many places as there may be")]
fn places_that_a_library_would_not_keep_are_not_kept_of_a_journal() {
    let (mut places, most) = (Places::default(), 8192);
    for number in 0..=most {
        places.learn(Record::Source(Source { number, line: 1, file: Vec::new(), function: Vec::new() }));
        places.learn(Record::Stack(Stack { number, innermost: Site::at_return(9), callers: Vec::new() }));
    }
    let mut frames = |site| places.frames(site, &mut |_, _| unreachable!()).len();
    assert_eq!([Site::of_source(most - 1), Site::of_stack(most - 1)].map(&mut frames), [1, 1]);
    assert_eq!([Site::of_source(most), Site::of_stack(most)].map(&mut frames), [0, 0]);
}

#[test]
fn a_longer_duration_is_cut_and_harms_nothing_else() {
    let event = Event {
        stamp: Stamp { time: Time(5), pid: 7, tid: 8 },
        duration_ns: u64::MAX,
        call: Call::Detach { address: Addr(4096) },
        outcome: Ok(0),
        site: Site::of_source(3),
        detail: None,
    };
    let expected = Event { duration_ns: (1 << 48) - 1, ..event };
    assert_eq!(Record::load(&call(&event), 7), Some(Record::Call(expected)));
}

#[test]
fn a_text_that_is_too_long_is_cut() {
    let stored = Process::store(b"/bin/x", &vec![b'a'; 20_000]);
    assert_eq!(stored.slots(), 256);
    let Some(Record::Process(process)) = Record::load(&stored, 1) else { panic!("no process") };
    assert_eq!((process.exe.as_slice(), process.arguments.len()), (&b"/bin/x"[..], 255 * 56 - 6));
}

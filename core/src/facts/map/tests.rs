//! Lines of /proc/self/maps, and what is told from them.

use super::*;
use crate::effort::rounds;

const MAPS: &[u8] = b"\
555e1000-555e2000 r-xp 00001000 fd:00 3                                  /usr/bin/a b\\012c (deleted)
555e2000-555f2000 rw-p 00000000 00:00 0                                  [heap]
7f00c000-7f00d000 ---p 00000000 00:00 0
7f00d000-7f00e000 rw-p 00000000 00:00 0
7f00e000-7f010000 rw-s 00002000 00:01 32771                              /SYSV0000162e (deleted)
7f010000-7f011000 rw-s 00000000 00:18 7                                  /dev/shm/queue
7f011000-7f012000 rw-s 00000000 00:01 9                                  /dev/zero (deleted)
7f012000-7f013000 r-xp 00000000 00:00 0                                  [vdso]
7fff0000-7fff1000 rw-p 00000000 00:00 0                                  [stack]
";

fn scan(text: &[u8], from: usize, to: usize, piece: usize) -> Vec<Mapping> {
    let (mut scan, mut found) = (Scan::new(Addr(from), Addr(to)), Vec::new());
    for piece in text.chunks(piece) {
        let mut visit = |mapping: &Mapping| {
            found.push(*mapping);
            ControlFlow::Continue(())
        };
        if scan.read(piece, &mut visit).is_break() {
            break;
        }
        assert!(scan.line.len() <= LINE);
    }
    found
}

#[test]
fn each_mapping_is_known_for_what_it_is() {
    let kinds: Vec<_> = scan(MAPS, 0, usize::MAX, 64).iter().map(Mapping::kind).collect();
    let segment = Kind::Segment(ShmId(32771));
    let (reservation, posix, kernel) = (Kind::Reservation, Kind::PosixMemory, Kind::Kernel);
    let anonymous = Kind::Anonymous;
    assert_eq!(kinds, [Kind::File, Kind::Heap, reservation, anonymous, segment, posix, anonymous, kernel, Kind::Stack]);
}

#[test]
fn what_keeps_others_out_is_shared_with_nobody() {
    let keeps_out = |line: &str| mapping(line.as_bytes()).unwrap().keeps_others_out();
    assert!(keeps_out("1000-2000 ---s 00000000 00:01 9   /dev/zero (deleted)"));
    for other in [
        "1000-2000 r--s 00000000 00:01 9   /dev/zero (deleted)",
        "1000-2000 ---p 00000000 00:01 9   /dev/zero (deleted)",
        "1000-2000 ---s 00000000 00:01 9   /SYSV00000000 (deleted)",
        "1000-2000 ---p 00000000 00:00 0",
        "1000-2000 ---s 00000000 00:01 9   /tmp/file",
    ] {
        assert!(!keeps_out(other), "{other}");
    }
}

#[test]
fn a_part_of_an_attachment_tells_where_that_began() {
    let found = scan(MAPS, 0x7f00_e000, 0x7f00_f000, 4096);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].attached_at(), Some(Addr(0x7f00_c000)));
    assert_eq!(scan(MAPS, 0x555e_2000, 0x555e_2001, 4096)[0].attached_at(), None);
}

#[test]
fn it_does_not_matter_where_the_text_is_cut() {
    let whole = scan(MAPS, 0, usize::MAX, MAPS.len());
    assert_eq!(whole.len(), 9);
    for piece in (1..100).step_by(rounds(1, 33)) {
        assert_eq!(scan(MAPS, 0, usize::MAX, piece), whole);
    }
}

#[test]
fn only_what_overlaps_is_shown() {
    let count = |from, to| scan(MAPS, from, to, 100).len();
    assert_eq!(count(0x555e_2000, 0x555e_3000), 1);
    assert_eq!(count(0x555e_1fff, 0x555e_2001), 2);
    assert_eq!((count(0x555f_2000, 0x7f00_c000), count(0x8000_0000, 0x9000_0000)), (0, 0));
}

#[test]
fn names_are_whole_and_harmless() {
    let found = scan(MAPS, 0, 0x555e_2000, 4096)[0];
    assert_eq!(found.name.bytes(), b"/usr/bin/a b\nc (deleted)");
    assert_eq!(found.to_string(), "the file \"/usr/bin/a b\\nc (deleted)\"");
    let posix = mapping(b"1000-2000 rw-s 0 0:1 7 /dev/shm/\x1b[31m (deleted)").unwrap();
    assert_eq!(posix.to_string(), "POSIX shared memory \"/\\x1b[31m\"");
    let private = mapping(b"1000-2000 rw-p 0 0:1 7 /SYSV00000001 (deleted)").unwrap();
    assert_eq!(private.kind(), Kind::File, "a segment is shared");
    let other = mapping(b"1000-2000 rw-s 0 0:1 7 /SYSV0000000g (deleted)").unwrap();
    assert_eq!(other.kind(), Kind::File);
}

#[test]
fn a_line_without_end_costs_no_memory_and_no_other_line() {
    let mut text = b"1000-2000 rw-p 0 0:1 7 /".to_vec();
    text.resize(rounds(1 << 20, 1 << 13), b'x');
    text.extend_from_slice(b"\n3000-4000 rw-p 0 0:1 7 /y\n");
    let found = scan(&text, 0, usize::MAX, 4096);
    assert_eq!(found.len(), 2);
    assert!(!found[0].name.is_whole() && found[1].name.bytes() == b"/y");
}

#[test]
fn what_is_no_line_is_no_mapping() {
    let lines: [&[u8]; 9] = [
        b"",
        b"\xff\xff-\xff",
        b"1000",
        b"1000-2000",
        b"1000-2000 rw-p 0 0:1",
        b"2000-1000 rw-p 0 0:1 7",
        b"1000-2000 rw 0 0:1 7",
        b"1000-fffffffffffffffff rw-p 0 0:1 7",
        b"1000-2000 rw-p 0 0:1 -7 /x",
    ];
    for line in lines {
        assert_eq!(mapping(line), None, "{}", line.escape_ascii());
    }
}

#[test]
fn no_text_breaks_the_reader() {
    let mut state = 1_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..rounds(20_000, 5) {
        let mut text = MAPS.to_vec();
        for _ in 0..random() % 8 {
            let position = random() % text.len().max(1);
            match random() % 4 {
                0 => text.iter_mut().skip(position).take(1).for_each(|byte| *byte = random().to_le_bytes()[0]),
                1 => drop(text.drain(position..(position + 2).min(text.len()))),
                2 => text.insert(position, b"\n -\\0f/["[random() % 8]),
                _ => text.truncate(position + 1),
            }
        }
        for found in scan(&text, 0, usize::MAX, 1 + random() % 200) {
            let words = found.to_string();
            assert!(!words.chars().any(char::is_control), "{words:?}");
            let _ = found.attached_at();
        }
    }
}

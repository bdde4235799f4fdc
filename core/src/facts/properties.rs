//! What holds for any text of /proc: no text breaks a reader, and what the kernel writes is read as it was meant, however it
//! comes in pieces.

use super::*;
use crate::garbage::text;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::ops::ControlFlow;

const MAPS: &[&str] = &[
    "7f95b8c34000-7f95b8c35000",
    " rw-s ",
    " ---p ",
    "00000000",
    " 00:01 ",
    "32771",
    " /SYSV0000162e (deleted)",
    " [heap]",
    " [stack]",
    " /dev/shm/a b",
    " /dev/zero (deleted)",
    "\n",
    "\n",
    " ",
    "-",
    "0-0",
    "\\012",
];

const STAT: &[&str] =
    &["17 ", "(sh)", "(a) Z 1 (b)", " S ", " Z ", "1 2 3 4 5 6 7 8 9 ", "22 ", "\n", "-5 ", "MemTotal:", " kB"];

/// A mapping as the kernel may have it; a name has no newline of its own behind `\012`.
fn mappings() -> impl Strategy<Value = Mapping> {
    let name = prop_oneof![
        Just(String::new()),
        "/[a-z./ ]{1,20}[a-z]( \\(deleted\\))?",
        "/a\nb",
        any::<u32>().prop_map(|key| format!("/SYSV{key:08x} (deleted)")),
        select(&["[heap]", "[stack]", "[vdso]", "[anon: glibc: malloc arena]"][..]).prop_map(str::to_owned),
    ];
    let inode = prop_oneof![0..100_000_u64, any::<u64>()];
    (0..1_usize << 47, 1..1_usize << 40, 0..16_u8, any::<u64>(), inode, name).prop_map(
        |(begin, length, access, offset, inode, name)| Mapping {
            begin: Addr(begin),
            end: Addr(begin + length),
            access: Access(access),
            offset,
            inode,
            name: PathStart::new(name.as_bytes()),
        },
    )
}

/// As the kernel writes it (proc_pid_maps(5)).
fn line(mapping: &Mapping) -> String {
    let Mapping { begin, end, access: Access(bits), offset, inode, name } = mapping;
    let sign = |bit, sign, else_sign| if bits & bit != 0 { sign } else { else_sign };
    let access: String = [
        sign(Access::READ, 'r', '-'),
        sign(Access::WRITE, 'w', '-'),
        sign(Access::EXECUTE, 'x', '-'),
        sign(Access::SHARED, 's', 'p'),
    ]
    .iter()
    .collect();
    let name = String::from_utf8_lossy(name.bytes()).replace('\n', "\\012");
    format!("{:x}-{:x} {access} {offset:08x} 00:01 {inode} {name:>12}\n", begin.0, end.0)
}

/// What is found between two addresses, in pieces of these lengths.
fn scan(text: &[u8], from: usize, to: usize, lengths: &[usize]) -> Vec<Mapping> {
    let (mut scan, mut found, mut rest) = (Scan::new(Addr(from), Addr(to)), Vec::new(), text);
    for length in lengths.iter().copied().chain([usize::MAX]) {
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        let read = scan.read(piece, &mut |mapping| {
            found.push(*mapping);
            ControlFlow::Continue(())
        });
        if read.is_break() {
            break;
        }
    }
    found
}

proptest! {
    #[test]
    fn a_mapping_is_read_as_the_kernel_wrote_it(all in vec(mappings(), 0..8)) {
        let text: String = all.iter().map(line).collect();
        prop_assert_eq!(text.lines().filter_map(|line| mapping(line.as_bytes())).collect::<Vec<_>>(), all.clone());
        let has_its_name = |mapping: &&Mapping| mapping.name.bytes().starts_with(b"/SYSV");
        let can_be_an_id = |mapping: &&Mapping| i32::try_from(mapping.inode).is_ok();
        let counted: u64 = mappings_by_segment(text.as_bytes()).values().sum();
        prop_assert_eq!(counted, all.iter().filter(has_its_name).filter(can_be_an_id).count() as u64);
    }

    #[test]
    fn the_pieces_in_which_a_text_comes_make_no_difference(
        text in text(MAPS),
        lengths in vec(0..50_usize, 0..20),
        (from, to) in any::<(usize, usize)>(),
    ) {
        prop_assert_eq!(scan(&text, from, to, &lengths), scan(&text, from, to, &[]));
    }

    #[test]
    fn only_what_lies_between_is_visited(
        mut all in vec(mappings(), 0..8),
        (from, to) in (0..1_usize << 47, 0..1_usize << 47),
    ) {
        all.sort_by_key(|mapping| mapping.begin);
        let text: String = all.iter().map(line).collect();
        let between = all.iter().take_while(|mapping| {
            // It ends with the first that is behind, among those that are not before.
            mapping.end.0 <= from || mapping.begin.0 < to
        });
        let expected: Vec<_> = between.filter(|mapping| mapping.end.0 > from).copied().collect();
        prop_assert_eq!(scan(text.as_bytes(), from, to, &[]), expected);
    }

    #[test]
    fn no_text_breaks_a_reader(
        maps in text(MAPS),
        stat in text(STAT),
        bytes in vec(any::<u8>(), 0..100),
        uid in any::<u32>(),
    ) {
        for text in [&maps, &stat, &bytes] {
            for mapping in text.split(|byte| *byte == b'\n').filter_map(mapping) {
                prop_assert!(mapping.begin < mapping.end);
                let _ = (mapping.to_string(), mapping.attached_at(), mapping.keeps_others_out());
            }
            let _ = (mappings_by_segment(text), started(text), memory(text, 2), user_name(text, uid));
            let _ = field_of(text, "MemTotal");
        }
    }

    #[test]
    fn a_process_is_read_whatever_its_name(
        name in "[ -~]{0,16}",
        state in "[RSDZTtXx]",
        (parent, ticks) in (0..i32::MAX, any::<u64>()),
    ) {
        let stat = format!("7 ({name}) {state} {parent} 1 2 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 {ticks} 9 9\n");
        let ended = matches!(state.as_str(), "Z" | "X" | "x");
        prop_assert_eq!(started(stat.as_bytes()), Some(Started { ticks, parent, ended }));
    }

    #[test]
    fn a_field_is_found_among_others(
        name in "[A-Z][A-Za-z_]{0,10}",
        value in 0..u64::MAX / 1024,
        others in text(&["Mem: 7\n", "\n", "x: 1 kB\n"]),
    ) {
        prop_assume!(!["Mem", "x"].contains(&name.as_str()));
        let text = [&others, format!("\n{name}:   {value} kB\n").as_bytes()].concat();
        prop_assert_eq!(field_of(&text, &name), Some(value * 1024));
    }
}

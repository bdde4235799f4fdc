//! Texts as nobody should write them and somebody will, for the tests of what reads texts: pieces of good ones in any order,
//! numbers that are too large, and bytes that are no text at all.

use crate::effort::rounds;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What breaks readers of numbers and lines.
const NASTY: &[&str] = &[
    "",
    " ",
    "\n",
    "\0",
    ":",
    "=",
    "-",
    "+",
    "(",
    ")",
    "%",
    "*",
    "0x",
    "-1",
    "+1",
    "4294967296",
    "18446744073709551616",
    "ffffffffffffffffffffffff",
    "é",
    "\u{202e}",
    "\u{1b}[31m",
    "\\012",
];

/// A text of `pieces` and the like.
pub fn text(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => select(pieces).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => select(NASTY).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => any::<u64>().prop_map(|number| number.to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..8),
    ];
    vec(piece, 0..rounds(40, 8)).prop_map(|pieces| pieces.concat())
}

/// Fails where a line that is printed holds what a terminal obeys, or a second line.
pub fn is_harmless(line: &str) -> bool {
    !line.contains(crate::text::is_misleading)
}

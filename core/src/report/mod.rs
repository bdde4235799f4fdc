//! Findings as text: pure functions from data to the bytes that are written. Nothing here reads the tracker.

pub mod table;
pub mod text;
pub mod trace;

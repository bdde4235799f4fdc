//! Findings and traced calls as text and as JSON: pure functions from data to what is written. Nothing here reads the tracker.

pub mod json;
pub mod paint;
pub mod summary;
pub mod table;
pub mod tally;
pub mod text;
pub mod trace;

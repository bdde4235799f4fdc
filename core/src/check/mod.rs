//! The rules at work: pure functions from a call, its outcome and what is known to a finding. One family per file; none
//! makes a call or prints.

pub mod exit;
pub mod ftok;
pub mod get;
pub mod overflow;

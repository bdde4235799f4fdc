//! One verdict for a whole tree of processes: put together while it runs, from their journals, and given when it is over.

mod history;
mod judge;
mod machine;
mod places;
mod report;
mod trace;

pub use history::Witness;
pub use judge::{Count, End, Verdict};
pub use machine::Machine;
pub use report::Style;
pub use trace::Trace;

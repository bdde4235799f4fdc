//! One verdict for a whole tree of processes: put together while it runs, from their journals, and given when it is over.

mod here;
mod history;
mod judge;
mod machine;
mod places;
mod report;
mod trace;

pub use here::Here;
pub use history::History;
pub use judge::{Count, End, Verdict};
pub use report::Style;
pub use trace::Trace;

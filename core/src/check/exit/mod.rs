//! What can be wrong when the program ends, or when it asks.

mod leak;
mod left;

pub use leak::{Leak, Leaks, Moment, leak};
pub use left::Left;

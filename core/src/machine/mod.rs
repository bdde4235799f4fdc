//! What the command tells of the machine: the parsers of the kernel's texts, and what follows from them. All that they are
//! given is untrusted: what does not parse is not there.

mod mapped;
mod residence;
mod stat;
mod state;

pub use mapped::{Device, Mapped};
pub use residence::{Residence, residences};
pub use stat::Stat;
pub use state::{State, Use};

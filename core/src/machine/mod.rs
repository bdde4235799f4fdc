//! What the command tells of the machine: the parsers of the kernel's texts, and what follows from them. All that they are
//! given is untrusted: what does not parse is not there.

mod kernel_config;
mod logind;
mod mapped;
#[cfg(test)]
mod properties;
mod removal;
mod residence;
mod short;
mod stat;
mod state;
mod wanted;

pub use kernel_config::{Switch, kernel_switch};
pub use logind::{ConfigFile, RemoveIpc, Source};
pub use mapped::{Device, Mapped};
pub use removal::{Chosen, difference, objection};
pub use residence::{Residence, residences};
pub use short::{Permissions, ShortAge, ShortSize};
pub use stat::Stat;
pub use state::{State, Use};
pub use wanted::{Wanted, key};

//! The last ftok(3) that failed: the likely origin of a key -1.

use crate::call::{Addr, Call, Written};
use crate::detail::Detail;
use crate::errno::Errno;
use crate::path::PathStart;
use crate::site::Site;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FtokFailure {
    /// `None` where the path itself could not be read.
    pub path: Option<PathStart>,
    /// Where the path stood.
    pub address: Addr,
    pub project: i32,
    pub errno: Errno,
    pub site: Site,
}

impl FtokFailure {
    /// The call as strace would write it.
    #[must_use]
    pub fn written(&self) -> String {
        let call = Call::Ftok { path: self.address, project: self.project };
        let detail = self.path.map(Detail::Path);
        Written { call: &call, outcome: Err(self.errno), detail: detail.as_ref() }.to_string()
    }
}

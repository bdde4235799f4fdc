//! The last ftok(3) that failed: the likely origin of a key -1.

use crate::call::{Addr, Call, Written};
use crate::errno::Errno;
use crate::site::Site;

/// As much of a path as is kept without allocating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStart {
    bytes: [u8; Self::ROOM],
    length: usize,
}

impl PathStart {
    const ROOM: usize = 256;

    #[must_use]
    pub fn new(path: &[u8]) -> Self {
        let length = path.len().min(Self::ROOM);
        let mut bytes = [0; Self::ROOM];
        bytes[..length].copy_from_slice(&path[..length]);
        Self { bytes, length }
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

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
        Written { call: &call, outcome: Err(self.errno), path: self.path.as_ref().map(PathStart::bytes) }.to_string()
    }
}

//! The names of users and groups, from wherever the machine keeps them (nsswitch.conf(5)); each is asked for once.

use nix::unistd::{Gid, Group, Uid, User};
use std::collections::HashMap;

#[derive(Default)]
pub struct Names {
    users: HashMap<u32, Option<String>>,
    groups: HashMap<u32, Option<String>>,
}

impl Names {
    /// `None` where the number has no name.
    pub fn user(&mut self, uid: u32) -> Option<&str> {
        let find = || Some(User::from_uid(Uid::from_raw(uid)).ok()??.name);
        self.users.entry(uid).or_insert_with(find).as_deref()
    }

    pub fn group(&mut self, gid: u32) -> Option<&str> {
        let find = || Some(Group::from_gid(Gid::from_raw(gid)).ok()??.name);
        self.groups.entry(gid).or_insert_with(find).as_deref()
    }
}

//! The last keys that ftok(3) made, with the files they were made of: two files may have one key, and a path may name another
//! file by now.

use crate::call::Key;
use crate::path::{File, PathStart};
use crate::site::Site;

/// So many are remembered; the oldest make room for the newest.
const ROOM: usize = 32;

/// A key and what ftok made it of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub key: Key,
    /// A whole one.
    pub path: PathStart,
    /// The working directory, where the path begins there.
    pub folder: Option<File>,
    pub file: File,
    /// Where the ftok was.
    pub site: Site,
}

impl Named {
    /// Whether the same is asked of ftok.
    fn asks_as(&self, other: &Self) -> bool {
        self.key.project() == other.key.project() && self.folder == other.folder && self.path == other.path
    }

    fn collides_with(&self, other: &Self) -> bool {
        self.key == other.key && self.file != other.file && !self.asks_as(other)
    }
}

#[derive(Clone, Copy)]
struct Entry {
    named: Named,
    /// What the same path named before, until it is asked for once more.
    replaced: Option<Replaced>,
}

/// What a path named before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    pub key: Key,
    pub file: File,
    pub site: Site,
}

pub struct NamedKeys {
    /// Where the next one goes.
    next: usize,
    entries: [Option<Entry>; ROOM],
}

impl NamedKeys {
    pub const fn new() -> Self {
        Self { next: 0, entries: [None; ROOM] }
    }

    /// Whether `path` has given `key` before and there is nothing to say of it: then nothing has to be found out.
    pub fn is_usual(&mut self, path: &PathStart, key: Key) -> bool {
        let is_it = |entry: &&mut Entry| entry.named.key == key && entry.named.path == *path;
        let Some(entry) = self.entries.iter_mut().flatten().find(is_it) else { return false };
        entry.replaced = None;
        let named = entry.named;
        self.collision(&named).is_none()
    }

    pub fn record(&mut self, named: &Named) {
        let known = self.entries.iter_mut().flatten().find(|entry| entry.named.asks_as(named));
        if let Some(entry) = known {
            let Named { key, file, site, .. } = entry.named;
            entry.replaced = (file != named.file).then_some(Replaced { key, file, site });
            // The first place is the one that a later collision is told with.
            entry.named = if file == named.file { entry.named } else { *named };
            return;
        }
        self.entries[self.next % ROOM] = Some(Entry { named: *named, replaced: None });
        self.next = (self.next + 1) % ROOM;
    }

    /// What `path` gave `key` for.
    pub fn find(&self, path: &PathStart, key: Key) -> Option<Named> {
        let entry = self.entries.iter().flatten().find(|entry| entry.named.key == key && entry.named.path == *path);
        entry.map(|entry| entry.named)
    }

    /// What `key` was made of.
    pub fn path_of(&self, key: Key) -> Option<PathStart> {
        let entry = self.entries.iter().flatten().find(|entry| entry.named.key == key);
        entry.map(|entry| entry.named.path)
    }

    /// Another file with the same key.
    pub fn collision(&self, named: &Named) -> Option<Named> {
        let entry = self.entries.iter().flatten().find(|entry| entry.named.collides_with(named));
        entry.map(|entry| entry.named)
    }

    /// The file that the same path named before.
    pub fn replaced(&self, named: &Named) -> Option<Replaced> {
        self.entries.iter().flatten().find(|entry| entry.named == *named)?.replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &[u8], inode: u64, key: i32) -> Named {
        let file = File { device: 8, inode };
        Named { key: Key(key), path: PathStart::new(path), folder: None, file, site: Site::at_return(1) }
    }

    #[test]
    fn two_files_collide_and_two_names_of_one_do_not() {
        let mut keys = NamedKeys::new();
        keys.record(&named(b"/a", 1, 7));
        keys.record(&named(b"/link", 1, 7));
        assert_eq!(keys.collision(&named(b"/link", 1, 7)), None);
        keys.record(&named(b"/b", 0x10001, 7));
        assert_eq!(keys.collision(&named(b"/b", 0x10001, 7)).map(|other| other.path), Some(PathStart::new(b"/a")));
        assert_eq!(keys.collision(&named(b"/b", 0x10001, 8)), None);
        assert!(!keys.is_usual(&PathStart::new(b"/b"), Key(7)), "there is something to say each time");
    }

    #[test]
    fn a_path_that_names_another_file_is_told_once() {
        let mut keys = NamedKeys::new();
        keys.record(&named(b"/a", 1, 7));
        assert!(keys.is_usual(&PathStart::new(b"/a"), Key(7)) && !keys.is_usual(&PathStart::new(b"/a"), Key(8)));
        let now = Named { site: Site::at_return(2), ..named(b"/a", 2, 8) };
        keys.record(&now);
        assert_eq!(keys.find(&now.path, Key(8)), Some(now));
        let before = Replaced { key: Key(7), file: File { device: 8, inode: 1 }, site: Site::at_return(1) };
        assert_eq!(keys.replaced(&now), Some(before));
        assert_eq!(keys.find(&now.path, Key(7)), None, "it has that key no more");
        assert_eq!([7, 8].map(|key| keys.path_of(Key(key))), [None, Some(now.path)]);
        assert!(keys.is_usual(&now.path, Key(8)));
        assert_eq!(keys.replaced(&now), None);
    }

    #[test]
    fn another_project_or_another_folder_is_another_question() {
        let mut keys = NamedKeys::new();
        keys.record(&named(b"a", 1, 7));
        for other in
            [named(b"a", 2, 7 | 1 << 24), Named { folder: Some(File { device: 1, inode: 1 }), ..named(b"a", 2, 8) }]
        {
            keys.record(&other);
            assert_eq!(keys.replaced(&other), None, "{other:?}");
        }
    }

    #[test]
    fn the_oldest_make_room() {
        let mut keys = NamedKeys::new();
        for number in 0..=ROOM {
            let number = i32::try_from(number).unwrap();
            keys.record(&named(format!("/{number}").as_bytes(), 1, number));
        }
        assert_eq!(keys.find(&PathStart::new(b"/0"), Key(0)), None);
        assert!(keys.find(&PathStart::new(b"/1"), Key(1)).is_some());
    }
}

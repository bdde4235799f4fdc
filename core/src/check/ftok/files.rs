//! A key is made of a file, and neither belongs to the other alone: two files may have one key, and a name another file.

use super::path_of;
use crate::call::{Call, Key};
use crate::check::{Explain, Made, Words};
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::path::File;
use crate::text::unbroken;
use crate::tracker::Named;

fn inode(file: File) -> String {
    unbroken(&format!("inode {:#010x}", file.inode))
}

/// What the key was made of.
fn named(made: &Made, facts: &dyn Facts) -> Option<Named> {
    let (Call::Ftok { .. }, Ok(value), Some(path)) = (made.call, made.outcome, path_of(made)) else { return None };
    let key = Key(i32::from_le_bytes(*value.to_le_bytes().first_chunk()?));
    facts.past().named(path, key)
}

pub fn collision<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let this = named(made, facts)?;
    let other = facts.past().same_key(&this)?;
    // The other one may be gone, and then its inode is free to be had; or lie in another folder by that name.
    let in_reach = other.folder.is_none() || other.folder == this.folder;
    if !in_reach || facts.file(&other.path) != Some(other.file) {
        return None;
    }
    Some(Box::new(move || {
        let Named { key, path, file, .. } = this;
        let project = key.project();
        let free = if project == u8::MAX { 1 } else { project + 1 };
        Words {
            headline: format!("{path} has the key of {}", other.path),
            earlier: Some(Earlier {
                what: format!("ftok({}, {project}) gave {key} too", other.path),
                site: other.site,
            }),
            why: format!(
                "a key is 8 bits of the project, 8 of the device and 16 of the inode: {} and {} end alike, so who uses the \
                 one file and who uses the other meet in one segment",
                inode(file),
                inode(other.file)
            ),
            fix: format!("give them different projects: ftok({path}, {free})"),
            ..Words::default()
        }
    }))
}

pub fn replaced<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let this = named(made, facts)?;
    let before = facts.past().replaced(&this).filter(|before| before.key != this.key)?;
    Some(Box::new(move || {
        let Named { key, path, file, .. } = this;
        Words {
            headline: format!("{path} is another file than before, and has another key"),
            earlier: Some(Earlier {
                what: format!("ftok({path}, {}) gave {} before", before.key.project(), before.key),
                site: before.site,
            }),
            why: format!(
                "the key is made of the file and not of its name, which had {} and has {}; who called ftok before {}, who \
                 calls it now {}",
                inode(before.file),
                inode(file),
                unbroken(&format!("has {}", before.key)),
                unbroken(&format!("has {key}"))
            ),
            fix: format!(
                "give ftok a file that is never replaced, such as the program itself; write {path} in place, not by rename"
            ),
            ..Words::default()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Addr;
    use crate::check::tests::all;
    use crate::detail::Detail;
    use crate::facts::fake::World;
    use crate::path::PathStart;
    use crate::site::Site;

    const KEY: Key = Key(0x4108_0012);

    fn record(world: &mut World, path: &[u8], inode: u64) -> Named {
        let file = File { device: 8, inode };
        let path = PathStart::new(path);
        let named = Named { key: Key::of(file, 0x41), path, folder: None, file, site: Site::at_return(7) };
        world.tracker.named_mut().record(&named);
        world.files.retain(|(name, _)| *name != path);
        world.files.push((path, file));
        named
    }

    fn rules(world: &World, named: &Named) -> Vec<(&'static str, String)> {
        let value = usize::try_from(named.key.0).unwrap();
        let call = Call::Ftok { path: Addr(1), project: 0x41 };
        let made = Made { call, outcome: Ok(value), site: Site::UNKNOWN, detail: Some(Detail::Path(named.path)) };
        all(&made, world).into_iter().map(|finding| (finding.rule.id, finding.headline)).collect()
    }

    #[test]
    fn two_files_with_one_key_are_told_while_both_are_there() {
        let mut world = World::default();
        assert_eq!(rules(&world, &record(&mut World::default(), b"/a", 0x12)), []);
        record(&mut world, b"/a", 0x12);
        let other = record(&mut world, b"/b", 0x10012);
        assert_eq!(other.key, KEY);
        let said = [("ftok-collision", "\"/b\" has the key of \"/a\"".to_owned())];
        assert_eq!(rules(&world, &other), said);
        let call = Call::Ftok { path: Addr(1), project: 0x41 };
        let outcome = Ok(usize::try_from(other.key.0).unwrap());
        let made = Made { call, outcome, site: Site::UNKNOWN, detail: Some(Detail::Path(other.path)) };
        assert!(all(&made, &world)[0].fix.ends_with("ftok(\"/b\", 66)"), "the next project is free");
        world.files.clear();
        assert_eq!(rules(&world, &other), [], "the other is gone");
    }

    #[test]
    fn two_names_in_two_folders_are_not_compared() {
        let folder = |inode| Some(File { device: 8, inode });
        for (first, second, is_told) in [
            (folder(1), folder(1), true),
            (folder(1), folder(2), false),
            (folder(1), None, false),
            (None, folder(1), true),
        ] {
            let mut world = World::default();
            let (a, b) = (record(&mut world, b"a", 0x12), record(&mut world, b"b", 0x10012));
            world.tracker = crate::tracker::Tracker::default();
            world.tracker.named_mut().record(&Named { folder: first, ..a });
            world.tracker.named_mut().record(&Named { folder: second, ..b });
            assert_eq!(!rules(&world, &b).is_empty(), is_told, "{first:?} {second:?}");
        }
    }

    #[test]
    fn a_name_of_another_file_is_told_with_both_keys() {
        let mut world = World::default();
        record(&mut world, b"/a", 0x12);
        let now = record(&mut world, b"/a", 0x13);
        let said = "\"/a\" is another file than before, and has another key".to_owned();
        assert_eq!(rules(&world, &now), [("ftok-path-replaced", said)]);
        let same_key = record(&mut world, b"/a", 0x10013);
        assert_eq!(rules(&world, &same_key), [], "nobody can tell");
    }
}

//! What the program finds in its environment beyond what was there: how the library gets in, and what it is told.

use super::failure::Failure;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

pub const PRELOAD: &str = "LD_PRELOAD";
pub const OPTIONS: &str = "SHMSAN_OPTIONS";
pub const SESSION: &str = "SHMSAN_SESSION";
pub const ASAN: &str = "ASAN_OPTIONS";

/// Lets AddressSanitizer's library come behind ours, in whichever process of the tree it is. Put before ours in LD_PRELOAD it
/// would come into every process: a program that knows nothing of it would end with another status for its leaks.
const ANY_ORDER: &str = "verify_asan_link_order";

/// Whether the loader takes this path from LD_PRELOAD as it is: spaces and colons separate there, and `$ORIGIN` and its like
/// are replaced.
pub fn can_be_preloaded(library: &Path) -> bool {
    !library.as_os_str().as_bytes().iter().any(|byte| matches!(byte, b' ' | b':' | b'$' | b'\n' | b'\t'))
}

/// LD_PRELOAD: the library, and behind it what was there.
pub fn preload(library: &Path, before: Option<&OsStr>) -> OsString {
    joined(library.as_os_str(), ":", before.unwrap_or_default())
}

/// SHMSAN_OPTIONS: what was there, and what the command line says over it.
pub fn options(before: Option<&OsStr>, given: &[Vec<u8>]) -> Result<OsString, Failure> {
    let before = before.unwrap_or_default();
    if shmsan_core::options::has_open_quote(before.as_bytes()) {
        return Err(Failure::Own(format!("{OPTIONS} has a quote that is never closed: nothing can be added to it")));
    }
    Ok(joined(before, ":", &OsString::from_vec(given.join(&b':'))))
}

/// ASAN_OPTIONS, unless they say something of the order already.
pub fn asan(before: Option<&OsStr>) -> Option<OsString> {
    let before = before.unwrap_or_default();
    let said = before.as_bytes().windows(ANY_ORDER.len()).any(|window| window == ANY_ORDER.as_bytes());
    (!said).then(|| joined(before, ":", OsStr::new(&format!("{ANY_ORDER}=0"))))
}

fn joined(first: &OsStr, separator: &str, second: &OsStr) -> OsString {
    let separator = if first.is_empty() || second.is_empty() { "" } else { separator };
    [first, OsStr::new(separator), second].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_stays_there() {
        let library = Path::new("/l/libshmsan.so");
        assert_eq!(preload(library, None), "/l/libshmsan.so");
        assert_eq!(preload(library, Some(OsStr::new(""))), "/l/libshmsan.so");
        assert_eq!(preload(library, Some(OsStr::new("a.so b.so"))), "/l/libshmsan.so:a.so b.so");
        let given = [b"guard=0".to_vec(), b"checks='a b'".to_vec()];
        assert_eq!(options(Some(OsStr::new("trace=1")), &given).unwrap(), "trace=1:guard=0:checks='a b'");
        assert_eq!(options(None, &given[..1]).unwrap(), "guard=0");
        let sentence = options(Some(OsStr::new("trace='1")), &given).unwrap_err().to_string();
        assert!(sentence.starts_with("SHMSAN_OPTIONS has a quote that is never closed"), "{sentence}");
        assert_eq!(asan(None).unwrap(), "verify_asan_link_order=0");
        assert_eq!(asan(Some(OsStr::new("x=1"))).unwrap(), "x=1:verify_asan_link_order=0");
        assert_eq!(asan(Some(OsStr::new("verify_asan_link_order=1"))), None);
    }

    #[test]
    fn a_path_that_the_loader_would_cut_or_replace_is_known() {
        for (path, expected) in [("/a/b.so", true), ("/a b.so", false), ("/a:b.so", false), ("/$LIB/b.so", false)] {
            assert_eq!(can_be_preloaded(Path::new(path)), expected, "{path}");
        }
    }
}

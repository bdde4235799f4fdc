//! logind.conf(5) and its drop-ins: whether the segments of a user go when the user has logged out.

/// One file that systemd-logind reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    pub path: String,
    pub text: Vec<u8>,
}

/// What the files come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoveIpc {
    pub is_on: bool,
    /// Where it is said.
    pub source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In this file.
    Set(String),
    /// This file has it in a comment, as systemd ships it: so it was built.
    Shipped(String),
    /// Nowhere: systemd's own default.
    Default,
}

impl RemoveIpc {
    /// Of the main file and the drop-ins, in the order in which they are read: the last one wins.
    #[must_use]
    pub fn of(files: &[ConfigFile]) -> Self {
        let set = files
            .iter()
            .rev()
            .find_map(|file| Some(Self { is_on: value(&file.text, "")?, source: Source::Set(file.path.clone()) }));
        let shipped = || {
            files.iter().find_map(|file| {
                Some(Self { is_on: value(&file.text, "#")?, source: Source::Shipped(file.path.clone()) })
            })
        };
        set.or_else(shipped).unwrap_or(Self { is_on: true, source: Source::Default })
    }
}

/// The last `RemoveIPC=` of the section `[Login]`, behind `mark`; what is no truth value is passed over, as systemd does.
fn value(text: &[u8], mark: &str) -> Option<bool> {
    let mut is_login = false;
    let mut found = None;
    for line in text.split(|byte| *byte == b'\n') {
        let Ok(line) = str::from_utf8(line) else { continue };
        let line = line.trim();
        if line.starts_with('[') {
            is_login = line == "[Login]";
        }
        let assigned = line.strip_prefix(mark).and_then(|line| line.strip_prefix("RemoveIPC")).map(str::trim_start);
        if let Some(value) = assigned.and_then(|rest| rest.strip_prefix('=')).filter(|_| is_login) {
            found = truth(value.trim()).or(found);
        }
    }
    found
}

fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&[u8]]) -> (bool, Source) {
        let name = |(number, text): (usize, &&[u8])| ConfigFile { path: number.to_string(), text: text.to_vec() };
        let files: Vec<_> = texts.iter().enumerate().map(name).collect();
        let RemoveIpc { is_on, source } = RemoveIpc::of(&files);
        (is_on, source)
    }

    #[test]
    fn the_last_file_that_says_it_wins() {
        let set = |name: &str| Source::Set(name.to_owned());
        assert_eq!(of(&[b"[Login]\nRemoveIPC=no\n"]), (false, set("0")));
        assert_eq!(of(&[b"[Login]\nRemoveIPC=no\n", b"[Login]\nRemoveIPC = on"]), (true, set("1")));
        assert_eq!(of(&[b"[Login]\nRemoveIPC=no\nRemoveIPC=maybe\n", b"[Login]\n\xff\n"]), (false, set("0")));
        assert_eq!(of(&[b"[Login]\nRemoveIPC=yes\nRemoveIPC=0\n"]), (false, set("0")));
    }

    #[test]
    fn what_is_a_comment_or_of_another_section_is_not_set() {
        assert_eq!(of(&[]), (true, Source::Default));
        assert_eq!(of(&[b"RemoveIPC=no\n[Other]\nRemoveIPC=no\n[Login]\nRemoveIPCs=no\n"]), (true, Source::Default));
        assert_eq!(of(&[b"[Login]\n#RemoveIPC=no\n"]), (false, Source::Shipped("0".to_owned())));
        assert!(of(&[b"[Login]\n#RemoveIPC=no\n", b"[Login]\nRemoveIPC=yes\n"]).0);
    }
}

//! Where the command's own words go: to standard error, or into the file that all processes of the tree write.

use super::failure::{Failure, plain, said};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

pub struct Log {
    /// As a whole path.
    file: Option<PathBuf>,
}

impl Log {
    /// Begins the file anew. Others than its owner cannot read it, because reports tell addresses and command lines, unless
    /// it was there with other rights.
    pub fn begin(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else { return Ok(Self { file: None }) };
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&file);
        opened.map_err(|error| Failure::Own(format!("--log-file {}: {}", plain(&file), said(&error))))?;
        Ok(Self { file: Some(file) })
    }

    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Writes it at once. Where that fails there is nobody else to tell.
    pub fn say(&self, text: &str) {
        let appended = self.file.as_deref().map(|file| OpenOptions::new().append(true).open(file));
        let _ = match appended {
            Some(Ok(mut file)) => anstream::StripStream::new(&mut file).write_all(text.as_bytes()),
            _ => anstream::stderr().write_all(text.as_bytes()),
        };
    }
}

//! Places as a person reads them, looked up in the files of the programs, which may be gone or replaced by now.

use crate::units::Units;
use addr2line::Loader;
use object::{Object, ReadRef};
use shmsan_core::demangle;
use shmsan_core::record::{Module, Places, Proof, fingerprint};
use shmsan_core::site::{Frame, Site, as_given, most_telling};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

/// Larger files are not searched for names.
const LARGEST: u64 = 8 << 30;

pub struct Symbols {
    files: HashMap<(Vec<u8>, String), Option<Contents>>,
    /// Cut from the beginning of files' names.
    pub strip_path_prefix: Vec<u8>,
    /// Where debug information lies that is not in the program's own file.
    pub debug_file_directory: PathBuf,
}

/// What names the places of a module: its debug information, and its own symbols.
struct Contents {
    debug: Option<Loader>,
    own: Loader,
    /// Where the debug information is.
    path: PathBuf,
    /// Read when a line is found.
    units: OnceCell<Option<Units>>,
}

impl Default for Symbols {
    fn default() -> Self {
        Self {
            files: HashMap::new(),
            strip_path_prefix: Vec::new(),
            debug_file_directory: PathBuf::from("/usr/lib/debug"),
        }
    }
}

impl Symbols {
    /// The innermost first; never empty.
    pub fn frames(&mut self, places: &Places, site: Site) -> Vec<Frame> {
        let mut frames = places.frames(site, &mut |address, module| self.at(address, module));
        if frames.is_empty() {
            frames.push(Frame::default());
        }
        let prefix = &self.strip_path_prefix;
        frames.into_iter().map(|frame| frame.without_prefix(prefix)).collect()
    }

    /// One frame of it: the innermost, unless that is in libc.
    pub fn frame(&mut self, places: &Places, site: Site) -> Frame {
        let frames = self.frames(places, site);
        most_telling(&frames).cloned().unwrap_or_default()
    }

    fn at(&mut self, address: usize, module: &Module) -> Vec<Frame> {
        let offset = address.wrapping_sub(module.bias);
        let name = module.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let name = String::from_utf8_lossy(name).into_owned();
        let key = (module.path.clone(), format!("{:?}", module.proof));
        let folder = &self.debug_file_directory;
        let contents = self.files.entry(key).or_insert_with(|| Contents::load(module, folder));
        // The files are whoever's: one that makes no sense names nothing.
        let look = AssertUnwindSafe(|| contents.as_ref().map(|contents| contents.find(offset as u64)));
        let mut frames = panic::catch_unwind(look).ok().flatten().unwrap_or_default();
        if frames.is_empty() {
            frames.push(Frame::default());
        }
        for frame in &mut frames {
            frame.module = Some((name.clone(), offset));
            frame.address = address;
        }
        frames
    }
}

impl Contents {
    fn load(module: &Module, debug_folder: &Path) -> Option<Self> {
        let path = Path::new(OsStr::from_bytes(&module.path));
        let is_it = proves(path, &module.proof);
        let own = if is_it { Loader::new(path).ok() } else { None };
        let separate = match &module.proof {
            Proof::BuildId(id) if !own.as_ref().is_some_and(has_lines) => {
                let name = id.iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}"));
                let (first, rest) = name.split_at_checked(2)?;
                let separate = debug_folder.join(".build-id").join(first).join(format!("{rest}.debug"));
                let debug = proves(&separate, &module.proof).then(|| Loader::new(&separate).ok()).flatten();
                debug.map(|debug| (debug, separate))
            }
            _ => None,
        };
        let units = OnceCell::new();
        match (own, separate) {
            (Some(own), None) => Some(Self { debug: None, own, path: path.to_owned(), units }),
            (Some(own), Some((debug, path))) => Some(Self { debug: Some(debug), own, path, units }),
            (None, Some((debug, path))) => Some(Self { debug: None, own: debug, path, units }),
            (None, None) => None,
        }
    }

    fn find(&self, offset: u64) -> Vec<Frame> {
        let lines = self.debug.as_ref().unwrap_or(&self.own);
        let mut frames = lines_at(lines, offset);
        self.name_as_given(&mut frames, offset);
        let symbol = [Some(&self.own), self.debug.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|loader| loader.find_symbol_info(offset));
        if let Some(symbol) = symbol {
            if frames.is_empty() {
                frames.push(Frame::default());
            }
            let outermost = frames.len() - 1;
            let frame = &mut frames[outermost];
            frame.function.get_or_insert_with(|| demangle::function(symbol.name()));
            frame.function_offset = usize::try_from(offset - symbol.address().min(offset)).unwrap_or_default();
        }
        frames
    }
}

impl Contents {
    /// Names the files as the program's own reports do, which have the compiler's words for them.
    fn name_as_given(&self, frames: &mut [Frame], offset: u64) {
        let mut sources = frames.iter_mut().filter_map(|frame| frame.source.as_mut()).peekable();
        if sources.peek().is_none() {
            return;
        }
        let units = self.units.get_or_init(|| Units::load(&self.path));
        let (folder, unit) = units.as_ref().map(|units| units.names_at(offset)).unwrap_or_default();
        for (file, _) in sources {
            *file = as_given(file, folder.as_deref(), unit.as_deref()).to_owned();
        }
    }
}

fn has_lines(loader: &Loader) -> bool {
    loader.get_section_range(b".debug_info").is_some()
}

/// The functions inlined there, the innermost first, and the one that holds them.
fn lines_at(loader: &Loader, offset: u64) -> Vec<Frame> {
    let mut found = Vec::new();
    let Ok(mut frames) = loader.find_frames(offset) else { return found };
    while let Ok(Some(frame)) = frames.next() {
        let function = frame.function.as_ref().and_then(|name| name.raw_name().ok());
        let source = frame.location.and_then(|place| Some((place.file?.to_owned(), place.line?)));
        let function = function.map(|name| demangle::function(&name));
        found.push(Frame { function, source, ..Frame::default() });
    }
    found
}

/// Whether the file that stands at `path` now is the one that was loaded.
fn proves(path: &Path, proof: &Proof) -> bool {
    let regular = fs::metadata(path).is_ok_and(|status| status.is_file() && status.len() <= LARGEST);
    // A FIFO would keep us, and is no program.
    let Some(file) = regular.then(|| File::open(path).ok()).flatten() else { return false };
    match proof {
        Proof::BuildId(id) => {
            let cache = object::ReadCache::new(&file);
            let own = cache.len().ok().and_then(|_| object::File::parse(&cache).ok());
            own.is_some_and(|own| own.build_id().ok().flatten() == Some(id))
        }
        Proof::Beginning { length, fingerprint: expected } => {
            let mut bytes = vec![0; usize::try_from((*length).min(1 << 16)).unwrap_or_default()];
            file.read_exact_at(&mut bytes, 0).is_ok() && fingerprint(&bytes) == *expected
        }
        Proof::Nothing => false,
    }
}

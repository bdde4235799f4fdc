//! Compiles the C and C++ scenarios with the `cc` crate's compiler, once for each way the shim can come in.

use super::say;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

/// How the shim gets between the program and the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Not at all: the system's headers and libc.
    Bare,
    /// A bare program, with the shim in LD_PRELOAD.
    Preloaded,
    /// Compiled against include/ and linked with libshmsan.so.
    Linked,
    /// Compiled against include/ and linked with libshmsan.a.
    LinkedStatic,
    /// As `LinkedStatic`, in a program that is itself `-static`.
    FullyStatic,
}

impl Way {
    /// Every way the shim comes in; not `Bare`.
    pub const SHIMMED: [Self; 4] = [Self::Preloaded, Self::Linked, Self::LinkedStatic, Self::FullyStatic];

    const fn folder(self) -> &'static str {
        match self {
            Self::Bare | Self::Preloaded => "bare",
            Self::Linked => "linked",
            Self::LinkedStatic => "linked-static",
            Self::FullyStatic => "fully-static",
        }
    }
}

/// A compiler found on this machine.
#[derive(Clone, Debug)]
pub struct Compiler {
    pub program: PathBuf,
}

impl Compiler {
    pub fn command(&self) -> Command {
        Command::new(&self.program)
    }
}

/// The compiler called `name` ("gcc", "clang-19", …), or nothing after a line that says which test goes without.
pub fn find_compiler(name: &str, wanted_for: &str) -> Option<Compiler> {
    let found = find_program(name);
    if found.is_none() {
        say(&format!("skipped: {wanted_for}: {name} is not installed"));
    }
    found.map(|program| Compiler { program })
}

/// The program called `name` that a shell would find.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A file of c-tests/, by its path below that folder.
pub fn source(name: &str) -> PathBuf {
    root().join("c-tests").join(name)
}

/// A folder below the build folder for what a test makes; made on the first use.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The profile whose library and command are tested: PROFILE in the environment, else that of the tests themselves. Optimised
/// tests would find nothing more, and take long to build.
fn profile() -> String {
    let own = if cfg!(debug_assertions) { "dev" } else { "release" };
    std::env::var("PROFILE").unwrap_or_else(|_| own.to_owned())
}

/// Whether what is tested is without the checks and the ways in that a debug build has.
pub fn is_release() -> bool {
    profile() == "release"
}

/// The folder target/PROFILE with libshmsan.so, libshmsan.so.0, libshmsan.a and the command shmsan of today's sources in it.
pub fn library_folder() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let test = std::env::current_exe().unwrap();
        let (target, profile) = (test.ancestors().nth(3).unwrap(), profile());
        let folder = target.join(if profile == "dev" { "debug" } else { &profile });
        // One after the other, as `make` does: together they would share the features of the crates they share.
        build("shmsan", target, &profile);
        build("shmsan-cli", target, &profile);
        let soname = folder.join("libshmsan.so.0");
        if std::fs::read_link(&soname).is_err() {
            // Another run of the tests may be a moment ahead.
            let _ = std::os::unix::fs::symlink("libshmsan.so", soname);
        }
        folder
    });
    &FOLDER
}

/// `cargo test` by itself does not build a cdylib, a staticlib or the binary of another package, and a stale one would be
/// tested in silence.
fn build(package: &str, target: &Path, profile: &str) {
    let Some(cargo) = std::env::var_os("CARGO") else {
        say(&format!("not started by cargo: {package} of the profile {profile} is tested as it is"));
        return;
    };
    let mut command = Command::new(cargo);
    command.args(["build", "--package", package, "--profile", profile, "--target-dir"]).arg(target).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Compiles a scenario for one way, without further flags.
pub fn compile(name: &str, way: Way) -> PathBuf {
    compile_with(name, way, &[])
}

/// Compiles a scenario for one way with `flags`, once in a run of the tests; panics with the compiler's words.
pub fn compile_with(name: &str, way: Way, flags: &[&str]) -> PathBuf {
    type Programs = Mutex<HashMap<(String, &'static str), Arc<OnceLock<PathBuf>>>>;
    static PROGRAMS: LazyLock<Programs> = LazyLock::new(Mutex::default);
    let key = (format!("{name} {}", flags.join(" ")), way.folder());
    let program = Arc::clone(PROGRAMS.lock().unwrap().entry(key).or_default());
    program.get_or_init(|| build_scenario(name, way, flags)).clone()
}

fn build_scenario(name: &str, way: Way, flags: &[&str]) -> PathBuf {
    let stem = name.replace(['/', '.'], "-") + &flags.concat().replace(['/', ' '], "_");
    // Under a name of its own until it is whole: another run of the tests may be executing the last one.
    let program = scratch(way.folder()).join(&stem);
    let unfinished = program.with_file_name(format!("{stem}.{}", std::process::id()));
    let mut command = host_compiler(name);
    command.arg("-g").arg(source(name)).arg("-o").arg(&unfinished).args(flags).arg("-w");
    if way.folder() != "bare" {
        command.arg("-I").arg(root().join("include"));
    }
    let library = library_folder();
    match way {
        Way::Bare | Way::Preloaded => &mut command,
        Way::Linked => command.arg("-L").arg(library).arg("-lshmsan").arg(format!("-Wl,-rpath,{}", library.display())),
        Way::LinkedStatic => command.arg(library.join("libshmsan.a")),
        Way::FullyStatic => command.arg("-static").arg(library.join("libshmsan.a")),
    }
    .arg("-pthread");
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    let words = words.join(OsStr::new(" ")).display().to_string();
    let output = command.output().unwrap_or_else(|error| panic!("{words}: {error}"));
    assert!(output.status.success(), "{words}\n{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(unfinished, &program).unwrap();
    program
}

/// The C or C++ compiler as the `cc` crate finds it ($CC and $CXX count), which it asks who it is, once.
fn host_compiler(name: &str) -> Command {
    static C: LazyLock<cc::Tool> = LazyLock::new(|| find_host_compiler(false));
    static CPP: LazyLock<cc::Tool> = LazyLock::new(|| find_host_compiler(true));
    let is_cpp = Path::new(name).extension().is_some_and(|extension| extension == "cpp");
    if is_cpp { CPP.to_command() } else { C.to_command() }
}

fn find_host_compiler(cpp: bool) -> cc::Tool {
    let host = "x86_64-unknown-linux-gnu".replace("x86_64", std::env::consts::ARCH);
    cc::Build::new()
        .cpp(cpp)
        .cargo_metadata(false)
        .no_default_flags(true)
        .opt_level(0)
        .target(&host)
        .host(&host)
        .out_dir(scratch("cc"))
        .get_compiler()
}

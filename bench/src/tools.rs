//! What else can watch these calls, side by side: the same loop, under each tool that is installed.

use crate::calls::{Operation, Subject, find};
use crate::child::{Surroundings, clean, find_program, output};
use crate::report::{Report, Table};
use crate::statistics::Spread;
use crate::sys::Calls;
use std::path::Path;
use std::process::Command;

/// What is in front of the program. `FILE` stands for a file that may be written.
const TOOLS: [(&str, &[&str]); 6] = [
    ("strace", &["-f", "-o", "FILE"]),
    ("strace", &["-f", "--seccomp-bpf", "-e", "trace=shmget,shmat,shmdt,shmctl", "-o", "FILE"]),
    ("ltrace", &["-f", "-o", "FILE"]),
    ("perf", &["trace", "-o", "FILE"]),
    ("valgrind", &["--log-file=FILE"]),
    ("valgrind", &["--tool=callgrind", "--callgrind-out-file=FILE", "--log-file=FILE"]),
];
const OPERATIONS: [&str; 3] = ["get", "attach-4k", "life"];
const KEY: i32 = 0x51a1;
/// The loop's parts, of which the median counts: in some of them another process has the processor.
const BATCHES: u32 = 20;

/// `alone COUNT OPERATION...`: prints the nanoseconds of each.
pub fn in_child(words: &[&str]) -> Result<(), String> {
    let [count, operations @ ..] = words else { return Err("alone: COUNT OPERATION...".to_owned()) };
    let count: u32 = count.parse().map_err(|_| "alone: no number")?;
    let calls = Calls::of_the_program();
    for operation in operations.iter().filter_map(|word| find(word)) {
        let id = calls.get(KEY, operation.size, libc::IPC_CREAT | 0o600);
        let subject = Subject { key: KEY, id };
        // The first one is another: whatever is done once only is done in it.
        let batches: Vec<f64> = (0..=BATCHES).map(|_| operation.batch(&calls, subject, count / BATCHES)).collect();
        println!("{}", Spread::of(batches[1..].iter().copied()).map_or(0.0, |spread| spread.median));
        calls.remove(id);
    }
    Ok(())
}

/// In front of the program, and whether the library is there.
enum Way<'a> {
    Bare,
    Preloaded,
    Run(&'a [&'a str]),
    Tool(&'a str, &'a [&'a str]),
}

pub fn measure(around: &Surroundings, report: &mut Report) {
    let rows: Vec<&Operation> = OPERATIONS.iter().filter_map(|word| find(word)).collect();
    let head = std::iter::once("").chain(rows.iter().map(|row| row.name));
    let mut table = Table::new("Side by side", head).with_words(
        "The time in a process under each tool by that in a bare one, the two in turns. `shmsan run --trace` and the tracers \
         write to a file.",
    );
    let shmsan = [
        ("libshmsan.so, preloaded", Way::Preloaded),
        ("`shmsan run`", Way::Run(&[])),
        ("`shmsan run --trace`", Way::Run(&["--trace=FILE"])),
    ];
    let tools = TOOLS.iter().map(|(tool, words)| {
        let shown: Vec<&str> = words.iter().copied().filter(|word| !word.contains("FILE") && *word != "-o").collect();
        (["`", tool, if shown.is_empty() { "" } else { " " }, &shown.join(" "), "`"].concat(), Way::Tool(tool, words))
    });
    for (name, way) in shmsan.map(|(name, way)| (name.to_owned(), way)).into_iter().chain(tools) {
        eprintln!("side by side: {name}");
        if let Way::Tool(tool, _) = way
            && find_program(tool).is_none()
        {
            report.skip(&name, &format!("{tool} is not installed"));
            continue;
        }
        match compare(around, &way, &rows) {
            Ok(ratios) => table.add(std::iter::once(name).chain(ratios).collect()),
            Err(why) => report.skip(&name, &why),
        }
    }
    report.add(table);
}

fn compare(around: &Surroundings, way: &Way<'_>, rows: &[&Operation]) -> Result<Vec<String>, String> {
    let mut ratios = vec![Vec::new(); rows.len()];
    for _ in 0..around.pace.of(3, 11) {
        let (bare, under) = (times(around, &Way::Bare, rows)?, times(around, way, rows)?);
        for ((ratios, bare), under) in ratios.iter_mut().zip(bare).zip(under) {
            ratios.push(under / bare);
        }
    }
    Ok(ratios.into_iter().filter_map(Spread::of).map(|spread| format!("{:.2}", spread.median)).collect())
}

/// Nanoseconds of each operation.
fn times(around: &Surroundings, way: &Way<'_>, rows: &[&Operation]) -> Result<Vec<f64>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("out");
    let with_file = |word: &&str| word.replace("FILE", &file.display().to_string());
    let words: Vec<&str> = ["alone", "2000"].into_iter().chain(rows.iter().map(|row| row.word)).collect();
    let this = around.this(&words);
    let mut command = match way {
        Way::Bare => this,
        Way::Preloaded => {
            let mut command = this;
            around.preload(&mut command);
            command
        }
        Way::Run(options) => {
            let mut command = clean(Command::new(&around.command));
            command.args(["run", "--error-exitcode=0", "--library"]).arg(&around.library);
            command.args(options.iter().map(with_file)).arg("--");
            followed_by(command, &this)
        }
        Way::Tool(tool, options) => {
            let mut command = clean(Command::new(Path::new(tool)));
            command.args(options.iter().map(with_file));
            followed_by(command, &this)
        }
    };
    let printed = output(&mut command)?;
    let times: Vec<f64> = printed.lines().filter_map(|line| line.parse().ok()).collect();
    if times.len() == rows.len() { Ok(times) } else { Err(format!("it printed {printed:?}")) }
}

fn followed_by(mut tool: Command, program: &Command) -> Command {
    tool.arg(program.get_program()).args(program.get_args());
    tool
}

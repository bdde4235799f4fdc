//! "A total of four copies of data are required", says a tutorial of pipes, FIFOs and message queues, and two with shared
//! memory: a file is carried to another process in each of these ways, bare and under shmsan.

use crate::child::{Surroundings, output};
use crate::report::{Report, Table};
use crate::statistics::Spread;
use crate::sys::{self, Calls, LARGEST_MESSAGE, Message, Queue, Semaphores, bytes};
use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const WAYS: [(&str, &str); 4] = [
    ("pipe", "pipe: four copies"),
    ("fifo", "FIFO: four copies"),
    ("queue", "message queue: four copies"),
    ("segment", "shared memory: two copies"),
];
/// Bytes of the file, and of what is carried at once; the kernel allows messages of an eighth of that.
const FILE: usize = 64 << 20;
const PIECE: usize = 64 << 10;

/// `carry WAY FOLDER`: prints the seconds that it takes to bring the file `from` in the folder to another process that
/// writes it into `to`.
pub fn in_child(words: &[&str]) -> Result<(), String> {
    let [way, folder] = words else { return Err("carry: WAY FOLDER".to_owned()) };
    let folder = Path::new(folder);
    let open = || Ok::<_, io::Error>((File::open(folder.join("from"))?, File::create(folder.join("to"))?));
    let (from, to) = open().map_err(|error| error.to_string())?;
    let begin = Instant::now();
    match *way {
        "pipe" => through_a_pipe(from, to),
        "fifo" => through_a_fifo(from, to, folder),
        "queue" => through_a_queue(from, to),
        "segment" => through_a_segment(from, to),
        _ => return Err(format!("carry: no such way: {way}")),
    }
    .map_err(|error| format!("{way}: {error}"))?;
    println!("{}", begin.elapsed().as_secs_f64());
    Ok(())
}

/// The other process runs `client`, this one `server`.
fn between(client: impl FnOnce() -> io::Result<()>, server: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let child = sys::fork(|| i32::from(client().is_err()))?;
    server()?;
    if sys::wait(child) { Ok(()) } else { Err(io::Error::other("the client failed")) }
}

/// Two copies: out of the one, into the other.
fn pump(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(()),
            length => to.write_all(&piece[..length])?,
        }
    }
}

/// The client knows how much there is: it holds the server's end too, and would wait for ever for that to be closed.
fn through_a_pipe(from: File, to: File) -> io::Result<()> {
    let (reader, writer) = io::pipe()?;
    between(|| pump(reader.take(FILE as u64), to), || pump(from, &writer))
}

fn through_a_fifo(from: File, to: File, folder: &Path) -> io::Result<()> {
    let path = folder.join("fifo");
    sys::make_fifo(&CString::new(path.as_os_str().as_encoded_bytes())?)?;
    between(|| pump(File::open(&path)?, to), || pump(from, File::create(&path)?))
}

fn through_a_queue(mut from: File, mut to: File) -> io::Result<()> {
    let queue = Queue::new();
    let receive = || {
        let mut message = Message::new();
        loop {
            match queue.receive(&mut message) {
                0 => return Ok(()),
                length => to.write_all(&message.bytes[..length])?,
            }
        }
    };
    let send = || {
        let mut message = Message::new();
        loop {
            let length = from.read(&mut message.bytes[..LARGEST_MESSAGE])?;
            queue.send(&message, length);
            if length == 0 {
                return Ok(());
            }
        }
    };
    let carried = between(receive, send);
    queue.remove();
    carried
}

/// Two pieces, each with a semaphore that says that it is free, and one that says that it is full.
fn through_a_segment(mut from: File, mut to: File) -> io::Result<()> {
    const FREE: [u16; 2] = [0, 1];
    const FULL: [u16; 2] = [2, 3];
    let (calls, semaphores) = (Calls::of_the_program(), Semaphores::new(4));
    let id = calls.get(libc::IPC_PRIVATE, 2 * PIECE, 0o600);
    for which in FREE {
        semaphores.change(which, 1);
    }
    let take = || {
        let memory = calls.attach(id);
        for piece in 0..FILE / PIECE {
            semaphores.change(FULL[piece % 2], -1);
            to.write_all(&bytes(memory, 2 * PIECE)[piece % 2 * PIECE..][..PIECE])?;
            semaphores.change(FREE[piece % 2], 1);
        }
        calls.detach(memory);
        Ok(())
    };
    let give = || {
        let memory = calls.attach(id);
        for piece in 0..FILE / PIECE {
            semaphores.change(FREE[piece % 2], -1);
            from.read_exact(&mut bytes(memory, 2 * PIECE)[piece % 2 * PIECE..][..PIECE])?;
            semaphores.change(FULL[piece % 2], 1);
        }
        calls.detach(memory);
        Ok(())
    };
    let carried = between(take, give);
    calls.remove(id);
    semaphores.remove();
    carried
}

pub fn measure(around: &Surroundings, report: &mut Report) -> Result<(), String> {
    let mut table = Table::new("A file carried to another process", ["", "bare", "under shmsan", "by the bare one"]).with_words(
        "The claim of a tutorial on shared memory: through a pipe, a FIFO or a message queue a file is copied four times, through a \
         segment twice. 64 MiB from the page cache, in pieces of 64 KiB (8 KiB in the queue), taken in turns.",
    );
    let mut times = WAYS.map(|_| [Vec::new(), Vec::new()]);
    let text: Vec<u8> = (0..FILE).map(|at| at.wrapping_mul(0x9e37_79b9).to_le_bytes()[3]).collect();
    for _ in 0..around.pace.of(5, 25) {
        for ((way, _), [bare, shimmed]) in WAYS.iter().zip(&mut times) {
            bare.push(carry(around, way, &text, |_| {})?);
            shimmed.push(carry(around, way, &text, |command| around.preload(command))?);
        }
    }
    for ((_, name), [bare, shimmed]) in WAYS.iter().zip(times) {
        let ratio = Spread::of(bare.iter().zip(&shimmed).map(|(bare, shimmed)| shimmed / bare));
        if let (Some(bare), Some(shimmed), Some(ratio)) = (Spread::of(bare), Spread::of(shimmed), ratio) {
            let milliseconds = |time: Spread| format!("{:.1} ms", time.median * 1000.0);
            table.add(vec![(*name).to_owned(), milliseconds(bare), milliseconds(shimmed), ratio.to_string()]);
        }
    }
    report.add(table);
    Ok(())
}

/// Seconds; what arrives must be what was sent.
fn carry(around: &Surroundings, way: &str, text: &[u8], prepare: impl FnOnce(&mut Command)) -> Result<f64, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    fs::write(folder.path().join("from"), text).map_err(|error| error.to_string())?;
    let mut command = around.this(&["carry", way, &folder.path().display().to_string()]);
    prepare(&mut command);
    let printed = output(&mut command)?;
    if fs::read(folder.path().join("to")).map_err(|error| error.to_string())? != text {
        return Err(format!("{way}: something else arrived"));
    }
    printed.trim().parse().map_err(|_| format!("{way}: it printed {printed:?}"))
}

//! In a process with the library preloaded: libc's calls, libc's again, and those of the shim, in turns of a tenth of a
//! millisecond. Prints a line for each round.

use crate::calls::{Operation, Subject, find};
use crate::sys::Calls;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;

/// Nanoseconds that one turn takes, about.
const TURN: f64 = 100_000.0;
const KEY: i32 = 0x51a0;

/// How it is measured.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub rounds: usize,
    pub threads: usize,
    /// Further segments and attachments that the process has.
    pub segments: usize,
    pub attachments: usize,
}

impl Setting {
    pub fn words(&self) -> [String; 4] {
        [self.rounds, self.threads, self.segments, self.attachments].map(|number| number.to_string())
    }

    fn read(words: [&str; 4]) -> Option<Self> {
        let [rounds, threads, segments, attachments] = words.map(|word| word.parse().ok());
        Some(Self { rounds: rounds?, threads: threads?, segments: segments?, attachments: attachments? })
    }
}

/// What one round came to, in nanoseconds a time.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub raw: f64,
    pub raw_again: f64,
    pub shim: f64,
}

pub fn in_child(words: &[&str]) -> Result<(), String> {
    let [rounds, threads, segments, attachments, operations @ ..] = words else {
        return Err("measure: ROUNDS THREADS SEGMENTS ATTACHMENTS OPERATION...".to_owned());
    };
    let setting = Setting::read([rounds, threads, segments, attachments]).ok_or("measure: no number")?;
    let raw = Calls::of_libc().ok_or("libc has no such calls")?;
    let shim = Calls::of_the_program();
    if raw.is(&shim) {
        return Err("the library was not preloaded".to_owned());
    }
    let mut others = Vec::new();
    for _ in 1..setting.segments {
        others.push(shim.get(libc::IPC_PRIVATE, 4096, 0o600));
    }
    let attached = shim.get(libc::IPC_PRIVATE, 4096, 0o600);
    others.push(attached);
    for _ in 0..setting.attachments {
        shim.attach(attached);
    }
    for operation in operations.iter().filter_map(|word| find(word)) {
        let id = shim.get(KEY, operation.size, libc::IPC_CREAT | 0o600);
        let subject = Subject { key: KEY, id };
        for Round { raw, raw_again, shim } in take_rounds(operation, subject, setting, [raw, raw, shim]) {
            println!("{} {raw} {raw_again} {shim}", operation.word);
        }
        shim.remove(id);
    }
    for id in others {
        shim.remove(id);
    }
    Ok(())
}

/// Reads what a child has printed.
pub fn read(line: &str) -> Option<(&'static Operation, Round)> {
    let mut words = line.split(' ');
    let operation = find(words.next()?)?;
    let mut number = || words.next()?.parse().ok();
    Some((operation, Round { raw: number()?, raw_again: number()?, shim: number()? }))
}

fn take_rounds(operation: &Operation, subject: Subject, setting: Setting, sets: [Calls; 3]) -> Vec<Round> {
    let count = count(operation, subject, &sets);
    let barrier = Barrier::new(setting.threads);
    let in_thread = || {
        let mut rounds = Vec::with_capacity(setting.rounds);
        for round in 0..setting.rounds {
            let mut taken = [0.0; 3];
            // Each of them is the first as often as the others.
            for turn in 0..sets.len() {
                let which = (turn + round) % sets.len();
                barrier.wait();
                taken[which] = operation.batch(&sets[which], subject, count);
            }
            let [raw, raw_again, shim] = taken;
            rounds.push(Round { raw, raw_again, shim });
        }
        rounds
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..setting.threads).map(|_| scope.spawn(in_thread)).collect();
        let mut rounds = in_thread();
        for other in others {
            rounds.extend(other.join().unwrap_or_default());
        }
        rounds
    })
}

/// How often it is done in one turn.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 4 and some hundred")]
fn count(operation: &Operation, subject: Subject, sets: &[Calls; 3]) -> u32 {
    // Whatever is done at first only is done by then.
    for calls in sets {
        operation.batch(calls, subject, 100);
    }
    (TURN / operation.batch(&sets[0], subject, 20)).clamp(4.0, 10_000.0) as u32
}

/// Threads that wait here go on at the same moment: none of them sleeps, unless there is no processor for the other one.
struct Barrier {
    threads: usize,
    arrived: AtomicUsize,
}

impl Barrier {
    const fn new(threads: usize) -> Self {
        Self { threads, arrived: AtomicUsize::new(0) }
    }

    fn wait(&self) {
        let turn = self.arrived.fetch_add(1, SeqCst) / self.threads;
        for spins in 0.. {
            if self.arrived.load(SeqCst) >= (turn + 1) * self.threads {
                return;
            }
            if spins < 1000 { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
    }
}

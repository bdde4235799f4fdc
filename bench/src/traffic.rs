//! Once it is attached nobody stands between a program and its segment: how fast bytes go through it, and how fast two
//! processes answer one another, where libc's shmat attached it and where the shim did.

use crate::child::{Surroundings, output};
use crate::report::{Report, Table};
use crate::statistics::Spread;
use crate::sys::{self, Calls, bytes, word};
use std::hint::black_box;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::time::Instant;

const SIZE: usize = 16 << 20;
/// Messages in one turn of the ping-pong, there and back.
const MESSAGES: u32 = 500;

/// `traffic ROUNDS`: prints what is measured, and the nanoseconds of libc's attachment, of another one, and of the shim's.
pub fn in_child(words: &[&str]) -> Result<(), String> {
    let [rounds] = words else { return Err("traffic: ROUNDS".to_owned()) };
    let rounds = rounds.parse().map_err(|_| "traffic: no number")?;
    let (raw, shim) = (Calls::of_libc().ok_or("libc has no such calls")?, Calls::of_the_program());
    let id = shim.get(libc::IPC_PRIVATE, SIZE, 0o600);
    let places = [raw.attach(id), raw.attach(id), shim.attach(id)];
    let mut store = vec![0_u8; SIZE];
    let work: [(&str, &mut dyn FnMut(*mut u8)); 2] = [
        ("write", &mut |place| bytes(place, SIZE).fill(7)),
        ("copy", &mut |place| {
            store.copy_from_slice(bytes(place, SIZE));
            black_box(&store);
        }),
    ];
    for (name, work) in work {
        for place in places {
            work(place);
        }
        turns(name, rounds, places, |place| {
            let begin = Instant::now();
            work(place);
            begin.elapsed().as_secs_f64() * 1e9
        });
    }
    ping_pong(rounds, places)?;
    shim.remove(id);
    Ok(())
}

/// Each of the places is the first as often as the others.
fn turns(name: &str, rounds: usize, places: [*mut u8; 3], mut time: impl FnMut(*mut u8) -> f64) {
    for round in 0..rounds {
        let mut taken = [0.0; 3];
        for turn in 0..places.len() {
            let which = (turn + round) % places.len();
            taken[which] = time(places[which]);
        }
        println!("{name} {} {} {}", taken[0], taken[1], taken[2]);
    }
}

/// Two processes, each on a processor of its own, that wait for one another's word.
fn ping_pong(rounds: usize, places: [*mut u8; 3]) -> Result<(), String> {
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        return Ok(());
    }
    for place in places {
        word(place).store(0, Release);
    }
    let turns_in_all = rounds * places.len();
    let answer = || {
        let mut turn = 0;
        for round in 0..rounds {
            for offset in 0..places.len() {
                let place = word(places[(offset + round) % places.len()]);
                for message in 0..MESSAGES {
                    wait_for(place, (turn * MESSAGES + message) * 2 + 1);
                    place.store((turn * MESSAGES + message) * 2 + 2, Release);
                }
                turn += 1;
            }
        }
        0
    };
    debug_assert!(turns_in_all * MESSAGES as usize * 2 < u32::MAX as usize);
    let child = sys::fork(answer).map_err(|error| error.to_string())?;
    let mut turn = 0;
    turns("ping-pong", rounds, places, |place| {
        let begin = Instant::now();
        for message in 0..MESSAGES {
            word(place).store((turn * MESSAGES + message) * 2 + 1, Release);
            wait_for(word(place), (turn * MESSAGES + message) * 2 + 2);
        }
        turn += 1;
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(MESSAGES)
    });
    if sys::wait(child) { Ok(()) } else { Err("the other side of the ping-pong failed".to_owned()) }
}

fn wait_for(word: &AtomicU32, number: u32) {
    let mut spins = 0;
    while word.load(Acquire) != number {
        // There may be no processor for the other one.
        if spins < 10_000 {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
        spins += 1;
    }
}

pub fn measure(around: &Surroundings, report: &mut Report) -> Result<(), String> {
    eprintln!("memory traffic");
    let mut command = around.this(&["traffic", &around.pace.of(60, 200).to_string()]);
    around.preload(&mut command);
    let printed = output(&mut command)?;
    let mut table = Table::new("Memory traffic", ["", "raw", "raw again", "shimmed"]).with_words(
        "Through 16 MiB that libc's shmat attached, through another attachment of libc's, and through one of the shim's in its \
         guards. The ping-pong is between two processes, a message there and back. The goal is 1.00.",
    );
    for (word, name) in [("write", "write 16 MiB"), ("copy", "copy 16 MiB out"), ("ping-pong", "ping-pong")] {
        let rounds: Vec<[f64; 3]> = printed.lines().filter_map(|line| numbers(line.strip_prefix(word)?)).collect();
        let ratio = |which: usize| Spread::of(rounds.iter().map(|round| round[which] / round[0]));
        match (Spread::of(rounds.iter().map(|round| round[0])), ratio(1), ratio(2)) {
            (Some(raw), Some(noise), Some(ratio)) => {
                let raw = if word == "ping-pong" {
                    format!("{:.0} ns", raw.median)
                } else {
                    format!("{:.1} GB/s", 16.0 * f64::from(1 << 20) / raw.median)
                };
                table.add(vec![name.to_owned(), raw, noise.to_string(), ratio.to_string()]);
            }
            _ => report.skip(name, "it takes two processors"),
        }
    }
    report.add(table);
    Ok(())
}

fn numbers(line: &str) -> Option<[f64; 3]> {
    let mut words = line.split_ascii_whitespace().map(|word| word.parse().ok());
    Some([words.next()??, words.next()??, words.next()??])
}

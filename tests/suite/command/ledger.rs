//! The ledger: an orphan is named with the line that made it, by another process and long after; whatever stands in the
//! files of others, nobody is harmed by it.

use super::super::nobody::OpenFolder;
use crate::harness::{Way, compile, find_program, is_root, library_folder, say};

/// `made WORD…` runs c-tests/ledger/maker.c under shmsan, `files` counts ledgers.
const PRELUDE: &str = r#"
made() { LD_PRELOAD="$SHIM" "$MAKER" "$@"; }
files() { ls "$XDG_RUNTIME_DIR/shmsan" 2>/dev/null | wc -l; }
mkdir -m 700 "$FOLDER/run"; export XDG_RUNTIME_DIR="$FOLDER/run"; cd "$FOLDER"
"#;

fn output_of(text: &str) -> String {
    let folder = OpenFolder::new();
    let programs = [
        ("SHMSAN", library_folder().join("shmsan")),
        ("SEGMENT", compile("command/segment.c", Way::Bare)),
        ("MAKER", compile("ledger/maker.c", Way::Bare)),
    ];
    let text = format!("FOLDER='{}'{PRELUDE}{text}", folder.path().display());
    let ran = folder.script(&text, Way::Preloaded, &programs).go();
    assert_eq!(ran.status.code(), Some(0), "{text}\n{}\n{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// A script that may mount what it wants, nobody else sees it; `None` where that cannot be.
fn with_own_mounts(test: &str, text: &str) -> Option<String> {
    if !is_root() || find_program("unshare").is_none() {
        say(&format!("skipped: {test}: it takes root and unshare"));
        return None;
    }
    assert!(!text.contains('\''), "{text}");
    Some(format!("unshare -m sh -euc '{text}'\n"))
}

/// The line of shmget in maker.c.
fn line() -> usize {
    let text = std::fs::read_to_string(crate::harness::source("ledger/maker.c")).unwrap();
    1 + text.lines().position(|line| line.contains("= shmget(")).unwrap()
}

/// What `shmsan info` says of who made a segment.
fn creation(info: &str) -> [Option<&str>; 4] {
    ["created by", "created at", "in folder", "ftok"].map(|name| {
        let line = info.lines().find_map(|line| line.trim_start().strip_prefix(&format!("{name} ")));
        line.map(str::trim)
    })
}

#[test]
fn an_orphan_is_named_with_the_line_that_made_it() {
    let out = output_of(
        r#"made ftok "$MAKER" 82 make 100 kill || :
        "$SHMSAN" info 0; "$SHMSAN" ls -o site,creator,command; "$SHMSAN" ls --json -o site"#,
    );
    let [by, at, folder, ftok] = creation(&out).map(Option::unwrap);
    assert!(
        by.contains("(dead), ") && by.contains("/ledger-maker-c ftok ") && by.ends_with(" 82 make 100 kill"),
        "{out}"
    );
    assert!(at.starts_with("make_segment at ") && at.ends_with(&format!("ledger/maker.c:{}", line())), "{out}");
    assert!(out.contains(&format!("{folder}/")), "{out}");
    assert!(ftok.starts_with('"') && ftok.ends_with("/ledger-maker-c\", 'R' (82)"), "{out}");
    let row = out.lines().skip_while(|line| !line.starts_with("SITE")).nth(1).unwrap();
    assert!(row.contains(&format!("maker.c:{} ", line())) && row.contains(" (dead) ledger-maker-c "), "{out}");
    assert!(row.ends_with(" make 100 kill"), "{out}");
    assert!(out.contains(&format!("maker.c:{}\"", line())), "{out}");
}

#[test]
fn a_ledger_is_there_as_long_as_a_segment_of_it_is() {
    let out = output_of(
        r#"made make 1 remove; echo "removed: $(files)"
        made again 100; echo "again and again: $(files)"
        made make 1 kill || :; echo "killed: $(files)"
        "$SHMSAN" ls > /dev/null; echo "listed: $(files)"
        "$SHMSAN" rm -y 1 > /dev/null 2>&1 || "$SHMSAN" ls; echo "no such: $(files)"
        "$SEGMENT" remove "$("$SHMSAN" ls --noheadings -o id | tr -d ' ')"; echo "gone: $(files)"
        made make 1 remove; echo "the next one tidies: $(files)"
        made make 1 kill || :; "$SEGMENT" remove "$("$SHMSAN" ls --noheadings -o id | tr -d ' ')"
        "$SHMSAN" ls --noheadings; echo "so does the command: $(files)"
        made make 1; "$SHMSAN" rm -y "$("$SHMSAN" ls --noheadings -o id | tr -d ' ')" 2> /dev/null > /dev/null
        "$SHMSAN" ls --noheadings; echo "after a usual end: $(files)""#,
    );
    let counts: Vec<_> = out.lines().filter_map(|line| line.split_once(": ")).collect();
    let expected = [
        ("removed", "0"),
        ("again and again", "0"),
        ("killed", "1"),
        ("listed", "1"),
        ("no such", "1"),
        ("gone", "1"),
        ("the next one tidies", "0"),
        ("so does the command", "0"),
        ("after a usual end", "0"),
    ];
    assert_eq!(counts, expected, "{out}");
}

#[test]
fn a_segment_that_is_removed_and_still_attached_is_named_with_its_line() {
    let out = output_of(
        r#"made key 7 make 1 attach remove run '"$SHMSAN" info 0 > by-its-maker; "$SHMSAN" ls'; echo "maker gone: $(files)"
        made key 7 make 1 kill || :; ID=$("$SHMSAN" ls --noheadings -o id | tr -d ' ')
        mkfifo said; "$SEGMENT" hold "$ID" > said & read -r HELD < said
        "$SEGMENT" remove "$ID"; cat by-its-maker; "$SHMSAN" info "$ID"; echo "held: $(files)"; kill $!"#,
    );
    let infos: Vec<_> = out.split("\nsegment ").skip(1).collect();
    assert_eq!(infos.len(), 2, "{out}");
    for info in infos {
        assert!(info.contains("dest: removed already"), "{out}");
        assert!(creation(info)[1].is_some_and(|at| at.ends_with(&format!("maker.c:{}", line()))), "{out}");
    }
    let row = out.lines().find(|row| row.contains("  dest  ")).unwrap();
    assert!(row.contains("ledger-maker-c") && row.ends_with(&format!("maker.c:{}", line())), "{out}");
    assert!(out.contains("maker gone: 0\n") && out.contains("held: 1\n"), "{out}");
}

#[test]
fn a_full_folder_makes_room_for_who_comes_next() {
    let out = output_of(
        r#"mkdir -m 700 run/shmsan
        seq -f '4190000-%016.0f' 4100 | (cd run/shmsan; xargs touch)
        made make 1 kill || :; "$SHMSAN" info 0; files"#,
    );
    assert!(creation(&out)[1].is_some_and(|at| at.contains("maker.c")), "{out}");
    let left: usize = out.lines().last().unwrap().trim().parse().unwrap();
    assert!(left < 4100, "{out}");
}

#[test]
fn nothing_is_left_of_the_ledgers_of_a_fresh_namespace() {
    let out = output_of(
        r#""$SHMSAN" run --isolate -q --error-exitcode=0 "$MAKER" make 1 fork make 1 kill 2> said || echo "status $?"
        grep -c leaked-segment said; files"#,
    );
    assert!(out.starts_with("0\n1\nstatus 8\n"), "{out}");
    assert!(out.ends_with("\n0\n"), "{out}");
}

#[test]
fn who_wants_no_ledger_has_none() {
    let out = output_of(
        r#"SHMSAN_OPTIONS=ledger=0 made make 1 kill || :
        ls -A "$XDG_RUNTIME_DIR"; "$SHMSAN" info 0"#,
    );
    assert!(out.starts_with("0\nsegment 0\n"), "{out}");
    assert_eq!(creation(&out)[1..], [None; 3], "{out}");
}

#[test]
fn a_child_and_a_program_executed_later_have_ledgers_of_their_own() {
    let out = output_of(
        r#"made make 1 fork make 2 fork make 3 exec make 4 kill || :
        for id in 0 1 2 3; do "$SHMSAN" info $id | grep "created [ba]"; done; files"#,
    );
    assert_eq!(out.matches(&format!("maker.c:{}", line())).count(), 4, "{out}");
    let pids: Vec<_> = out.lines().filter_map(|line| line.trim().strip_prefix("created by")).collect();
    let pid = |number: usize| pids[number].trim().split(' ').nth(1).unwrap();
    assert!(pid(0) != pid(1) && pid(1) != pid(2) && pid(2) == pid(3), "{out}");
    assert!(pids[3].ends_with(" make 4 kill") && !pids[3].contains("fork"), "{out}");
    assert!(out.ends_with("\n4\n"), "{out}");
}

#[test]
fn a_segment_of_another_namespace_is_another_segment() {
    if !is_root() {
        return say("skipped: a_segment_of_another_namespace_is_another_segment: it takes root");
    }
    // Both have the id 0. The process that made the second one has a ledger for each.
    let out = output_of(
        r#"made make 1 namespace make 2 fork await /dev/null kill || :
        files; "$SHMSAN" info 0"#,
    );
    assert_eq!(out.lines().nth(2), Some("2"), "{out}");
    assert!(creation(&out)[1].is_some_and(|at| at.contains("maker.c")), "{out}");
}

#[test]
fn a_user_has_ledgers_of_his_own_and_root_reads_them() {
    let text = with_own_mounts(
        "a_user_has_ledgers_of_his_own_and_root_reads_them",
        r#"mount -t tmpfs -o mode=1777 none /dev/shm
        LD_PRELOAD="$SHIM" "$MAKER" make 1 user 65534 make 2 kill || :
        ls -ldn /dev/shm/shmsan-65534 | awk "{print \$1, \$3}"; ls /dev/shm/shmsan-65534 | wc -l; ls "$XDG_RUNTIME_DIR/shmsan" | wc -l
        "$SHMSAN" info 0; "$SHMSAN" info 1
        "$AS" "$SHMSAN" info 0; "$AS" "$SHMSAN" info 1"#,
    );
    let Some(text) = text else { return };
    let out = output_of(&text);
    assert!(out.starts_with("0\n1\ndrwx------ 65534\n1\n1\n"), "{out}");
    let infos: Vec<_> = out.split("\nsegment ").skip(1).map(|info| creation(info)[1].is_some()).collect();
    // Nobody cannot look into root's.
    assert_eq!(infos, [true, true, false, true], "{out}");
}

#[test]
fn nothing_is_written_where_somebody_else_may_write() {
    let out = output_of(
        r#"there() { "$SHMSAN" info "$1" > /dev/null; find "$FOLDER/run" "$FOLDER/elsewhere" -type f | wc -l; }
        mkdir -m 700 elsewhere
        ln -s "$FOLDER/elsewhere" run/shmsan; made make 1 kill || :; there 0
        rm run/shmsan; mkdir -m 750 run/shmsan; made make 1 kill || :; there 1
        rmdir run/shmsan; echo > run/shmsan; made make 1 kill || :; there 2
        rm run/shmsan; chmod 777 run; made make 1 kill || :; there 3
        chmod 700 run; made make 1 kill || :; there 4
        for id in 0 1 2 3 4; do "$SEGMENT" remove $id; done
        export XDG_RUNTIME_DIR=run; made make 1 remove; export XDG_RUNTIME_DIR=; made make 1 remove
        "$SHMSAN" ls --noheadings"#,
    );
    let counts: Vec<_> = out.lines().collect();
    assert_eq!(counts, ["0", "0", "1", "0", "2", "1", "3", "0", "4", "1", "5", "6"], "{out}");
}

#[test]
fn without_room_the_program_goes_on_and_nobody_is_told() {
    let many = (7000..7040).fold(String::new(), |words, key| words + &format!(" key {key} make 1"));
    let full = format!(
        r#"for size in 4k 8k 12k 16k 64k; do
            mount -t tmpfs -o size=$size,mode=700 none "$XDG_RUNTIME_DIR"
            LD_PRELOAD="$SHIM" "$MAKER" {many} kill > out || :
            wc -l < out; "$SHMSAN" ls --noheadings -o site | sort | uniq -c | wc -l
            for id in $("$SHMSAN" ls --noheadings -o id); do "$SEGMENT" remove $id; done
            umount "$XDG_RUNTIME_DIR"
        done"#
    );
    let Some(full) = with_own_mounts("without_room_the_program_goes_on_and_nobody_is_told", &full) else { return };
    let limited = r#"for blocks in 100 200; do
            (ulimit -f $blocks; made make 1 kill || :)
            "$SHMSAN" ls --noheadings -o site; "$SEGMENT" remove $("$SHMSAN" ls --noheadings -o id)
        done"#;
    let out = output_of(&(full + limited));
    let lines: Vec<_> = out.lines().collect();
    assert!(lines.iter().step_by(2).take(5).all(|line| line.trim() == "40"), "{out}");
    assert_eq!(lines[11].trim(), "-", "{out}");
    assert!(lines[13].ends_with(&format!("maker.c:{}", line())), "{out}");
}

/// Each of these is done to the ledger of a dead creator, in $F.
const HARM: &[&str] = &[
    ": > $F",
    "truncate -s 100 $F",
    "truncate -s 40000 $F",
    "head -c 3000000 /dev/urandom > $F",
    "printf '\\377\\377\\377\\377\\377\\377\\377\\177' | dd of=$F bs=1 seek=64 conv=notrunc 2>/dev/null",
    "head -c 30000 /dev/urandom | dd of=$F bs=1 seek=128 conv=notrunc 2>/dev/null",
    "tr '\\000' '\\033' < $F > g; cat g > $F",
    "rm $F; mkfifo $F",
    "mv $F g; ln -s \"$PWD/g\" $F",
    "rm $F; mkdir $F",
    "chmod 0 $F",
];

#[test]
fn whatever_stands_in_a_ledger_its_reader_comes_to_an_end() {
    let text = HARM.iter().fold(String::new(), |text, harm| {
        text + &format!(
            r#"made make 1 kill > id || :
            F="$XDG_RUNTIME_DIR/shmsan/$(ls "$XDG_RUNTIME_DIR/shmsan")"
            {harm}
            timeout 20 "$SHMSAN" info $(cat id); timeout 20 "$SHMSAN" ls
            timeout 20 env LD_PRELOAD="$SHIM" SHMSAN_OPTIONS=checks=+advice "$MAKER" key 0 make 1 remove > /dev/null
            "$SEGMENT" remove $(cat id); rm -rf "$XDG_RUNTIME_DIR/shmsan"
            echo done
            "#
        )
    });
    let out = output_of(&text);
    assert_eq!(out.matches("done\n").count(), HARM.len(), "{out}");
    assert!(!out.chars().any(|character| character.is_control() && character != '\n'), "{out:?}");
}

#[test]
fn names_in_a_ledger_obey_nobody() {
    let out = output_of(
        r#"mkdir "$(printf 'a\033[31m\n0x00000001')"; cd "$(printf 'a\033[31m\n0x00000001')"
        : > "$(printf 'key\033[0m')"
        made ftok "$(printf 'key\033[0m')" 7 make 1 kill "$(printf '\033]0;title\007\302\233')" || :
        "$SHMSAN" info 0; "$SHMSAN" ls; "$SHMSAN" ls --json
        LD_PRELOAD="$SHIM" "$MAKER" ftok "$(printf 'key\033[0m')" 7 make 2 2>&1 || :"#,
    );
    assert!(!out.chars().any(|character| character.is_control() && character != '\n'), "{out:?}");
    assert!(out.contains("a\\x1b[31m\\n0x00000001") && out.contains("\"key\\x1b[0m\", 7"), "{out}");
}

#[test]
fn what_one_user_writes_is_not_believed_of_another() {
    let text = with_own_mounts(
        "what_one_user_writes_is_not_believed_of_another",
        r#"mount -t tmpfs -o mode=1777 none /dev/shm
        LD_PRELOAD="$SHIM" "$MAKER" make 1 kill || :
        LD_PRELOAD="$SHIM" "$AS" "$MAKER" make 1 kill || :
        F="$(ls "$XDG_RUNTIME_DIR"/shmsan/*)"
        # The same is said by nobody, then by a file of nobody in the folder of root.
        cp "$F" /dev/shm/shmsan-65534; chown 65534 /dev/shm/shmsan-65534/*
        "$SHMSAN" info 0 | grep "created at"; chown 65534 "$F"; "$SHMSAN" info 0 | grep "created at" || echo unknown
        "$SHMSAN" info 1 | grep "created at"; chown 1 /dev/shm/shmsan-65534; "$SHMSAN" info 1 | grep "created at" || echo unknown"#,
    );
    let Some(text) = text else { return };
    let out = output_of(&text);
    let lines: Vec<_> = out.lines().map(str::trim).skip(2).collect();
    assert!(lines[0].starts_with("created at") && lines[2].starts_with("created at"), "{out}");
    assert_eq!((lines[1], lines[3], lines.len()), ("unknown", "unknown", 4), "{out}");
}

#[test]
fn whoever_is_killed_has_told_the_truth() {
    let out = output_of(
        r#"mkfifo made
        for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            # Ends by itself, should nobody end it.
            LD_PRELOAD="$SHIM" "$MAKER" make 1 again 1000000 > made & PID=$!
            read -r ID < made
            [ $((round % 3)) = 0 ] || "$SHMSAN" ls > /dev/null
            kill -9 $PID; wait $PID || :
        done
        "$SHMSAN" ls --noheadings -o size,site"#,
    );
    let right = format!("maker.c:{}", line());
    // The first segment of each round, and of some what was there for a moment, which may have got no entry.
    assert!(out.lines().filter(|row| row.trim_start().starts_with("1B")).count() == 20, "{out}");
    for row in out.lines() {
        let is_momentary = row.trim_start().starts_with("4K");
        assert!(row.ends_with(&right) || is_momentary && row.ends_with(" -"), "{out}");
    }
}

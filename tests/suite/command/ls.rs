//! `shmsan ls`: every segment with its state, whoever asks; for people, for scripts, and on narrow terminals.

use super::{output_of, script, shmsan};
use crate::harness::{find_program, is_root, say};
use serde_json::Value;

/// One in each state, in a table of id and state.
const STATES: &str = r#"
"$SEGMENT" make 0x162e 1000 0640
"$SEGMENT" make 0 5000 0600
"$SEGMENT" make 0 5000 0600
"$SEGMENT" make 0 1 0600
held 1 2
"$SEGMENT" remove 2
"$SEGMENT" lock 3
"#;

fn states(more: &str) -> String {
    output_of(&format!("{{ {STATES} }} > /dev/null\n{more}"))
}

#[test]
fn each_segment_has_its_state() {
    let out = states(r#""$SHMSAN" ls -o id,state,key,size,mode,perms,nattch,owner --noheadings"#);
    let rows: Vec<Vec<_>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    let owner = if is_root() { "root" } else { rows[0][7] };
    let expected = [
        ["0", "orphan", "0x0000162e", "1000B", "0640", "rw-r-----", "0", owner],
        ["1", "live", "0x00000000", "4.9K", "0600", "rw-------", "1", owner],
        ["2", "dest", "0x00000000", "4.9K", "0600", "rw-------", "1", owner],
        ["3", "orphan,locked", "0x00000000", "1B", "0600", "rw-------", "0", owner],
    ];
    assert_eq!(rows, expected, "{out}");
}

#[test]
fn the_usual_columns_are_those_of_the_documents() {
    let out = states(r#""$SHMSAN" ls; "$SHMSAN" ls -o +pids,command --bytes"#);
    let mut lines = out.lines();
    let heading = "KEY ID SIZE RSS MODE OWNER NATTCH AGE STATE CREATOR SITE";
    assert_eq!(lines.next().unwrap().split_whitespace().collect::<Vec<_>>().join(" "), heading);
    assert!(lines.next().unwrap().trim_end().ends_with(" (dead)  -"), "{out}");
    let more = out.lines().nth(5).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(more, format!("{heading} PIDS COMMAND"));
    assert!(out.lines().nth(6).unwrap().contains(" 1000 "), "{out}");
}

#[test]
fn orphans_and_mine_are_chosen_and_their_presence_is_a_status() {
    let out = states(
        r#"ids() { "$SHMSAN" ls -o id --noheadings "$@" | xargs; }
        ids --orphans; ids --mine; "$SHMSAN" ls --orphans --fail-if-any > /dev/null || echo "status $?"
        "$SEGMENT" remove 0; "$SEGMENT" remove 3
        ids --orphans; "$SHMSAN" ls --orphans --fail-if-any --noheadings; echo "status $?""#,
    );
    assert_eq!(out, "0 3\n0 1 2 3\nstatus 1\n\nstatus 0\n");
}

#[test]
fn an_ordinary_user_sees_also_what_may_not_be_read() {
    if !is_root() {
        return say("skipped: an_ordinary_user_sees_also_what_may_not_be_read: root and another user are needed");
    }
    let out = output_of(
        r#""$SEGMENT" make 1 10 0000 > /dev/null; nobody "$SEGMENT" make 2 20 0600 > /dev/null
        nobody "$SHMSAN" ls -o id,state,size,rss --noheadings; nobody "$SHMSAN" ls --mine -o id --noheadings"#,
    );
    let words: Vec<_> = out.split_whitespace().collect();
    assert_eq!(words, ["0", "orphan", "10B", "0B", "1", "orphan", "20B", "0B", "1"], "{out}");
}

#[test]
fn without_proc_the_kernel_is_asked() {
    if !is_root() {
        return say("skipped: without_proc_the_kernel_is_asked: mounting needs root");
    }
    let out = output_of(
        r#""$SEGMENT" make 1 10 0600 > /dev/null
        unshare -m sh -euc 'mount -t tmpfs none /proc; "$SHMSAN" ls -o id,state,size,rss --noheadings'"#,
    );
    assert_eq!(out.split_whitespace().collect::<Vec<_>>(), ["0", "orphan", "10B", "-"], "{out}");
}

#[test]
fn json_has_lsipcs_names_and_its_values() {
    let script = r#"printf '['; "$SHMSAN" ls --json; printf ','
        if command -v lsipc > /dev/null; then lsipc -m --json -c -t --bytes --time-format iso; else echo null; fi; echo ']'"#;
    let both: Value = serde_json::from_str(&states(script)).unwrap();
    let ours = both[0]["sharedmemory"].as_array().unwrap();
    assert_eq!(ours.len(), 4);
    assert_eq!(ours[0]["size"], 1000);
    assert_eq!(ours[0]["mode"], "0640");
    assert_eq!(ours[0]["state"], "orphan");
    assert_eq!(ours[0]["creator"]["alive"], false);
    assert_eq!(ours[2]["status"], "dest");
    let Some(theirs) = both[1]["sharedmemory"].as_array() else {
        return say("skipped: json_has_lsipcs_names_and_its_values: lsipc is not installed");
    };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (ours, theirs) in ours.iter().zip(theirs) {
        for (name, value) in theirs.as_object().unwrap() {
            let own = ours.get(name).unwrap_or_else(|| panic!("lsipc's {name} is missing: {ours}"));
            // It reads the command line of whoever has the pid, and may cut it.
            if name != "command" {
                assert_eq!(plain(own), plain(value), "{name}");
            }
        }
    }
}

#[test]
fn columns_that_there_are_not_are_said_with_those_that_there_are() {
    let ran = shmsan(&["ls", "-o", "id,\x1b[31m"]).go();
    assert_eq!(ran.status.code(), Some(2));
    assert!(ran.stderr.contains("there is no column") && ran.stderr.contains("NATTCH"), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\x1b'), "{:?}", ran.stderr);
}

#[test]
fn no_line_is_longer_than_the_terminal_is_wide() {
    let title = "a very long name ".repeat(20);
    for columns in [100, 60, 30] {
        let out = output_of(&format!(
            r#"TITLE='{title}' begin "$SEGMENT" own 0 5000 0600
            NO_COLOR=1 "$DIALOGUE" {columns} '' '' '' "$SHMSAN" ls -o +command"#
        ));
        let widths: Vec<_> = out.lines().map(|line| line.trim_end_matches('\r').chars().count()).collect();
        assert!(widths.len() == 2 && widths.iter().all(|width| *width <= columns), "{columns}: {out}");
        assert!(widths[1] + 2 >= columns, "{columns}: {out}");
    }
    // Whoever reads it from a pipe gets all.
    let out = output_of(&format!(r#"TITLE='{title}' begin "$SEGMENT" own 0 5000 0600; "$SHMSAN" ls -o command"#));
    assert!(out.contains(title.trim_end()), "{out}");
}

#[test]
fn hostile_names_stay_on_their_line_and_obey_nobody() {
    let out = output_of(
        r#"export TITLE="$(printf '\033[31m\n0x00000001 \302\233x')"
        begin "$SEGMENT" own 0 1 0600; held 0
        "$SHMSAN" ls -o id,creator,command,pids; "$SHMSAN" info 0; "$SHMSAN" ls --json -o creator,command"#,
    );
    assert!(!out.chars().any(|character| character.is_control() && character != '\n'), "{out:?}");
    assert!(out.contains("\\x1b[31m\\n0x00000001 \\x9bx own 0 1 0600"), "{out}");
    assert!(out.contains("\\x1b[31m\\n0x00000001 \\x9bx hold 0"), "{out}");
    assert!(!out.lines().any(|line| line.starts_with("0x00000001")), "{out}");
}

#[test]
fn colours_are_for_terminals_unless_somebody_says_otherwise() {
    let out = |command: &str| states(&format!("{command} --orphans"));
    assert!(!out(r#""$SHMSAN" ls"#).contains('\x1b'));
    assert!(out(r#""$SHMSAN" ls --color=always"#).contains("\x1b[1;33m0x0000162e"));
    let terminal = |before: &str, after: &str| {
        out(&format!(r#"{before} "$DIALOGUE" 80 '' '' '' "$SHMSAN" ls {after}"#)).contains("\x1b[")
    };
    assert!(terminal("TERM=xterm", ""));
    assert!(!terminal("TERM=xterm NO_COLOR=1", ""));
    assert!(!terminal("TERM=xterm", "--color=never"));
    assert!(!terminal("TERM=dumb", ""));
}

#[test]
fn four_thousand_segments_are_listed() {
    let out = output_of(r#""$SEGMENT" make 0 1 0600 4000 > /dev/null; "$SHMSAN" ls --orphans --noheadings | wc -l"#);
    assert_eq!(out.trim(), "4000");
}

/// The pid of the creator is given to another process.
#[test]
fn a_pid_that_came_again_is_no_creator() {
    if !is_root() || find_program("unshare").is_none() {
        return say("skipped: a_pid_that_came_again_is_no_creator: choosing a pid needs root");
    }
    let ran = script(
        r#"unshare -p -f --mount-proc sh -euc '
        "$SEGMENT" make 0 1 0600 > /dev/null
        pid=$("$SHMSAN" ls -o cpid --noheadings | xargs); made=$(date +%s)
        while [ "$(date +%s)" -lt $((made + 3)) ]; do :; done
        echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid || exit 77
        "$SEGMENT" wait > /dev/null & [ $! = "$pid" ] || { kill $!; exit 77; }
        "$SHMSAN" ls -o state,creator --noheadings; kill $!'"#,
    );
    match ran.status.code() {
        Some(0) => {
            let words: Vec<_> = ran.stdout.split_whitespace().collect();
            assert!(words[0] == "orphan" && words[2] == "(dead)", "{}", ran.stdout);
        }
        Some(77) => say("skipped: a_pid_that_came_again_is_no_creator: this kernel does not let pids be chosen"),
        _ => panic!("{}{}", ran.stdout, ran.stderr),
    }
}

//! `shmsan rm`: removes what it was told to, and never what it must not.

use super::{output_of, script, shmsan};
use crate::harness::{Ran, is_root, say};

/// What is left, behind what the script did.
const LEFT: &str = r#"; echo "left: $("$SHMSAN" ls -o id --noheadings | xargs)""#;

/// Runs `rm` with these words after `before`; its status, its complaints, and the ids that are left.
fn rm(before: &str, words: &str) -> (i32, String, String) {
    let ran = script(&format!(
        "{{ {before}\n}} > /dev/null\nstatus=0; \"$SHMSAN\" rm {words} || status=$?; echo \"status: $status\"{LEFT}"
    ));
    after(&ran)
}

fn after(ran: &Ran) -> (i32, String, String) {
    assert_eq!(ran.status.code(), Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let value = |name: &str| {
        ran.stdout.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{}", ran.stdout))
    };
    (value("status: ").parse().unwrap(), ran.stderr.clone(), value("left: ").to_owned())
}

/// Orphans 0 and 1, attached 2, and 3 with a key.
const FOUR: &str = r#""$SEGMENT" make 0 1000 0600 3; held 2; "$SEGMENT" make 0x162e 1 0600"#;

#[test]
fn what_is_named_is_removed_and_nothing_else() {
    for (words, left) in [("-y 0", "1 2 3"), ("-y 0 3 1", "2"), ("-y 0x162e", "0 1 2"), ("-y --key 5678 0 0", "1 2")] {
        assert_eq!(rm(FOUR, words), (0, String::new(), left.to_owned()), "{words}");
    }
    let out = output_of(&format!("{{ {FOUR}\n}} > /dev/null; \"$SHMSAN\" rm -y 0 3"));
    assert!(out.contains("2 segments, 1001B\n") && out.ends_with("removed segment 0\nremoved segment 3\n"), "{out}");
}

#[test]
fn what_is_attached_goes_only_by_its_id_and_by_force() {
    for (words, why) in [
        ("-y 2", "segment 2 is not removed: it is attached (1 mapping); --force removes it nevertheless"),
        ("-y --key 7", "by its id alone, with --force"),
        ("-y --force --key 7", "by its id alone, with --force"),
        ("-y --force 0x7", "by its id alone, with --force"),
    ] {
        let before = r#""$SEGMENT" make 0 1 0600 2; "$SEGMENT" make 7 1 0600; held 2"#;
        let (status, complaints, left) = rm(before, words);
        assert_eq!((status, left.as_str()), (1, "0 1 2"), "{words}");
        assert!(complaints.contains(why), "{complaints}");
    }
    let out = output_of(&format!(
        r#"{{ {FOUR}; }} > /dev/null; "$SHMSAN" rm -y --force 2; "$SHMSAN" ls -o id,state --noheadings
        "$SHMSAN" rm -y --force 2 && echo twice || echo "status $?""#
    ));
    assert!(out.contains("segment 2 is attached: its key goes now") && out.contains("segment-c hold 2"), "{out}");
    assert!(out.contains("marked for destruction: segment 2") && out.contains(" 2  dest"), "{out}");
    assert!(out.ends_with("status 1\n"), "{out}");
}

#[test]
fn orphans_are_only_what_nobody_uses() {
    let before = format!(r#"{FOUR}; begin "$SEGMENT" own 0 1 0600"#);
    assert_eq!(rm(&before, "--orphans -y"), (0, String::new(), "2 4".to_owned()));
    let (status, remark, left) = rm(&before, "--orphans --older-than 1h -y");
    assert_eq!((status, left.as_str()), (0, "0 1 2 3 4"));
    assert_eq!(remark, "shmsan: left alone: 3 used within the last 1h00m\nshmsan: there is nothing to remove\n");
    assert_eq!(rm(&before, "--orphans --older-than 0s -y").2, "2 4");
}

#[test]
fn segments_of_others_stay() {
    if !is_root() {
        return say("skipped: segments_of_others_stay: root and another user are needed");
    }
    let made = r#""$SEGMENT" make 0 1 0666 > /dev/null; nobody "$SEGMENT" make 0 1 0600 > /dev/null; status=0"#;
    let case = |command: &str| {
        after(&script(&format!("{made}\n{command} > /dev/null || status=$?; echo \"status: $status\"{LEFT}")))
    };
    let own = "shmsan: left alone: 1 of other users (--all-users)\n";
    assert_eq!(case(r#"nobody "$SHMSAN" rm --orphans -y"#), (0, own.to_owned(), "0".to_owned()));
    assert_eq!(case(r#""$SHMSAN" rm --orphans -y"#), (0, own.to_owned(), "1".to_owned()));
    assert_eq!(case(r#""$SHMSAN" rm --orphans --all-users -y"#), (0, String::new(), String::new()));
    let denied = "shmsan: segment 0 is not removed: it belongs to root; only root may remove it\n";
    assert_eq!(case(r#"nobody "$SHMSAN" rm --orphans --all-users -y"#), (1, denied.to_owned(), "0".to_owned()));
    assert_eq!(case(r#"nobody "$SHMSAN" rm -y 0"#), (1, denied.to_owned(), "0 1".to_owned()));
}

/// `rm` on a terminal, where `meanwhile` happens between the look and the answer.
fn asked(before: &str, meanwhile: &str, answer: &str, words: &str) -> (i32, String, String) {
    let ran = script(&format!(
        "{{ {before}\n}} > /dev/null\nexport SEGMENT; status=0\n\
         \"$DIALOGUE\" 80 '[y/N]' '{meanwhile}' '{answer}' \"$SHMSAN\" rm {words} || status=$?; echo \"status: $status\"{LEFT}"
    ));
    let (status, _, left) = after(&ran);
    (status, ran.stdout, left)
}

#[test]
fn on_a_terminal_nothing_goes_without_a_yes() {
    for (answer, status, left) in
        [("y", 0, "1 2 3"), ("YES", 0, "1 2 3"), ("n", 1, "0 1 2 3"), ("", 1, "0 1 2 3"), ("yo", 1, "0 1 2 3")]
    {
        let (ended, said, remains) = asked(FOUR, ":", answer, "0");
        assert_eq!((ended, remains.as_str()), (status, left), "{answer}: {said}");
        assert!(said.contains("Remove 1 segment? [y/N]"), "{said}");
        assert_eq!(said.contains("nothing is removed"), status == 1, "{said}");
    }
    let (status, complaints, left) = rm(FOUR, "0 < /dev/null");
    assert_eq!((status, left.as_str()), (2, "0 1 2 3"));
    assert!(complaints.contains("there is no terminal to ask on; --yes"), "{complaints}");
    assert_eq!(rm(FOUR, "--dry-run 0 3").2, "0 1 2 3");
    assert_eq!(rm(FOUR, "--dry-run --orphans").2, "0 1 2 3");
}

#[test]
fn what_changed_between_the_look_and_the_removal_stays() {
    let attach = r#"mkfifo "$FIFO.2"; "$SEGMENT" hold 0 > "$FIFO.2" & echo $! > "$FIFO.pid"; read -r said < "$FIFO.2""#;
    for (meanwhile, why, left) in [
        (attach, "nattch was 0 and is 1 now", "0 1 2 3"),
        (r#""$SEGMENT" mode 0 0644"#, "its owner and mode were", "0 1 2 3"),
        (r#""$SEGMENT" touch 0"#, "somebody attached and detached it", "0 1 2 3"),
        (r#""$SEGMENT" remove 0"#, "it is gone already", "1 2 3"),
    ] {
        for words in ["0", "--orphans"] {
            let before = format!(r#"{FOUR}; trap 'kill ${{HOLDERS:-}} $(cat "$FIFO.pid") 2>/dev/null || :' EXIT"#);
            let (status, said, remains) = asked(&before, meanwhile, "y", words);
            assert!(said.contains(&format!("segment 0 is not removed: {why}")), "{said}");
            let left = if words == "0" { left } else { left.trim_end_matches(" 1 2 3").trim_end_matches("1 2 3") };
            let left = if words == "0" { left.to_owned() } else { format!("{left} 2").trim().to_owned() };
            assert_eq!((status, remains), (1, left), "{said}");
        }
    }
}

/// The kernel gives an id again after many others, or at once to whoever restores a checkpoint.
#[test]
fn an_id_that_was_given_to_another_segment_is_left_alone() {
    if !is_root() {
        return say("skipped: an_id_that_was_given_to_another_segment_is_left_alone: choosing an id needs root");
    }
    let again =
        |make: &str| format!(r#""$SEGMENT" remove 0; echo 0 > /proc/sys/kernel/shm_next_id && "$SEGMENT" make {make}"#);
    for (make, why) in
        [("0 1000 0600", "another segment has its id now"), ("7 1000 0600", "its key was none and is 0x00000007 now")]
    {
        let (status, said, left) = asked(FOUR, &again(make), "y", "0");
        assert_eq!((status, left.as_str()), (1, "0 1 2 3"), "{said}");
        assert!(said.contains(&format!("segment 0 is not removed: {why}")), "{said}");
    }
}

#[test]
fn each_name_that_leads_nowhere_is_said_and_the_others_go() {
    let (status, complaints, left) = rm(FOUR, "-y 77 0 0x99 1");
    assert_eq!((status, left.as_str()), (1, "2 3"));
    assert_eq!(complaints, "shmsan: there is no segment 77\nshmsan: there is no segment with key 0x00000099 (153)\n");
}

#[test]
fn a_command_line_that_could_be_meant_otherwise_is_refused() {
    for words in [
        &["rm"][..],
        &["rm", "--orphans", "0"],
        &["rm", "--orphans", "--key", "1"],
        &["rm", "--orphans", "--force"],
        &["rm", "0", "--older-than", "1h"],
        &["rm", "0", "--all-users"],
        &["rm", "--older-than", "1h"],
        &["rm", "--orphans", "--older-than", "soon"],
        &["rm", "-1"],
        &["rm", "*"],
    ] {
        let ran = shmsan(words).go();
        assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(2), ""), "{words:?}: {}", ran.stderr);
    }
    assert!(shmsan(&["rm", "--help"]).go().stdout.contains("A moment remains between"));
}

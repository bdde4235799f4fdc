//! `shmsan info`: all that ipcs tells of a segment, and who has it attached.

use super::{output_of, script, shmsan};
use crate::harness::{find_program, is_root, say};

/// The value of a line of `info`.
fn field<'a>(info: &'a str, name: &str) -> &'a str {
    let line = info.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("{name} is missing in {info}")).trim_start()[name.len()..].trim()
}

#[test]
fn each_fact_of_ipcs_stands_in_it() {
    if find_program("ipcs").is_none() {
        return say("skipped: each_fact_of_ipcs_stands_in_it: ipcs is not installed");
    }
    let out = output_of(
        r#""$SEGMENT" make 0x162e 5000 0640 > /dev/null; "$SEGMENT" make 7 1 0604 > /dev/null
        "$SEGMENT" touch 0; held 0 0; "$SEGMENT" lock 0
        held 1; "$SEGMENT" remove 1
        for id in 0 1; do ipcs -m -i $id; echo ----; "$SHMSAN" info $id; echo ----; done"#,
    );
    let parts: Vec<_> = out.split("----\n").collect();
    for (ipcs, info) in [(parts[0], parts[1]), (parts[2], parts[3])] {
        let mut facts = 0;
        for word in ipcs.lines().flat_map(|line| line.split('\t')).filter(|word| word.contains('=')) {
            let (name, value) = word.trim().split_once('=').unwrap();
            let mode = || u32::from_str_radix(value, 8).unwrap();
            let is_there = match name.trim_start_matches("Shared memory Segment ") {
                "shmid" => info.starts_with(&format!("segment {value}\n")),
                "uid" => field(info, "owner").contains(&format!("(uid {value})")),
                "gid" => field(info, "owner").contains(&format!("(gid {value})")),
                "cuid" => field(info, "creator").contains(&format!("(uid {value})")),
                "cgid" => field(info, "creator").contains(&format!("(gid {value})")),
                "mode" => {
                    let words = [(0o1000, "marked for destruction"), (0o2000, "locked in memory")];
                    words.iter().all(|(bit, word)| field(info, "mode").contains(word) == (mode() & bit != 0))
                }
                "access_perms" => field(info, "mode").starts_with(&format!("{value} ")),
                "bytes" => field(info, "size").starts_with(&format!("{value} byte")),
                "lpid" => field(info, "last used by").starts_with(&format!("pid {value} ")),
                "cpid" => field(info, "created by").starts_with(&format!("pid {value} ")),
                "nattch" => field(info, "nattch") == value,
                "att_time" => field(info, "attached").replace("never", "Not set") == value.trim(),
                "det_time" => field(info, "detached").replace("never", "Not set") == value.trim(),
                "change_time" => field(info, "changed").starts_with(value.trim()),
                other => panic!("ipcs tells {other}"),
            };
            assert!(is_there, "{word}\n{info}");
            facts += 1;
        }
        assert_eq!(facts, 14, "{ipcs}");
    }
}

#[test]
fn who_has_it_attached_is_told_with_address_and_count() {
    let out = output_of(
        r#""$SEGMENT" make 0 1 0600 2 > /dev/null; held 0 1 0; first=$HOLDER; held 0; echo "$first $HOLDER"
        "$SHMSAN" info 0; tr '\0' '\n' < /proc/$first/maps | grep SYSV"#,
    );
    let (first, second) = out.lines().next().unwrap().split_once(' ').unwrap();
    let rows: Vec<Vec<_>> = out
        .lines()
        .skip_while(|line| !line.starts_with("attached by"))
        .skip(2)
        .take(2)
        .map(|line| line.split_whitespace().collect())
        .collect();
    let mappings = |pid: &str| rows.iter().find(|row| row[0] == pid).unwrap_or_else(|| panic!("{out}"));
    assert_eq!(mappings(first)[1], "2", "{out}");
    assert_eq!(mappings(second)[1], "1", "{out}");
    let address = mappings(first)[2].trim_matches(',').trim_start_matches("0x");
    assert!(out.lines().any(|line| line.starts_with(address) && line.contains("/SYSV")), "{out}");
    assert!(out.contains("hold 0 1 0") && !out.contains("cannot be seen"), "{out}");
    assert_eq!(field(&out, "state"), "live: attached");
}

/// The same id is another segment there.
#[test]
fn processes_of_another_namespace_are_not_taken_for_ours() {
    if !is_root() {
        return say("skipped: processes_of_another_namespace_are_not_taken_for_ours: a namespace inside needs root");
    }
    let out = output_of(
        r#""$SEGMENT" make 0 1 0600 > /dev/null; held 0
        begin unshare -i sh -euc '"$SEGMENT" make 0 1 0600 > /dev/null; exec "$SEGMENT" hold 0'
        "$SHMSAN" info 0"#,
    );
    let rows: Vec<_> = out.lines().skip_while(|line| !line.starts_with("attached by")).skip(2).collect();
    assert!(rows.len() == 1 && rows[0].contains("segment-c hold 0"), "{out}");
    assert!(!out.contains("cannot be seen"), "{out}");
}

/// At the root of a filesystem that is mounted nowhere any more, with the inode that is the id.
#[test]
fn a_file_with_the_name_of_a_segment_is_none() {
    if !is_root() {
        return say("skipped: a_file_with_the_name_of_a_segment_is_none: mounting needs root");
    }
    let out = output_of(
        r#"mkdir "$FIFO.d"
        begin unshare -m sh -euc 'cd "$FIFO.d"; mount -t tmpfs none .; cd "$FIFO.d"; umount -l "$FIFO.d"
            exec "$SEGMENT" map ./SYSV00000000'
        grep -q ' /SYSV00000000 (deleted)$' /proc/$HOLDER/maps || echo "no likeness"
        id=$SAID; "$SEGMENT" make 0 1 0600 $((id + 1)) > /dev/null; held "$id"
        "$SHMSAN" ls -o id,pids --noheadings; "$SHMSAN" info "$id""#,
    );
    assert!(!out.contains("no likeness"), "{out}");
    assert!(!out.contains("map ./SYSV00000000") && out.contains("segment-c hold"), "{out}");
}

#[test]
fn what_may_not_be_looked_at_is_counted() {
    if !is_root() {
        return say("skipped: what_may_not_be_looked_at_is_counted: root and another user are needed");
    }
    let out = output_of(
        r#""$SEGMENT" make 0 1 0000 > /dev/null; held 0 0; nobody "$SEGMENT" make 0 1 0600 > /dev/null
        begin nobody "$SEGMENT" hold 1
        nobody "$SHMSAN" info 0; nobody "$SHMSAN" info 1"#,
    );
    let (first, second) = out.split_at(out.find("segment 1\n").unwrap());
    assert!(first.contains("2 of its 2 mappings cannot be seen from here: ") && first.contains("may not be"), "{out}");
    assert!(second.contains("segment-c hold 1") && !second.contains("cannot be seen from here"), "{out}");
}

#[test]
fn a_segment_is_named_by_id_or_key_and_nothing_is_guessed() {
    let out = output_of(
        r#""$SEGMENT" make 5678 1 0600 > /dev/null; "$SEGMENT" make 0xffffffff 2 0600 > /dev/null
        for name in 0 0x162e '--key 5678' '--key 0x162e' '--key=-1' '--key 4294967295' 1; do
            "$SHMSAN" info $name | head -n 1
        done"#,
    );
    let ids: Vec<_> = out.lines().map(|line| line.trim_start_matches("segment ")).collect();
    assert_eq!(ids, ["0", "0", "0", "0", "1", "1", "1"]);
}

#[test]
fn what_is_not_there_or_not_understood_is_said() {
    for (words, sentence) in [
        (vec!["info", "5678"], "shmsan: there is no segment 5678\n"),
        (vec!["info", "0x162e"], "shmsan: there is no segment with key 0x0000162e (5678)\n"),
        (vec!["info", "--key", "010"], "may be octal"),
        (vec!["info", "--key", "0"], "IPC_PRIVATE"),
        (vec!["info", "162e"], "neither an id"),
        (vec!["info"], "required"),
        (vec!["info", "1", "--key", "1"], "cannot be used with"),
    ] {
        let ran = shmsan(&words).go();
        assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(2), ""), "{words:?}");
        assert!(ran.stderr.contains(sentence), "{}", ran.stderr);
    }
}

#[test]
fn an_id_whose_place_has_another_segment_is_not_there() {
    let ran = script(r#""$SEGMENT" make 0 1 0600 > /dev/null; "$SHMSAN" info 32768"#);
    assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(2), "shmsan: there is no segment 32768\n"));
}

#[test]
fn who_takes_a_key_for_an_id_is_told_how_it_is_asked_for() {
    let ran = script(
        r#""$SEGMENT" make 19025 100 0600 > /dev/null; "$SHMSAN" info 19025 || echo "status $?"
        "$SHMSAN" info 19026 || :; "$SHMSAN" info --key 19025; "$SHMSAN" rm -y 19025 || echo "status $?"
        "$SHMSAN" rm -y --key 19025 > /dev/null; "$SHMSAN" ls --noheadings"#,
    );
    let said: Vec<_> = ran.stderr.lines().collect();
    let expected = [
        "shmsan: there is no segment 19025; segment 0 has the key 19025: shmsan info --key 19025",
        "shmsan: there is no segment 19026",
        "shmsan: there is no segment 19025; segment 0 has the key 19025: shmsan rm --key 19025",
    ];
    assert_eq!(said, expected, "{}", ran.stdout);
    assert!(ran.stdout.starts_with("status 2\nsegment 0\n") && ran.stdout.ends_with("status 1\n"), "{}", ran.stdout);
}

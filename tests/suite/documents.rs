//! The documents' words against the programs made from them: the lecture's statements are the printed ones, and the two
//! message programs can do what the text says only as root.

use crate::golden::golden;
use crate::harness::{Run, Way, compile, compile_with, is_root, say, source};
use crate::nobody::{OpenFolder, may_use_any_segment};
use std::path::PathBuf;

/// As the lecture prints them, in its order.
const LECTURE: [&str; 9] = [
    "if(( shmids = shmget( 5L, 200, IPC_CREAT | 0666 )) < 0 )  \n{ perror(\"shmget failed\"); exit(-1); }\n",
    "if (( shm_p = shmat( shmid, (char *)0, 0 )) < (char *)0 )\n{ perror(\"shmat failed\"); exit(-1); }\n",
    "memcpy( shm_p, p_str, strlen(p_str) );\n",
    "if (shmdt( shm_p ) < 0 ) {\n    perror(\"shmdt failed\"); exit(-1);\n}\n",
    "if( shmctl( shmid, IPC_RMID, 0) < 0 ) {\nperror(\"shmctl failed\"); exit(-1);\n}\n",
    "#include <sys/types.h>\n",
    "#include <sys/ipc.h>\n",
    "#include <sys/shm.h>\n",
    "#include <memory.h>\n",
];

#[test]
fn the_lectures_statements_are_the_printed_ones() {
    let program = std::fs::read_to_string(source("documents/lecture.c")).unwrap();
    let places = LECTURE.map(|text| program.find(text).unwrap_or_else(|| panic!("lecture.c lacks\n{text}")));
    assert!(places[..5].is_sorted(), "lecture.c has them in another order: {places:?}");
}

/// The segment stays after both; at last whoever left it takes it away.
const MESSAGES: &str = r#"
    LD_PRELOAD="$SHIM" ${AS:+"$AS"} "$WRITER" || echo "the writer ends with $?"
    LD_PRELOAD="$SHIM" ${AS:+"$AS"} "$READER" || echo "the reader ends with $?"
    ${AS:+"$AS"} "$REMOVE" 1001
"#;

fn programs(way: Way, flags: &[&str]) -> [(&'static str, PathBuf); 3] {
    [
        ("WRITER", compile_with("documents/message_writer.c", way, flags)),
        ("READER", compile_with("documents/message_reader.c", way, flags)),
        ("REMOVE", compile("support/remove_segment.c", Way::Bare)),
    ]
}

/// Writer and reader with these flags, as the user who runs the tests.
fn messages(way: Way, flags: &[&str]) -> Run {
    programs(way, flags).iter().fold(Run::script(MESSAGES, way), |run, (name, program)| run.env(name, program))
}

#[test]
fn a_message_goes_from_one_process_to_another() {
    let bare = golden("documents/message-0666", |way| messages(way, &["-DMODE=0666"]));
    assert_eq!((bare.stdout.as_str(), bare.stderr.as_str()), ("Hello from the first process\n", ""));
}

#[test]
fn with_ipc_creat_alone_the_message_goes_through_as_root() {
    const TEST: &str = "with_ipc_creat_alone_the_message_goes_through_as_root";
    if !is_root() || !may_use_any_segment() {
        say(&format!("skipped: {TEST}: only a root with CAP_IPC_OWNER may attach a segment of mode 0000"));
        return;
    }
    let bare = golden("documents/message-0000-root", |way| messages(way, &[]));
    assert_eq!((bare.stdout.as_str(), bare.stderr.as_str()), ("Hello from the first process\n", ""));
}

#[test]
fn with_ipc_creat_alone_an_ordinary_user_is_refused() {
    let open = OpenFolder::new();
    let bare = golden("documents/message-0000", |way| open.script(MESSAGES, way, &programs(way, &[])));
    assert_eq!(bare.stdout, "the writer ends with 1\nthe reader ends with 1\n");
    assert_eq!(bare.stderr, "shmat: Permission denied\nshmat: Permission denied\n");
}

#[test]
fn with_its_mode_an_ordinary_users_message_goes_through() {
    let open = OpenFolder::new();
    let bare = golden("documents/message-0666", |way| open.script(MESSAGES, way, &programs(way, &["-DMODE=0666"])));
    assert_eq!((bare.stdout.as_str(), bare.stderr.as_str()), ("Hello from the first process\n", ""));
}

//! The columns of `ls`, defined once: their names are lsipc's where lsipc has such a column. Which are shown is `choice.rs`.

use super::value::Value;
use crate::machine::{Creator, Holders, Names, Segment};
use crate::symbols::Symbols;
use crate::table::Side;
use serde_json::json;
use shmsan_core::facts::Life;
use shmsan_core::flags::{Mode, PERMISSIONS, SHM_DEST, SHM_LOCKED};
use shmsan_core::machine::Permissions;
use shmsan_core::text::Plain;

/// What a column may look into besides the segment.
#[derive(Default)]
pub struct Sources {
    pub names: Names,
    pub holders: Option<Holders>,
    pub symbols: Symbols,
}

pub struct Column {
    pub name: &'static str,
    pub meaning: &'static str,
    pub side: Side,
    /// Shown where none are named.
    pub is_usual: bool,
    /// Every process is looked at for it: it is dear, and shown only where it is named.
    pub needs_holders: bool,
    pub value: fn(&Segment, &mut Sources) -> Value,
}

/// Most columns are numbers that are asked for.
const NUMBER: Column = Column {
    name: "",
    meaning: "",
    side: Side::Right,
    is_usual: false,
    needs_holders: false,
    value: |_, _| Value::Nothing,
};
const TEXT: Column = Column { side: Side::Left, ..NUMBER };
const LONG: Column = Column { side: Side::LeftAndCut, ..NUMBER };

/// All there are.
pub static COLUMNS: [Column; 29] = [
    Column {
        name: "KEY",
        meaning: "the key; 0x00000000 is none (IPC_PRIVATE)",
        is_usual: true,
        value: |segment, _| Value::Text(segment.status.key.to_string()),
        ..TEXT
    },
    Column { name: "ID", meaning: "the id", is_usual: true, value: |segment, _| number(segment.id.0), ..NUMBER },
    Column {
        name: "SIZE",
        meaning: "bytes, as asked for",
        is_usual: true,
        value: |segment, _| Value::Size(segment.status.size),
        ..NUMBER
    },
    Column {
        name: "RSS",
        meaning: "how much of it is in memory",
        is_usual: true,
        value: |segment, _| segment.residence.map_or(Value::Nothing, |residence| Value::Size(residence.resident)),
        ..NUMBER
    },
    Column {
        name: "SWAP",
        meaning: "how much of it is in swap",
        value: |segment, _| segment.residence.map_or(Value::Nothing, |residence| Value::Size(residence.swapped)),
        ..NUMBER
    },
    Column {
        name: "MODE",
        meaning: "permissions as an octal number",
        is_usual: true,
        value: |segment, _| Value::Text(Mode(permissions(segment)).to_string()),
        ..TEXT
    },
    Column {
        name: "PERMS",
        meaning: "permissions as letters",
        value: |segment, _| Value::Text(Permissions(permissions(segment)).to_string()),
        ..TEXT
    },
    Column {
        name: "OWNER",
        meaning: "the owner's name, or number",
        is_usual: true,
        value: |segment, sources| user_or_number(segment.status.owner.uid, sources),
        ..TEXT
    },
    Column {
        name: "NATTCH",
        meaning: "in how many mappings it is attached, not in how many processes",
        is_usual: true,
        value: |segment, _| Value::Number(segment.status.attachments),
        ..NUMBER
    },
    Column {
        name: "AGE",
        meaning: "time since it was made, or changed by IPC_SET",
        is_usual: true,
        value: |segment, _| Value::Age(segment.age()),
        ..NUMBER
    },
    Column {
        name: "STATE",
        meaning: "live: attached, or its creator lives; orphan: neither; dest: goes with its last detach; \
                  unknown: not attached, and its creator cannot be seen; locked: not swapped",
        is_usual: true,
        value: |segment, _| Value::Text(segment.state().to_string()),
        ..TEXT
    },
    Column {
        name: "CREATOR",
        meaning: "pid of the process that made it, and its program while that runs or where its ledger tells",
        is_usual: true,
        value: |segment, _| creator(&segment.creator),
        ..LONG
    },
    Column {
        name: "SITE",
        meaning: "where it was made, if that was under shmsan",
        is_usual: true,
        value: |segment, sources| site(&segment.creator, sources),
        ..LONG
    },
    Column { name: "STATUS", meaning: "dest, locked", value: |segment, _| status(segment), ..TEXT },
    Column {
        name: "CTIME",
        meaning: "when it was made, or changed by IPC_SET",
        value: |segment, _| Value::Time(segment.status.changed_at),
        ..TEXT
    },
    Column {
        name: "ATTACH",
        meaning: "when it was last attached",
        value: |segment, _| Value::Time(segment.status.attached_at),
        ..TEXT
    },
    Column {
        name: "DETACH",
        meaning: "when it was last detached",
        value: |segment, _| Value::Time(segment.status.detached_at),
        ..TEXT
    },
    Column {
        name: "CPID",
        meaning: "pid of the creator",
        value: |segment, _| number(segment.status.creator),
        ..NUMBER
    },
    Column {
        name: "LPID",
        meaning: "pid of who attached or detached it last",
        value: |segment, _| number(segment.status.last),
        ..NUMBER
    },
    Column {
        name: "COMMAND",
        meaning: "the creator's command line, while it runs or as its ledger has it",
        value: |segment, _| command(&segment.creator),
        ..LONG
    },
    Column {
        name: "UID",
        meaning: "the owner's number",
        value: |segment, _| Value::Number(segment.status.owner.uid.into()),
        ..NUMBER
    },
    Column {
        name: "USER",
        meaning: "the owner's name",
        value: |segment, sources| user(segment.status.owner.uid, sources),
        ..TEXT
    },
    Column {
        name: "GID",
        meaning: "the group's number",
        value: |segment, _| Value::Number(segment.status.owner.gid.into()),
        ..NUMBER
    },
    Column {
        name: "GROUP",
        meaning: "the group's name",
        value: |segment, sources| group(segment.status.owner.gid, sources),
        ..TEXT
    },
    Column {
        name: "CUID",
        meaning: "the number of the user who made it",
        value: |segment, _| Value::Number(segment.status.creator_uid.into()),
        ..NUMBER
    },
    Column {
        name: "CUSER",
        meaning: "the name of the user who made it",
        value: |segment, sources| user(segment.status.creator_uid, sources),
        ..TEXT
    },
    Column {
        name: "CGID",
        meaning: "the number of the group it was made by",
        value: |segment, _| Value::Number(segment.status.creator_gid.into()),
        ..NUMBER
    },
    Column {
        name: "CGROUP",
        meaning: "the name of the group it was made by",
        value: |segment, sources| group(segment.status.creator_gid, sources),
        ..TEXT
    },
    Column {
        name: "PIDS",
        meaning: "the processes that have it attached, as far as one may see them",
        needs_holders: true,
        value: |segment, sources| {
            let holders = sources.holders.iter().flat_map(|holders| holders.of(segment.id));
            Value::Pids(holders.map(|(holder, _)| holder.pid).collect())
        },
        ..LONG
    },
];

fn number(number: i32) -> Value {
    u64::try_from(number).map_or(Value::Nothing, Value::Number)
}

const fn permissions(segment: &Segment) -> u32 {
    segment.status.owner.mode & PERMISSIONS.cast_unsigned()
}

fn status(segment: &Segment) -> Value {
    let words = [(SHM_DEST, "dest"), (SHM_LOCKED, "locked")];
    let words: Vec<_> = words.iter().filter(|(bit, _)| segment.status.owner.mode & bit != 0).map(|it| it.1).collect();
    if words.is_empty() { Value::Nothing } else { Value::Text(words.join(",")) }
}

fn creator(creator: &Creator) -> Value {
    let program = creator.program.as_ref().map(|name| Plain(name).to_string());
    let shown = match (creator.pid, creator.life, &program) {
        (0, ..) => "?".to_owned(),
        (pid, life, program) => {
            let known = match life {
                Life::Gone => " (dead)",
                Life::Unknown => " (?)",
                Life::Runs => "",
            };
            let program = program.as_ref().map(|program| format!(" {program}")).unwrap_or_default();
            format!("{pid}{known}{program}")
        }
    };
    let is_alive = match creator.life {
        Life::Runs => Some(true),
        Life::Gone => Some(false),
        Life::Unknown => None,
    };
    Value::Both(shown, json!({ "pid": creator.pid, "alive": is_alive, "program": program }))
}

fn site(creator: &Creator, sources: &mut Sources) -> Value {
    let Some(maker) = &creator.maker else { return Value::Nothing };
    Value::Text(sources.symbols.frame(&maker.told.places, maker.entry.site).place())
}

fn command(creator: &Creator) -> Value {
    creator.command().map_or(Value::Nothing, |command| Value::Text(Plain(&command).to_string()))
}

fn user(uid: u32, sources: &mut Sources) -> Value {
    sources.names.user(uid).map_or(Value::Nothing, |name| Value::Text(Plain(name.as_bytes()).to_string()))
}

fn group(gid: u32, sources: &mut Sources) -> Value {
    sources.names.group(gid).map_or(Value::Nothing, |name| Value::Text(Plain(name.as_bytes()).to_string()))
}

fn user_or_number(uid: u32, sources: &mut Sources) -> Value {
    match user(uid, sources) {
        Value::Nothing => Value::Text(uid.to_string()),
        named => named,
    }
}

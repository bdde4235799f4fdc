//! What only /proc/sysvipc/shm tells: how much of a segment is in memory.

use crate::call::ShmId;
use std::collections::HashMap;

/// Bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residence {
    pub resident: u64,
    pub swapped: u64,
}

/// Of each segment in the text, whose first line names the columns.
#[must_use]
pub fn residences(text: &[u8]) -> HashMap<ShmId, Residence> {
    let mut lines = text.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
    let heading: Vec<_> = lines.next().unwrap_or_default().split_ascii_whitespace().collect();
    let column = |name| heading.iter().position(|heading| *heading == name);
    let (Some(id), Some(resident), Some(swapped)) = (column("shmid"), column("rss"), column("swap")) else {
        return HashMap::new();
    };
    let of_line = |line: &str| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let field = |column: usize| fields.get(column)?.parse().ok();
        let residence = Residence { resident: field(resident)?, swapped: field(swapped)? };
        Some((ShmId(fields.get(id)?.parse().ok()?), residence))
    };
    lines.filter_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names() {
        let text = b"\
       key      shmid perms   size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime   rss  swap
-122801437          3   644   1000  2244     0      0     0     0     0     0          0          0 1795267303  4096     0
         0      32771  1640   5000  2245     0      0     0     0     0     0          0          0 1795267303     0  8192
         0      broken
\xff
";
        let found = residences(text);
        assert_eq!(found[&ShmId(3)], Residence { resident: 4096, swapped: 0 });
        assert_eq!(found[&ShmId(32771)], Residence { resident: 0, swapped: 8192 });
        assert_eq!(found.len(), 2);
        assert!(residences(b"").is_empty());
        assert!(residences(b"key shmid perms\n0 3 644\n").is_empty());
    }
}

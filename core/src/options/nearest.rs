//! The name that was probably meant.

/// No name is as long as this; what is longer is no slip.
const LONGEST: usize = 64;

/// The candidate nearest to `name`, if it is near enough to be a slip of the keyboard.
#[must_use]
pub fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.len() / 3).clamp(1, 4);
    let name = name.to_ascii_lowercase();
    let measured = candidates.map(|candidate| (distance(name.as_bytes(), candidate.as_bytes()), candidate));
    measured.min().filter(|(distance, _)| *distance <= allowed).map(|(_, candidate)| candidate)
}

/// How many letters must be added, removed or changed, or swapped with their neighbours (optimal string alignment).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let changed = last[j] + usize::from(from != to);
            let cheapest = changed.min(row[j] + 1).min(last[j + 1] + 1);
            let swapped = i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to;
            row.push(if swapped { cheapest.min(before[j - 1] + 1) } else { cheapest });
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_letters() {
        let cases = [
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("trace", "trace", 0),
            ("trase", "trace", 1),
            ("trcae", "trace", 1),
        ];
        for (a, b, expected) in cases {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected);
            assert_eq!(distance(b.as_bytes(), a.as_bytes()), expected);
        }
    }

    #[test]
    fn only_a_near_name_is_proposed() {
        let names = || ["trace", "detect_leaks"].into_iter();
        assert_eq!(nearest("detect-leak", names()), Some("detect_leaks"));
        assert_eq!(nearest("TRCAE", names()), Some("trace"));
        assert_eq!(nearest("verbosity", names()), None);
        assert_eq!(nearest("", names()), None);
        // One letter in three, and four at most.
        assert_eq!(
            [nearest("tra", names()), nearest("xxace", names()), nearest("tracexx", names())],
            [None, None, Some("trace")]
        );
        assert_eq!([nearest("deteckleaxx", names()), nearest("xxxxxx_leaks", names())], [None, None]);
        let long = || ["abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"].into_iter();
        let name = long().next().unwrap();
        assert_eq!((name.len(), nearest(name, long())), (64, Some(name)));
        assert_eq!(nearest(&format!("{name}x"), long()), None, "what is so long is no slip");
    }
}

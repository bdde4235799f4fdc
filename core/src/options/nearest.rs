//! The name that was probably meant.

/// No name is as long as this; what is longer is no slip.
const LONGEST: usize = 64;

/// The candidate nearest to `name`, if it is near enough to be a slip of the keyboard.
pub fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.len() / 3).clamp(1, 4);
    let measured = candidates.map(|candidate| (distance(name.as_bytes(), candidate.as_bytes()), candidate));
    measured.min().filter(|(distance, _)| *distance <= allowed).map(|(_, candidate)| candidate)
}

/// Levenshtein's: how many letters must be added, removed or changed.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_letters() {
        let cases = [("", "abc", 3), ("kitten", "sitting", 3), ("trace", "trace", 0), ("trase", "trace", 1)];
        for (a, b, expected) in cases {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected);
            assert_eq!(distance(b.as_bytes(), a.as_bytes()), expected);
        }
    }

    #[test]
    fn only_a_near_name_is_proposed() {
        let names = || ["trace", "detect_leaks"].into_iter();
        assert_eq!(nearest("detect-leak", names()), Some("detect_leaks"));
        assert_eq!(nearest("verbosity", names()), None);
        assert_eq!(nearest("", names()), None);
    }
}

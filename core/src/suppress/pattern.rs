//! A pattern as in the sanitizers' suppressions: `*` is any text, `^` and `$` are the ends, and without these it may stand
//! anywhere.

#[derive(Debug)]
pub struct Pattern {
    /// What stands between the stars, in this order.
    parts: Vec<Vec<u8>>,
    from_begin: bool,
    to_end: bool,
}

impl Pattern {
    pub fn new(text: &[u8]) -> Self {
        let (from_begin, text) = text.strip_prefix(b"^").map_or((false, text), |rest| (true, rest));
        let (to_end, text) = text.strip_suffix(b"$").map_or((false, text), |rest| (true, rest));
        let parts = text.split(|byte| *byte == b'*').map(<[u8]>::to_vec).collect();
        Self { parts, from_begin, to_end }
    }

    pub fn fits(&self, text: &[u8]) -> bool {
        let (first, last) = (0, self.parts.len() - 1);
        let mut rest = text;
        for (number, part) in self.parts.iter().enumerate() {
            let found = if number == last && self.to_end {
                // Whatever else would fit, the end must.
                rest.len().checked_sub(part.len()).filter(|begin| rest[*begin..] == **part)
            } else {
                position(rest, part)
            };
            let Some(begin) = found else { return false };
            if number == first && self.from_begin && begin > 0 {
                return false;
            }
            rest = &rest[begin + part.len()..];
        }
        true
    }
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_ends_mean_what_they_mean_elsewhere() {
        let cases = [
            ("queue", true),
            ("src/queue.c", true),
            ("^src/queue.c$", true),
            ("^queue", false),
            ("queue$", false),
            (".c$", true),
            ("src*c", true),
            ("^s*e*c$", true),
            ("^s*x*c$", false),
            ("*", true),
            ("^$", false),
            ("c*s", false),
            ("que*que", false),
            ("^src/queue.cc", false),
        ];
        for (pattern, expected) in cases {
            assert_eq!(Pattern::new(pattern.as_bytes()).fits(b"src/queue.c"), expected, "{pattern}");
        }
        assert!(
            Pattern::new(b"^$").fits(b"") && Pattern::new(b"aa$").fits(b"aaa") && !Pattern::new(b"^aa$").fits(b"aaa")
        );
    }
}

//! Medians and quartiles: one disturbed round moves neither.

use std::fmt;

/// A median, and between which values the middle half lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    /// `None` of nothing.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Some(Self { low: part(&values, 1)?, median: part(&values, 2)?, high: part(&values, 3)? })
    }
}

/// The value below which so many quarters lie, between two values in the middle of them.
fn part(sorted: &[f64], quarters: usize) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let (at, rest) = (last * quarters / 4, last * quarters % 4);
    let (here, next) = (sorted[at], sorted[(at + 1).min(last)]);
    Some(here + (next - here) * [0.0, 0.25, 0.5, 0.75][rest])
}

/// As a ratio: `1.02 (1.01–1.03)`.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2}–{:.2})", self.median, self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_all_values_lies_in_the_spread() {
        let spread = Spread::of((0..=100).rev().map(f64::from)).unwrap();
        assert_eq!(spread, Spread { low: 25.0, median: 50.0, high: 75.0 });
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!(spread, Spread { low: 1.75, median: 2.5, high: 3.25 });
        assert_eq!(Spread::of([7.0]).unwrap(), Spread { low: 7.0, median: 7.0, high: 7.0 });
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn it_is_written_as_a_ratio() {
        assert_eq!(Spread::of([1.0, 1.02, 1.04]).unwrap().to_string(), "1.02 (1.01–1.03)");
    }
}

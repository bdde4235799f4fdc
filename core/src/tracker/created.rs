//! How many segments this process has, and where most of them were made.

use crate::site::Site;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Created {
    /// Made by this process and not removed by it.
    pub total: usize,
    /// The place that made the most, and how many those are.
    pub site: Site,
    pub most: usize,
}

impl Created {
    /// Counts the places of segments; outside the tracker's lock, because it takes time.
    #[must_use]
    pub fn count(mut sites: Vec<Site>) -> Option<Self> {
        let total = sites.len();
        sites.sort_unstable();
        let runs = sites.chunk_by(|left, right| left == right).map(|run| (run.len(), run[0]));
        let (most, site) = runs.max_by_key(|(length, _)| *length)?;
        Some(Self { total, site, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_made_the_most_is_named() {
        let sites = [3, 1, 3, 2, 1, 3].map(Site::at_return).to_vec();
        assert_eq!(Created::count(sites), Some(Created { total: 6, site: Site::at_return(3), most: 3 }));
        assert_eq!(Created::count(Vec::new()), None);
    }
}

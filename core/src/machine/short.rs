//! Numbers as narrow columns have them.

use std::fmt;

/// Bytes, as lsipc(1) shortens them: `1000B`, `4.9K`, `16E`.
#[derive(Clone, Copy, Debug)]
pub struct ShortSize(pub u64);

impl fmt::Display for ShortSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [char; 7] = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];
        let unit = self.0.checked_ilog2().unwrap_or_default() / 10;
        if unit == 0 {
            return write!(f, "{}B", self.0);
        }
        // Tenths, rounded as at school.
        let tenths = (u128::from(self.0) * 10 + (1 << (10 * unit - 1))) >> (10 * unit);
        let name = UNITS[unit as usize];
        match tenths % 10 {
            0 => write!(f, "{}{name}", tenths / 10),
            tenth => write!(f, "{}.{tenth}{name}", tenths / 10),
        }
    }
}

/// Seconds: `41s`, `3m02s`, `2h03m`, `5d`.
#[derive(Clone, Copy, Debug)]
pub struct ShortAge(pub u64);

impl fmt::Display for ShortAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minutes, hours, days) = (self.0 / 60, self.0 / 3600, self.0 / 86_400);
        match self.0 {
            seconds @ 0..60 => write!(f, "{seconds}s"),
            seconds @ 60..3600 => write!(f, "{minutes}m{:02}s", seconds % 60),
            3600..172_800 => write!(f, "{hours}h{:02}m", minutes % 60),
            _ => write!(f, "{days}d"),
        }
    }
}

/// Permission bits as ls(1) shows them: `rw-r-----`.
#[derive(Clone, Copy, Debug)]
pub struct Permissions(pub u32);

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::fmt::Write;
        let letters = (0..9).rev().zip("rwx".chars().cycle());
        letters
            .map(|(bit, letter)| if self.0 >> bit & 1 == 1 { letter } else { '-' })
            .try_for_each(|it| f.write_char(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_lsipc() {
        let sizes = [0, 1000, 1023, 1024, 5000, 4096, 10_239, 1 << 20, (1 << 20) - 1, 3 << 29, u64::MAX];
        let said = ["0B", "1000B", "1023B", "1K", "4.9K", "4K", "10K", "1M", "1024K", "1.5G", "16E"];
        assert_eq!(sizes.map(|size| ShortSize(size).to_string()), said);
    }

    #[test]
    fn ages_are_one_word() {
        let ages = [0, 59, 60, 182, 3600, 7380, 172_799, 172_800].map(|age| ShortAge(age).to_string());
        assert_eq!(ages, ["0s", "59s", "1m00s", "3m02s", "1h00m", "2h03m", "47h59m", "2d"]);
    }

    #[test]
    fn permissions_are_nine_letters() {
        let shown = [0o640, 0o777, 0, 0o1001, 0o124].map(|mode| Permissions(mode).to_string());
        assert_eq!(shown, ["rw-r-----", "rwxrwxrwx", "---------", "--------x", "--x-w-r--"]);
    }
}

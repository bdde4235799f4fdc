//! A moment in UTC. Local time would need localtime_r(3), which reads the program's TZ for good, allocates, and takes a lock
//! that a child of a fork may find taken.

use std::fmt;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// Nanoseconds since the epoch. Printed as in RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

impl Time {
    /// From what clock_gettime(2) says.
    #[must_use]
    pub const fn new(seconds: i64, nanoseconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND).saturating_add(nanoseconds))
    }

    /// Whole seconds since the epoch, as time(2) counts them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// The time of day alone: `02:07:34.123456`.
    #[must_use]
    pub const fn clock(self) -> Clock {
        Clock(self)
    }

    /// The same without a fraction: `02:07:34`.
    #[must_use]
    pub const fn clock_to_the_second(self) -> ClockToTheSecond {
        ClockToTheSecond(self)
    }
}

/// `2026-11-21T02:07:34.123456789Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0.div_euclid(SECOND * DAY));
        let (hour, minute, second) = time_of_day(self.0);
        let nanoseconds = self.0.rem_euclid(SECOND);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanoseconds:09}Z")
    }
}

/// A time of day to the microsecond, as strace(1) prints it.
pub struct Clock(Time);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0.clock_to_the_second(), self.0.0.rem_euclid(SECOND) / 1000)
    }
}

/// A time of day in whole seconds.
pub struct ClockToTheSecond(Time);

impl fmt::Display for ClockToTheSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = time_of_day(self.0.0);
        write!(f, "{hour:02}:{minute:02}:{second:02}")
    }
}

const fn time_of_day(nanoseconds: i64) -> (i64, i64, i64) {
    let seconds = nanoseconds.div_euclid(SECOND).rem_euclid(DAY);
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of the Gregorian calendar. Counted in years that begin with March, where a leap day is the last.
const fn date(days_since_epoch: i64) -> (i64, i64, i64) {
    const FOUR_CENTURIES: i64 = 146_097;
    // From the first of March of the year 0.
    let days = days_since_epoch + 719_468;
    let (period, day) = (days.div_euclid(FOUR_CENTURIES), days.rem_euclid(FOUR_CENTURIES));
    let year = (day - day / 1460 + day / 36_524 - day / (FOUR_CENTURIES - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months in a row have 153 days, wherever one begins in March or August.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = period * 400 + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::rounds;

    #[test]
    fn the_time_of_day_is_right_on_both_sides_of_midnight_and_of_the_epoch() {
        assert_eq!(Time::new(-1, 0).clock().to_string(), "23:59:59.000000");
        assert_eq!(Time::new(-1, 0).clock_to_the_second().to_string(), "23:59:59");
        assert_eq!(Time::new(86_400, 999_999_999).clock().to_string(), "00:00:00.999999");
        assert_eq!(Time::new(1_795_229_335, 487_957_999).clock().to_string(), "02:48:55.487957");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (-1, "1969-12-31T23:59:59.000000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000000Z"),
            (951_868_800, "2000-03-01T00:00:00.000000000Z"),
            (1_709_164_800, "2024-02-29T00:00:00.000000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
            (1_795_229_335, "2026-11-21T02:48:55.000000000Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(Time::new(seconds, 0).to_string(), expected);
        }
        assert_eq!(Time::new(0, 7).to_string(), "1970-01-01T00:00:00.000000007Z");
    }

    #[test]
    fn each_day_of_eight_centuries_follows_the_one_before() {
        let length = |year: i64, month| match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let (first, last) = rounds((-150_000, 150_000), (10_700, 11_700));
        let mut before = date(first);
        for days in first + 1..last {
            let (year, month, day) = before;
            let next = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == length(year, month) => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
            assert_eq!(date(days), next);
            before = next;
        }
    }
}

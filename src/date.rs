//! Days of the calendar, without clock or time zone.

use std::fmt;

/// A day of the proleptic Gregorian calendar. The order is that of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, 0 to 9999.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// The day, where the calendar has it and its year has four digits.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let valid =
            (0..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        valid.then_some(Self { year, month, day })
    }

    /// Reads `YYYY-MM-DD`, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = digits(text, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
        rest.is_empty().then_some(())?;
        Self::new(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    /// Reads `YYYY-MM-DD`, or `YYYY-MM` as the first day of that month: facts are often known to the month only.
    pub fn parse_fact(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::parse(&format!("{text}-01")))
    }

    /// The day (UTC) of a number of seconds since 1970-01-01T00:00:00Z, kept within the years 0 to 9999.
    pub fn from_unix(seconds: i64) -> Self {
        let first = Self { year: 0, month: 1, day: 1 };
        let last = Self { year: 9999, month: 12, day: 31 };
        let days = seconds.div_euclid(86_400).clamp(first.days(), last.days());
        // Counted from 0000-03-01, a year ends with its leap day, and an era is 400 years.
        let days = days + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        // All within their types, by the clamp above.
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        Self { year: (era * 400 + year + carry) as i32, month: small(month), day: small(day) }
    }

    /// How many days from this one to `later`; negative where that is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        later.days() - self.days()
    }

    /// Days since 1970-01-01.
    fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The number that the first `count` characters of `text` are, all digits, and what follows.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    number.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    Some((number.parse().ok()?, rest))
}

fn days_in(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_and_months() {
        for (text, day, fact) in [
            ("2027-03-01", Some((2027, 3, 1)), Some((2027, 3, 1))),
            ("2024-02-29", Some((2024, 2, 29)), Some((2024, 2, 29))),
            ("2015-06", None, Some((2015, 6, 1))),
            ("2023-02-29", None, None),
            ("1900-02-29", None, None),
            ("2000-02-29", Some((2000, 2, 29)), Some((2000, 2, 29))),
            ("2027-13-01", None, None),
            ("2027-00-10", None, None),
            ("2027-04-31", None, None),
            ("2027-3-1", None, None),
            ("2027-03-01 ", None, None),
            ("2027-03-01T00:00:00", None, None),
            ("+027-03-01", None, None),
            ("٢٠٢٧-03-01", None, None),
            ("", None, None),
        ] {
            let parts = |date: Date| (date.year, date.month, date.day);
            assert_eq!(Date::parse(text).map(parts), day, "{text}");
            assert_eq!(Date::parse_fact(text).map(parts), fact, "{text}");
        }
    }

    #[test]
    fn counts_days() {
        for (from, to, days) in [
            ("1970-01-01", "1970-01-02", 1),
            ("2024-02-28", "2024-03-01", 2),
            ("2023-02-28", "2023-03-01", 1),
            ("2026-11-22", "2024-10-10", -773),
            ("0000-01-01", "9999-12-31", 3_652_424),
        ] {
            let (from, to) = (Date::parse(from).expect(from), Date::parse(to).expect(to));
            assert_eq!(from.days_until(to), days, "{from} {to}");
            assert_eq!(from < to, days > 0, "{from} {to}");
        }
    }

    #[test]
    fn knows_unix_time() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (1_772_323_200, "2026-03-01"),
            (i64::MAX, "9999-12-31"),
            (i64::MIN, "0000-01-01"),
        ] {
            assert_eq!(Date::from_unix(seconds).to_string(), text, "{seconds}");
        }
        // Every day of four centuries is there and back again.
        for day in 0..146_097 {
            let date = Date::from_unix(day * 86_400);
            assert_eq!(date.days(), day);
            assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
    }
}

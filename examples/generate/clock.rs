//! Time: the period covered, zones, working hours and how an instant is written.

use chrono::{Datelike, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;

/// First opening: 2025-04-01T00:00:00Z.
pub const START: i64 = 1_743_465_600;
/// The export is taken at 2026-10-01T00:00:00Z; nothing happens from then on.
pub const EXPORT: i64 = 1_790_812_800;

/// Offsets and dates are known from 2019-01-01 until 2028-01-01.
const KNOWN_FROM: i64 = 1_546_300_800;
const KNOWN_UNTIL: i64 = 1_830_297_600;

const OPENING: i64 = 8 * HOUR + 30 * MINUTE;
const CLOSING: i64 = 18 * HOUR;

/// National holidays of Portugal in the period, as in `holidays-pt.ics`.
const HOLIDAYS_PT: [&str; 26] = [
    "2025-01-01",
    "2025-04-18",
    "2025-04-20",
    "2025-04-25",
    "2025-05-01",
    "2025-06-10",
    "2025-06-19",
    "2025-08-15",
    "2025-10-05",
    "2025-11-01",
    "2025-12-01",
    "2025-12-08",
    "2025-12-25",
    "2026-01-01",
    "2026-04-03",
    "2026-04-05",
    "2026-04-25",
    "2026-05-01",
    "2026-06-04",
    "2026-06-10",
    "2026-08-15",
    "2026-10-05",
    "2026-11-01",
    "2026-12-01",
    "2026-12-08",
    "2026-12-25",
];

/// Midnight UTC of a date written `YYYY-MM-DD`.
pub fn date(text: &str) -> i64 {
    let parsed: NaiveDate = text.parse().expect("dates in this program are well formed");
    i64::from(parsed.num_days_from_ce() - 719_163) * DAY
}

/// Monday is 0.
pub fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

pub fn holidays_pt() -> Vec<i64> {
    HOLIDAYS_PT.iter().map(|text| date(text) / DAY).collect()
}

pub struct Zone {
    pub name: &'static str,
    /// Seconds east of UTC, for each hour since `KNOWN_FROM`.
    offsets: Vec<i32>,
    /// Local days without work, as days since 1970.
    holidays: Vec<i64>,
}

impl Zone {
    pub fn new(name: &'static str, holidays: Vec<i64>) -> Self {
        let zone: Tz = name.parse().expect("zones in this program exist");
        let offsets = (KNOWN_FROM..KNOWN_UNTIL)
            .step_by(HOUR as usize)
            .map(|at| {
                let utc = chrono::DateTime::from_timestamp(at, 0).expect("in range").naive_utc();
                zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
            })
            .collect();
        Self { name, offsets, holidays }
    }

    pub fn offset(&self, at: i64) -> i64 {
        let hour = ((at - KNOWN_FROM) / HOUR) as usize;
        i64::from(self.offsets[hour.min(self.offsets.len() - 1)])
    }

    /// The instant at which clocks in the zone show `local`.
    pub fn instant(&self, local: i64) -> i64 {
        let guess = local - self.offset(local);
        local - self.offset(guess)
    }

    fn is_working(&self, day: i64) -> bool {
        weekday(day) < 5 && !self.holidays.contains(&day)
    }

    /// The instant after `seconds` of working hours (weekdays 08:30-18:00).
    pub fn add_working(&self, from: i64, seconds: i64) -> i64 {
        let local = from + self.offset(from);
        let (mut day, mut second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let mut left = seconds;
        loop {
            let begin = second.max(OPENING);
            if begin < CLOSING && self.is_working(day) {
                if left <= CLOSING - begin {
                    return self.instant(day * DAY + begin + left);
                }
                left -= CLOSING - begin;
            }
            day += 1;
            second = 0;
        }
    }
}

/// `YYYY-MM-DD` of every known day, so that writing an instant is copying.
pub struct Stamps(Vec<[u8; 10]>);

impl Stamps {
    pub fn new() -> Self {
        let first = NaiveDate::from_ymd_opt(2019, 1, 1).expect("a date");
        let days = ((KNOWN_UNTIL - KNOWN_FROM) / DAY) as usize;
        let text = |day: NaiveDate| day.to_string().into_bytes().try_into().expect("10 bytes");
        Self(first.iter_days().take(days).map(text).collect())
    }

    pub fn date(&self, at: i64) -> &str {
        let day = &self.0[((at - KNOWN_FROM) / DAY) as usize];
        std::str::from_utf8(day).expect("dates are ASCII")
    }

    pub fn push_instant(&self, at: i64, out: &mut Vec<u8>) {
        let second = at.rem_euclid(DAY);
        let mut text = *b"YYYY-MM-DDTHH:MM:SSZ";
        text[..10].copy_from_slice(self.date(at).as_bytes());
        let parts = [second / HOUR, second / MINUTE % 60, second % 60];
        for (place, value) in [11, 14, 17].into_iter().zip(parts) {
            text[place] = b'0' + (value / 10) as u8;
            text[place + 1] = b'0' + (value % 10) as u8;
        }
        out.extend_from_slice(&text);
    }

    pub fn instant(&self, at: i64) -> String {
        let mut out = Vec::with_capacity(20);
        self.push_instant(at, &mut out);
        String::from_utf8(out).expect("instants are ASCII")
    }
}

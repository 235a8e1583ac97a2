//! The values of the filter's keys.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use notex_wire::CallKind;

use super::keys::Key;
use super::{Compared, Says, StatusIs};

pub(super) const CALLS: [(&str, CallKind); 6] = [
    ("observe", CallKind::Observe),
    ("step", CallKind::Step),
    ("scrape", CallKind::Scrape),
    ("start", CallKind::Start),
    ("extend", CallKind::Extend),
    ("close", CallKind::Close),
];

/// The value of a key, or a sentence of why it is none.
pub(super) fn read(
    key: Key,
    value: &str,
    is_quoted: bool,
    now: DateTime<FixedOffset>,
) -> Result<Says, String> {
    Ok(match key {
        Key::Call => Says::Call(value.split(',').map(call).collect::<Result<_, _>>()?),
        Key::Status => Says::Status(value.split(',').map(status).collect::<Result<_, _>>()?),
        Key::Host => Says::Host(value.to_lowercase()),
        Key::Url => Says::Url(value.to_owned()),
        Key::Session => Says::Session(value.to_owned()),
        Key::Connection => Says::Connection(value.to_owned()),
        Key::Text => Says::Text { words: value.to_owned(), is_quoted },
        Key::Credits => {
            let (compared, amount) = compared(value);
            Says::Credits(compared.unwrap_or(Compared::Equal), thousandths(amount)?)
        }
        Key::Took => {
            let (compared, span) = compared(value);
            let compared = compared.ok_or("took: wants a comparison, such as took:>2s.")?;
            Says::Took(compared, micros(span)?)
        }
        Key::After => Says::After(moment(value, now)?),
        Key::Before => Says::Before(moment(value, now)?),
    })
}

fn call(word: &str) -> Result<CallKind, String> {
    let found = CALLS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    found.map(|(_, kind)| kind).ok_or_else(|| {
        format!("“{word}” is no call: there are observe, step, scrape, start, extend and close.")
    })
}

fn status(word: &str) -> Result<StatusIs, String> {
    match word.to_ascii_lowercase().as_str() {
        "error" | "failed" => return Ok(StatusIs::Failed),
        "ok" => return Ok(StatusIs::Done),
        _ => {}
    }
    let class = word.strip_suffix("xx").or_else(|| word.strip_suffix("XX"));
    if let Some(class @ 1..=5) = class.and_then(|digit| digit.parse::<u16>().ok()) {
        return Ok(StatusIs::Http(class * 100, class * 100 + 99));
    }
    match word.parse() {
        Ok(status @ 100..=599) => Ok(StatusIs::Http(status, status)),
        _ => Err(format!(
            "“{word}” is no status: it is error, ok, a number such as 409, or a class such as 4xx."
        )),
    }
}

fn compared(value: &str) -> (Option<Compared>, &str) {
    let signs = [
        (">=", Compared::AtLeast),
        ("<=", Compared::AtMost),
        (">", Compared::More),
        ("<", Compared::Less),
        ("=", Compared::Equal),
    ];
    let found =
        signs.into_iter().find_map(|(sign, compared)| Some((Some(compared), value.strip_prefix(sign)?)));
    found.unwrap_or((None, value))
}

/// A number without sign or exponent, and at most so large that a product of it is one.
fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|letter| letter.is_ascii_digit() || letter == b'.');
    let number = if is_plain { text.parse::<f64>().ok() } else { None };
    number.filter(|&number| number <= 1e9)
}

#[expect(clippy::cast_possible_truncation, reason = "numbers are bounded where they are read")]
fn thousandths(text: &str) -> Result<i64, String> {
    let credits =
        number(text).ok_or_else(|| format!("“{text}” is no amount of credits, such as 2 or 0.5."))?;
    Ok((credits * 1_000.0).round() as i64)
}

#[expect(clippy::cast_possible_truncation, reason = "numbers are bounded where they are read")]
fn micros(text: &str) -> Result<i64, String> {
    let end = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (amount, unit) = text.split_at(end);
    let unit = match unit {
        "ms" => Some(1e3),
        "s" => Some(1e6),
        "m" | "min" => Some(60e6),
        _ => None,
    };
    match (number(amount), unit) {
        (Some(amount), Some(unit)) => Ok((amount * unit).round() as i64),
        _ => {
            Err(format!("“{text}” is no span of time: it is a number with ms, s or m, such as 800ms or 2s."))
        }
    }
}

/// A day begins at midnight of the person's zone; `2h` and `3d` are so long ago.
fn moment(text: &str, now: DateTime<FixedOffset>) -> Result<DateTime<Utc>, String> {
    let wrong = || {
        format!(
            "“{text}” is no time: it is a day such as 2026-11-20 or today, 2026-11-20T14:30, or 3h or 2d ago."
        )
    };
    let today = now.date_naive();
    let day = match text.to_ascii_lowercase().as_str() {
        "today" => Some(today),
        "yesterday" => today.checked_sub_days(Days::new(1)),
        _ => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
    };
    let local = day.map(|day| day.and_time(NaiveTime::MIN)).or_else(|| {
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    });
    if let Some(local) = local {
        let there = now.timezone().from_local_datetime(&local).earliest();
        return there.map(|there| there.to_utc()).ok_or_else(wrong);
    }
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let amount: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let ago = match unit {
        'm' => TimeDelta::try_minutes(amount),
        'h' => TimeDelta::try_hours(amount),
        'd' => TimeDelta::try_days(amount),
        _ => None,
    };
    ago.filter(|_| amount >= 0).and_then(|ago| now.to_utc().checked_sub_signed(ago)).ok_or_else(wrong)
}

//! Numbers, sizes, times and lists as people of each language write them.

use super::{Language, current, t, tn};

/// `1,204`, in both languages.
pub fn thousands(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as `3 %`, in Chinese `3%`, with that many digits after the point.
pub fn percent(share: f64, digits: usize) -> String {
    match current() {
        Language::English => format!("{:.digits$} %", share * 100.0),
        Language::Chinese => format!("{:.digits$}%", share * 100.0),
    }
}

/// `110 kB`, `4.2 MB`: powers of ten, as file managers show them. The same in both languages.
pub fn bytes(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.0} kB", value / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.1} GB", value / 1e9),
    }
}

/// `2.1 s`, `38 s`, `2 min 05 s`, `1 h 12 min`; in Chinese `2.1 秒`, `38 秒`, `2 分 05 秒`, `1 小时 12 分`.
pub fn duration(seconds: f64) -> String {
    let (hour, minute, second) = match current() {
        Language::English => ("h", "min", "s"),
        Language::Chinese => ("小时", "分", "秒"),
    };
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{:.1} {second}", seconds.max(0.0)),
        10..60 => format!("{whole} {second}"),
        60..3600 => format!("{} {minute} {:02} {second}", whole / 60, whole % 60),
        _ => format!("{} {hour} {:02} {minute}", whole / 3600, whole % 3600 / 60),
    }
}

/// `just now`, `5 minutes ago`, `yesterday`, `12 days ago`.
pub fn ago(seconds: u64) -> String {
    let count = |unit: u64| usize::try_from(seconds / unit).unwrap_or(usize::MAX);
    match seconds {
        0..60 => t!("just now").to_owned(),
        60..3_600 => tn!(count(60), "{n} minute ago", "{n} minutes ago"),
        3_600..86_400 => tn!(count(3_600), "{n} hour ago", "{n} hours ago"),
        86_400..172_800 => t!("yesterday").to_owned(),
        _ => tn!(count(86_400), "{n} day ago", "{n} days ago"),
    }
}

/// `24 Nov 03:12`, in Chinese `11月24日 03:12`; with a year `24 Nov 2026 03:12`, `2026年11月24日 03:12`. `month` counts from 1;
/// none where it is no month.
pub fn day_and_time(year: Option<usize>, month: usize, day: usize, hour: usize, minute: usize) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = MONTHS.get(month.checked_sub(1)?)?;
    Some(match (current(), year) {
        (Language::English, None) => format!("{day} {name} {hour:02}:{minute:02}"),
        (Language::English, Some(year)) => format!("{day} {name} {year} {hour:02}:{minute:02}"),
        (Language::Chinese, None) => format!("{month}月{day}日 {hour:02}:{minute:02}"),
        (Language::Chinese, Some(year)) => format!("{year}年{month}月{day}日 {hour:02}:{minute:02}"),
    })
}

/// `a, b, c`, in Chinese `a、b、c`.
pub fn list<T: AsRef<str>>(parts: &[T]) -> String {
    let between = match current() {
        Language::English => ", ",
        Language::Chinese => "、",
    };
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::super::within;
    use super::*;

    #[test]
    fn figures_are_written_as_people_read_them() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(11_177_538), "11,177,538");
        assert_eq!(bytes(110_432), "110 kB");
        assert_eq!(percent(0.034, 0), "3 %");
        assert_eq!(duration(2.13), "2.1 s");
        assert_eq!(duration(125.0), "2 min 05 s");
        assert_eq!(duration(4_320.0), "1 h 12 min");
        assert_eq!(ago(61), "1 minute ago");
        assert_eq!(ago(7_300), "2 hours ago");
        assert_eq!(ago(90_000), "yesterday");
        assert_eq!(day_and_time(None, 11, 24, 3, 12).as_deref(), Some("24 Nov 03:12"));
        assert_eq!(list(&["a", "b"]), "a, b");
    }

    #[test]
    fn and_in_chinese_as_chinese_people_do() {
        within(Language::Chinese, || {
            assert_eq!(percent(0.034, 1), "3.4%");
            assert_eq!(duration(2.13), "2.1 秒");
            assert_eq!(duration(125.0), "2 分 05 秒");
            assert_eq!(duration(4_320.0), "1 小时 12 分");
            assert_eq!(ago(61), "1 分钟前");
            assert_eq!(ago(90_000), "昨天");
            assert_eq!(ago(12 * 86_400), "12 天前");
            assert_eq!(day_and_time(None, 11, 24, 3, 12).as_deref(), Some("11月24日 03:12"));
            assert_eq!(day_and_time(None, 13, 1, 0, 0), None);
            assert_eq!(list(&["蚂蚁", "蜜蜂"]), "蚂蚁、蜜蜂");
        });
    }
}

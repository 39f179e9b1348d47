//! What the window has to say: cards that come up for a while in the corner, and the list of all of them.

use std::time::{SystemTime, UNIX_EPOCH};

use super::State;

/// Notices kept in the list.
const KEPT: usize = 200;
/// Cards shown at once; older ones are in the list only.
const CARDS: usize = 4;

/// How a notice is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeLevel {
    /// Something was done.
    Success,
    /// Good to know.
    Info,
    /// Something is not as it should be; the work goes on.
    Warning,
    /// Something could not be done.
    Error,
}

/// A line that appears for a while in the corner, and stays in the list of notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How grave.
    pub level: NoticeLevel,
    /// What happened, to which file, what to do.
    pub text: String,
    /// When, in seconds since 1970.
    pub unix_secs: u64,
}

/// A notice in the corner.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeCard {
    /// Tells it from the others.
    pub id: u64,
    /// What it says.
    pub notice: Notice,
    /// When it goes, in seconds of the window's clock; none before it is drawn for the first time.
    pub until: Option<f64>,
}

/// The corner and the list, besides the notices themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoticesView {
    /// In the corner, oldest first.
    pub cards: Vec<NoticeCard>,
    /// Whether the list is shown.
    pub open: bool,
    /// Warnings and errors that came since the list was looked at.
    pub unread: usize,
    made: u64,
}

impl NoticesView {
    fn add(&mut self, notice: Notice) {
        if matches!(notice.level, NoticeLevel::Warning | NoticeLevel::Error) && !self.open {
            self.unread += 1;
        }
        // Said again, it stays longer: it does not pile up.
        self.cards.retain(|card| (card.notice.level, &card.notice.text) != (notice.level, &notice.text));
        self.made += 1;
        self.cards.push(NoticeCard { id: self.made, notice, until: None });
        let surplus = self.cards.len().saturating_sub(CARDS);
        self.cards.drain(..surplus);
    }
}

impl State {
    /// Adds a notice.
    pub fn notify(&mut self, level: NoticeLevel, text: impl Into<String>) {
        let unix_secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let notice = Notice { level, text: text.into(), unix_secs };
        self.notices_view.add(notice.clone());
        self.notices.push(notice);
        let surplus = self.notices.len().saturating_sub(KEPT);
        self.notices.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corner_holds_the_last_few_and_the_list_all_of_them() {
        let mut state = State::default();
        for number in 0..6 {
            state.notify(NoticeLevel::Info, format!("notice {number}"));
        }
        let shown: Vec<_> = state.notices_view.cards.iter().map(|card| card.notice.text.as_str()).collect();
        assert_eq!(shown, ["notice 2", "notice 3", "notice 4", "notice 5"]);
        assert_eq!((state.notices.len(), state.notices_view.unread), (6, 0));
    }

    #[test]
    fn what_is_said_again_has_one_card_and_is_unread_until_the_list_is_open() {
        let mut state = State::default();
        state.notify(NoticeLevel::Error, "no");
        state.notify(NoticeLevel::Error, "no");
        assert_eq!((state.notices_view.cards.len(), state.notices_view.unread), (1, 2));
        state.notices_view = NoticesView { open: true, ..NoticesView::default() };
        state.notify(NoticeLevel::Error, "no");
        assert_eq!(state.notices_view.unread, 0);
    }
}

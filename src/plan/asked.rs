//! Where the answers go to what the host and the store are asked in the middle of a call.

use crate::base::time::Millis;
use crate::state::View;

use super::call::Call;
use super::event::{Answer, Ask, Step};

impl Call {
    /// What was asked was answered, or not in time.
    pub(super) fn heard(&mut self, now: Millis, view: View<'_>, ask: Ask, value: &Answer, step: &mut Step) {
        match ask {
            Ask::MayFallback => self.may_fall_back(now, view, *value == Answer::Yes, step),
            Ask::Reserve => self.reserved(now, view, value, step),
            Ask::Rank => self.rank(now, view, value, step),
            Ask::Filter => self.filtered(now, view, value, step),
            // Nothing is asked of that kind.
            Ask::Cache | Ask::BeforeRoute | Ask::CountTokens | Ask::FetchPart => {}
        }
    }
}

//! What of the sends beyond the first is paid for, and what is free.

use switchman::plan::Action;
use switchman::sim::Entry;
use switchman::state::{CALL_DEPOSIT, Delta, RETRY_PRICE};

use super::{Broken, Oracle, rule};

/// How many retries a step has to pay for.
enum Price {
    Exactly(usize),
    /// What the books cannot tell apart: a retry, or a free move to a higher level.
    AtMost(usize),
}

impl Oracle {
    /// A call puts a share in, once; a retry costs one token; a first send to who is well, and moving on, is free.
    pub(super) fn check_budget(&mut self, entry: &Entry) -> Result<(), Broken> {
        let tokens = |price: i64| {
            let is = |delta: &&Delta| matches!(delta, Delta::RetryTokens { milli, .. } if *milli == price);
            entry.step.deltas.iter().filter(is).count()
        };
        let all = entry.step.deltas.iter().filter(|delta| matches!(delta, Delta::RetryTokens { .. })).count();
        let (paid, put) = (tokens(-RETRY_PRICE), tokens(CALL_DEPOSIT));
        rule!(paid + put == all, "tokens that are neither a call's share nor a price");
        let is_known = self.calls.of(entry.call).target.is_some();
        let begins = entry.event.starts_with("begin") && is_known;
        rule!(put == usize::from(begins), "{put} shares of a call");
        self.tally.paid += paid;
        // What it was before the config changed the books cannot tell.
        let price = match self.price(entry) {
            Price::Exactly(_) if self.calls.of(entry.call).is_shaken => Price::AtMost(1),
            price => price,
        };
        match price {
            Price::Exactly(price) => rule!(paid == price, "{paid} tokens are paid, and the price is {price}"),
            Price::AtMost(price) => rule!(paid <= price, "{paid} tokens are paid, and the price is {price}"),
        }
        Ok(())
    }

    fn price(&self, entry: &Entry) -> Price {
        let call = self.calls.of(entry.call);
        let ended: Vec<_> = entry
            .step
            .deltas
            .iter()
            .filter_map(|delta| match delta {
                Delta::Ended { lease, .. } => Some(*lease),
                _ => None,
            })
            .collect();
        let is_left = |send: &&super::Send| !ended.contains(&send.lease);
        let is_alone = call.open().filter(is_left).count() == 0;
        let has_failed = !ended.is_empty() && is_alone;
        let waits = entry.step.deltas.iter().any(|delta| matches!(delta, Delta::Waits { .. }));
        match &entry.step.action {
            Some(Action::Send { deployment, .. } | Action::Resume { deployment, .. }) => {
                let to = *deployment;
                let known = &self.config.deployments[usize::from(to.0)];
                if !is_alone {
                    return Price::Exactly(1);
                }
                let group = |send: &super::Send| send.group;
                let stays = call.hop().last().is_some_and(|last| group(last) == known.group);
                if !has_failed || !stays {
                    return Price::Exactly(0);
                }
                let order = |send: &super::Send| {
                    self.config.deployments[usize::from(send.to.0)].order.unwrap_or(u32::MAX)
                };
                let level = call.hop().iter().map(order).max().unwrap_or(u32::MAX);
                let is_higher = known.order.unwrap_or(u32::MAX) > level;
                let is_closed = self.books.until(to).is_none() && self.books.credential_until(to).is_none();
                // From one deployment that was named to the group that it is of: that is a move.
                let named = call.hop().iter().any(|send| call.may_be_named(send.to));
                let is_named = named || call.may_be_named(to);
                // Of two sends, the one that was given up has not failed, and says nothing of the level.
                match (is_closed, is_higher || is_named || call.has_hedged) {
                    (true, _) => Price::Exactly(0),
                    (false, false) => Price::Exactly(1),
                    (false, true) => Price::AtMost(1),
                }
            }
            // It waits before it tries somebody again.
            None if has_failed && !waits => Price::Exactly(1),
            Some(_) | None => Price::Exactly(0),
        }
    }
}

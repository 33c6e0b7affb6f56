//! The moment that a call has asked to be woken at.

use crate::base::time::Millis;
use crate::error::{Fault, FaultKind};
use crate::plan::{Action, Event, Step};

use super::calls::CallId;
use super::router::Router;

impl Router {
    /// Reports that the moment has come. Whoever asks for a call that is not in the table any more has slept for longer than
    /// its slot was kept, because a clock was set back and forth; it must not wait for ever, so its call ends.
    pub fn tick(&mut self, now: Millis, id: CallId) -> Step {
        if self.running_call(id).is_some() {
            return self.step(now, id, Event::Tick);
        }
        let late = Fault::new(FaultKind::Timeout, "the call did not end before its deadline");
        Step { action: Some(Action::Done(Err(Box::new(late)))), ..Step::default() }
    }
}

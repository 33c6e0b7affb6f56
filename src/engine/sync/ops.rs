//! The words of the store's language: keys, operations, and what comes back.

use crate::base::hash::deployment_id;
use crate::config::{BudgetIx, DeploymentIx, RouterConfig};
use crate::state::{Counts, Measure};

use super::book::Amounts;
use super::money::budget_key;

/// The version of keys and values stands in the key: what a later version writes is not read here.
pub(super) const VERSION: &str = "sw1";

/// A larger amount is none: no provider serves so many tokens in a minute.
const MOST: f64 = 1e12;

/// The most that a JavaScript number counts exactly.
const MOST_NANO: f64 = 9_007_199_254_740_991.0;

/// What a store carries, and how old its view may become. Nothing, until the host says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carries {
    /// Circuits: it keeps the larger of two numbers.
    pub cool: bool,
    /// What limits count: it adds.
    pub usage: bool,
    /// How long answers took: it replaces bytes.
    pub latency: bool,
    /// Limits: it says whether something may be reserved.
    pub reserve: bool,
    /// How old the view may become before it is looked at again, beside a call, in ms.
    pub fresh_ms: u64,
}

impl Carries {
    pub(super) fn is_nothing(self) -> bool {
        !(self.cool || self.usage || self.latency)
    }
}

/// One operation on the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    /// Under which key.
    pub key: String,
    /// What to do.
    pub value: OpValue,
    /// For how long the store keeps it from then on, in seconds.
    pub ttl: u32,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpValue {
    /// Adds to a number.
    Add(i64),
    /// Keeps the larger number, of at most 2^53 - 1.
    Max(u64),
    /// Replaces the bytes.
    Put(Vec<u8>),
}

/// Operations that are written together. Delivered twice, they count once, as far as the store knows their id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Names the batch.
    pub id: String,
    /// What to write, in this order.
    pub ops: Vec<Op>,
    pub(super) counted: Vec<(DeploymentIx, u64, Amounts)>,
    /// Of each budget, in which period, how many billionths of a dollar.
    pub(super) paid: Vec<(BudgetIx, u64, i64)>,
}

/// What is to be loaded of one deployment, or of one budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub(super) ix: DeploymentIx,
    pub(super) keys: Vec<(Facet, String)>,
}

impl Wanted {
    /// Its keys, in the order in which their values are wanted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(_, key)| key.as_str())
    }
}

/// What stands under a key of the store, as far as it is of a kind that this router writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded {
    /// A number.
    Number(f64),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Loaded {
    /// How much was used; 0 for what is no amount.
    pub(super) fn amount(self) -> u64 {
        match self {
            Self::Number(number) if (0.0..=MOST).contains(&number) => number as u64,
            _ => 0,
        }
    }

    /// How many billionths of a dollar were spent; 0 for what is no amount.
    pub(super) fn nano(self) -> u64 {
        match self {
            Self::Number(number) if (0.0..=MOST_NANO).contains(&number) => number as u64,
            _ => 0,
        }
    }
}

/// What is told of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    /// Its circuit.
    Cool,
    /// How long its answers take.
    Latency,
    /// Its requests in a minute.
    Requests(u64),
    /// The tokens of these.
    Input(u64),
    /// The tokens of their answers.
    Output(u64),
    /// What is reserved of a limit in a minute.
    Held(Measure, u64),
    /// What is spent of a budget in a period, whatever the deployment.
    Spent(BudgetIx, u64),
}

impl Facet {
    pub(super) fn count_of(self, counts: &mut Counts) -> &mut u64 {
        match self {
            Self::Input(_) => &mut counts.input,
            Self::Output(_) => &mut counts.output,
            Self::Requests(_) | Self::Cool | Self::Latency | Self::Held(..) | Self::Spent(..) => {
                &mut counts.requests
            }
        }
    }
}

/// The key of a facet: `sw1/<store name>/<deployment>/<facet>`, with the number of the minute where there is one. `None`
/// for a deployment of another config, and one that is no more. What was made for a model has keys of its own, in which the
/// model is a hash, because a caller chose its name.
pub(super) fn key(config: &RouterConfig, ix: DeploymentIx, facet: Facet) -> Option<String> {
    if let Facet::Spent(budget, window) = facet {
        return budget_key(config, budget, window);
    }
    let known = config.deployment(ix).filter(|known| !known.is_retired)?;
    let id = match known.parent {
        None => known.id.clone(),
        Some(_) => format!("{}/{}", known.id, deployment_id(&[&known.model])),
    };
    let name = &config.host.store_name;
    Some(match facet {
        Facet::Cool => format!("{VERSION}/{name}/{id}/cool"),
        Facet::Latency => format!("{VERSION}/{name}/{id}/lat"),
        Facet::Requests(minute) => format!("{VERSION}/{name}/{id}/req/{minute}"),
        Facet::Input(minute) => format!("{VERSION}/{name}/{id}/tok/in/{minute}"),
        Facet::Output(minute) => format!("{VERSION}/{name}/{id}/tok/out/{minute}"),
        Facet::Spent(..) => return None,
        Facet::Held(measure, minute) => {
            let what = match measure {
                Measure::Requests => "rpm",
                Measure::Tokens => "tpm",
                Measure::Input => "itpm",
                Measure::Output => "otpm",
            };
            format!("{VERSION}/{name}/{id}/{what}/{minute}")
        }
    })
}

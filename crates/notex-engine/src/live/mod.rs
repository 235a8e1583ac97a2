//! Live sessions: how one starts, the task that owns each, and the calls that are made on it.

mod answer;
mod call;
mod changes;
mod charging;
mod deed;
mod end;
mod execution;
mod face;
mod observation;
mod registry;
mod running;
mod special;
mod start;
mod task;

pub(crate) use answer::{Answered, Turn};
pub(crate) use call::{Listing, PageCall, Screenshot};
pub(crate) use deed::{FormField, StepAction};
pub(crate) use registry::Registry;
pub(crate) use start::{one_shot, start};

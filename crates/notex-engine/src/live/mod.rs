//! Live sessions: how one starts, the task that owns each, and the calls that are made on it.

mod call;
mod charging;
mod end;
mod registry;
mod running;
mod special;
mod start;
mod task;

pub(crate) use call::{PageCall, Screenshot, StepAction};
pub(crate) use registry::Registry;
pub(crate) use start::{one_shot, start};

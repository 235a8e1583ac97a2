//! A hub without a window, and a server that is all of a real engine but what one contract lacks.

mod compare;
mod evidence;
mod flows;
mod only_current;
mod redaction;
mod seen;
mod traces;
mod words;

pub(crate) use only_current::{Extras, OnlyCurrent};
pub(crate) use seen::Seen;

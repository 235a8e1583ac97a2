//! What the screens' story is made of.

pub(crate) mod gallery;
pub(crate) mod scenes;
pub(crate) mod served;

//! The developer words.
fn main() {}

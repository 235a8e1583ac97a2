//! A small soak of the built engine; `cargo xtask bench soak` makes a large one.

use notex_journeys::soak::Soak;

/// A young engine still grows, and one built for debugging holds more.
const GROWTH_KB: u64 = 16 * 1024;

#[tokio::test]
async fn many_lives_leave_nothing_behind_and_cost_what_their_entries_say() {
    let soaked = Soak { sessions: 40, calls: 300, at_once: 4, growth_kb: GROWTH_KB }.run(|_| {}).await;
    assert!(soaked.refused >= 60, "some calls must be refused: {soaked:?}");
    assert_eq!(soaked.lives.values().sum::<usize>(), 40);
}

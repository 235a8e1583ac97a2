//! A charge by another card, as far as its reasons tell what was charged for.

use notex_session::{Credits, RateCard, Reason, ScrapeSize, Tokens};
use notex_wire::LedgerEntry;

/// What a charge would be by another card; `None` when its reasons are not in the words of a rate card.
pub(super) fn by_card(entry: &LedgerEntry, card: &RateCard) -> Option<Credits> {
    let mut what = Parts::default();
    for reason in &entry.reasons {
        what.take_in(reason)?;
    }
    Some(what.price(card))
}

/// What the reasons of a charge say was done. A part that cost nothing left no reason and counts as absent.
#[derive(Default)]
struct Parts {
    starts: u64,
    minutes: u64,
    steps: u64,
    /// Of each observe.
    observes: u64,
    actions: Option<u64>,
    screenshot: bool,
    scrapes: u64,
    kilobytes: Option<u64>,
    images: u64,
    tokens: u64,
}

impl Parts {
    fn take_in(&mut self, reason: &Reason) -> Option<()> {
        let words: Vec<&str> = reason.what.split(' ').collect();
        let number = |text: &str| text.parse::<u64>().ok();
        let grouped = |text: &str| number(&text.replace(',', ""));
        match words.as_slice() {
            ["start"] => self.starts += 1,
            ["session", "minute", _] => self.minutes += 1,
            ["step"] => self.steps += 1,
            ["observe"] => self.observes += 1,
            ["screenshot"] => self.screenshot = true,
            ["scrape"] => self.scrapes += 1,
            [actions, "actions"] => self.actions = Some(number(actions)?),
            [kilobytes, "KB", "of", "markdown"] => self.kilobytes = Some(number(kilobytes)?),
            [images, "images"] => self.images = number(images)?,
            [tokens, "tokens"] | ["about", tokens, "tokens"] => self.tokens = grouped(tokens)?,
            _ => return None,
        }
        Some(())
    }

    fn price(&self, card: &RateCard) -> Credits {
        let once = [
            card.start().total().times(self.starts),
            card.session_minute(1).total().times(self.minutes),
            card.step().total().times(self.steps),
            if self.screenshot { card.observe_screenshot } else { Credits::ZERO },
        ];
        let observes = match self.actions {
            Some(actions) => card.observe(actions).total(),
            // Not more than the card of the time included, which is taken to be no more than this one does.
            None => card.observe(0).total().times(self.observes),
        };
        let markdown_bytes = self.kilobytes.unwrap_or(0).saturating_mul(1024);
        let scrapes = match self.scrapes {
            0 => Credits::ZERO,
            _ => card.scrape(ScrapeSize { markdown_bytes, images: self.images }).total(),
        };
        let tokens = card.tokens(Tokens::Counted(self.tokens)).total();
        once.into_iter().chain([observes, scrapes, tokens]).sum()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use notex_session::Charge;
    use notex_wire::CallKind;
    use proptest::prelude::*;

    use super::*;

    fn entry(charge: &Charge) -> LedgerEntry {
        LedgerEntry {
            id: 1,
            at: DateTime::UNIX_EPOCH,
            session_id: "s-1".to_owned(),
            call: CallKind::Scrape,
            host: None,
            credits: charge.total(),
            reasons: charge.reasons().to_vec(),
        }
    }

    #[test]
    fn a_scrape_is_priced_anew_by_its_size_and_images() {
        let size = ScrapeSize { markdown_bytes: 30_000, images: 4 };
        let dear = RateCard { scrape_per_further_10_kb: Credits::whole(7), ..RateCard::default() };
        let charged = entry(&RateCard::default().scrape(size));
        assert_eq!(by_card(&charged, &dear), Some(dear.scrape(size).total()));
    }

    #[test]
    fn a_reason_of_another_make_is_not_guessed_at() {
        let reasons = vec![Reason { what: "agent run".to_owned(), credits: Credits::whole(3) }];
        let charged = LedgerEntry { reasons, ..entry(&Charge::default()) };
        assert_eq!(by_card(&charged, &RateCard::default()), None);
    }

    proptest! {
        #[test]
        fn by_the_card_it_was_charged_by_every_charge_is_what_it_was(
            bytes in 0u64..3_000_000, images in 0u64..90, actions in 0u64..2_000, kind in 0u8..8,
        ) {
            let card = RateCard { start: Credits::whole(2), ..RateCard::default() };
            let charge = match kind {
                0 => card.start(),
                1 => card.session_minute(actions),
                2 => card.observe(actions),
                3 => card.observe_with_screenshot(actions),
                4 => card.step(),
                5 => card.tokens(Tokens::Counted(bytes)),
                6 => card.scrape(ScrapeSize { markdown_bytes: bytes, images }).with(card.tokens(Tokens::About(bytes))),
                _ => card.scrape(ScrapeSize { markdown_bytes: bytes, images }),
            };
            prop_assert_eq!(by_card(&entry(&charge), &card), Some(charge.total()));
        }
    }
}

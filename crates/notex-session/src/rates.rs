//! What a call costs: the rate card, and the charge with its reasons.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Credits;

/// One part of a charge, in words: "2 base", "1.8 for 18 KB over 10 KB".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Reason {
    /// What is charged for.
    pub what: String,
    /// The part of the charge, in credits.
    pub credits: Credits,
}

/// What one call or one minute costs, with the reasons that add up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    reasons: Vec<Reason>,
}

impl Charge {
    fn of(what: impl Into<String>, credits: Credits) -> Self {
        Self::default().and(what, credits)
    }

    fn and(mut self, what: impl Into<String>, credits: Credits) -> Self {
        if !credits.is_zero() {
            self.reasons.push(Reason { what: what.into(), credits });
        }
        self
    }

    /// Both together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.reasons.extend(other.reasons);
        self
    }

    /// The sum of the reasons.
    pub fn total(&self) -> Credits {
        self.reasons.iter().map(|reason| reason.credits).sum()
    }

    /// The parts, none of them zero.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

/// How much a scrape produced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScrapeSize {
    /// The length of the markdown in bytes of UTF-8.
    pub markdown_bytes: u64,
    /// How many images were listed.
    pub images: u64,
}

/// Prices of calls. The default card is the one in the product's description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct RateCard {
    /// The card's name, shown wherever its prices are.
    pub name: String,
    /// Starting a session.
    pub start: Credits,
    /// Each started minute of a live session.
    pub session_minute: Credits,
    /// An observe of up to `observe_actions_included` actions.
    pub observe: Credits,
    /// How many actions the price of an observe includes.
    #[ts(type = "number")]
    pub observe_actions_included: u64,
    /// Each further started hundred of actions.
    pub observe_per_further_100_actions: Credits,
    /// An observe that takes a screenshot, on top.
    pub observe_screenshot: Credits,
    /// A step.
    pub step: Credits,
    /// A scrape of up to `scrape_bytes_included` bytes of markdown.
    pub scrape: Credits,
    /// How many bytes of markdown the price of a scrape includes.
    #[ts(type = "number")]
    pub scrape_bytes_included: u64,
    /// Each further started 10 KB (10,240 bytes) of markdown.
    pub scrape_per_further_10_kb: Credits,
    /// Each image listed.
    pub scrape_image: Credits,
    /// Each started 1,000 tokens of a language model; the default's in cards that were written before there was one.
    #[serde(default = "model_per_1000_tokens")]
    pub model_per_1000_tokens: Credits,
}

fn model_per_1000_tokens() -> Credits {
    RateCard::default().model_per_1000_tokens
}

/// What a language model has read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// As it said itself.
    Counted(u64),
    /// By the length of the texts: it did not say.
    About(u64),
}

const TEN_KB: u64 = 10 * 1024;

impl Default for RateCard {
    fn default() -> Self {
        Self {
            name: "Default".to_owned(),
            start: Credits::ZERO,
            session_minute: Credits::from_thousandths(100),
            observe: Credits::whole(1),
            observe_actions_included: 100,
            observe_per_further_100_actions: Credits::from_thousandths(500),
            observe_screenshot: Credits::from_thousandths(200),
            step: Credits::whole(1),
            scrape: Credits::whole(2),
            scrape_bytes_included: TEN_KB,
            scrape_per_further_10_kb: Credits::whole(1),
            scrape_image: Credits::from_thousandths(100),
            model_per_1000_tokens: Credits::from_thousandths(300),
        }
    }
}

impl RateCard {
    /// The price of starting a session.
    pub fn start(&self) -> Charge {
        Charge::of("start", self.start)
    }

    /// The price of the minute with this number, counted from 1.
    pub fn session_minute(&self, minute: u64) -> Charge {
        Charge::of(format!("session minute {minute}"), self.session_minute)
    }

    /// The price of an observe that listed `actions` actions, without a screenshot.
    pub fn observe(&self, actions: u64) -> Charge {
        let further = actions.saturating_sub(self.observe_actions_included).div_ceil(100);
        Charge::of("observe", self.observe)
            .and(format!("{actions} actions"), self.observe_per_further_100_actions.times(further))
    }

    /// The price of an observe that listed `actions` actions and took a screenshot.
    pub fn observe_with_screenshot(&self, actions: u64) -> Charge {
        self.observe(actions).and("screenshot", self.observe_screenshot)
    }

    /// The price of a step.
    pub fn step(&self) -> Charge {
        Charge::of("step", self.step)
    }

    /// The price of a scrape of this size.
    pub fn scrape(&self, size: ScrapeSize) -> Charge {
        let further = size.markdown_bytes.saturating_sub(self.scrape_bytes_included).div_ceil(TEN_KB);
        Charge::of("scrape", self.scrape)
            .and(
                format!("{} KB of markdown", size.markdown_bytes.div_ceil(1024)),
                self.scrape_per_further_10_kb.times(further),
            )
            .and(format!("{} images", size.images), self.scrape_image.times(size.images))
    }

    /// The price of what a language model has read and written.
    pub fn tokens(&self, tokens: Tokens) -> Charge {
        let (count, about) = match tokens {
            Tokens::Counted(count) => (count, ""),
            Tokens::About(count) => (count, "about "),
        };
        let price = self.model_per_1000_tokens.times(count.div_ceil(1000));
        Charge::of(format!("{about}{} tokens", grouped(count)), price)
    }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(charge: &Charge) -> String {
        charge.total().to_string()
    }

    #[test]
    fn the_default_card_charges_what_the_product_says() {
        let card = RateCard::default();
        assert_eq!(total(&card.start()), "0");
        assert_eq!(total(&card.session_minute(1)), "0.1");
        assert_eq!(total(&card.observe(100)), "1");
        assert_eq!(total(&card.observe(101)), "1.5");
        assert_eq!(total(&card.observe_with_screenshot(201)), "2.2");
        assert_eq!(total(&card.step()), "1");
        assert_eq!(total(&card.scrape(ScrapeSize { markdown_bytes: 10_240, images: 0 })), "2");
        assert_eq!(total(&card.scrape(ScrapeSize { markdown_bytes: 10_241, images: 3 })), "3.3");
    }

    #[test]
    fn a_charge_says_why() {
        let charge = RateCard::default().scrape(ScrapeSize { markdown_bytes: 18 * 1024, images: 0 });
        let words: Vec<_> = charge.reasons().iter().map(|r| format!("{} {}", r.credits, r.what)).collect();
        assert_eq!(words, ["2 scrape", "1 18 KB of markdown"]);
    }

    #[test]
    fn tokens_are_charged_by_the_started_thousand_and_say_when_they_are_an_estimate() {
        let card = RateCard::default();
        let said = |tokens| {
            let charge = card.tokens(tokens);
            charge.reasons().iter().map(|r| format!("{} {}", r.credits, r.what)).collect::<String>()
        };
        assert_eq!(said(Tokens::Counted(3_400)), "1.2 3,400 tokens");
        assert_eq!(said(Tokens::About(1_000)), "0.3 about 1,000 tokens");
        assert_eq!(said(Tokens::Counted(1)), "0.3 1 tokens");
        assert_eq!(said(Tokens::Counted(1_234_567)), "370.5 1,234,567 tokens");
        assert_eq!(said(Tokens::Counted(0)), "");
    }

    #[test]
    fn a_card_from_before_there_were_tokens_has_the_default_price_for_them() {
        let mut card = serde_json::to_value(RateCard::default()).unwrap();
        card.as_object_mut().unwrap().remove("model_per_1000_tokens");
        assert_eq!(serde_json::from_value::<RateCard>(card).unwrap(), RateCard::default());
    }

    #[test]
    fn a_card_with_an_unknown_price_is_refused() {
        let mut card = serde_json::to_value(RateCard::default()).unwrap();
        card["telepathy"] = 1.into();
        assert!(serde_json::from_value::<RateCard>(card).is_err());
    }

    proptest! {
        #[test]
        fn more_work_never_costs_less(bytes in 0u64..10_000_000, more in 0u64..10_000_000, images in 0u64..500) {
            let card = RateCard::default();
            let less = card.scrape(ScrapeSize { markdown_bytes: bytes, images }).total();
            let most = card.scrape(ScrapeSize { markdown_bytes: bytes + more, images }).total();
            prop_assert!(less <= most);
            prop_assert!(card.observe(bytes).total() <= card.observe(bytes + more).total());
        }

        #[test]
        fn the_reasons_add_up_to_the_charge(bytes in 0u64..10_000_000, images in 0u64..500) {
            let charge = RateCard::default().scrape(ScrapeSize { markdown_bytes: bytes, images });
            prop_assert_eq!(charge.reasons().iter().map(|r| r.credits).sum::<Credits>(), charge.total());
        }
    }
}

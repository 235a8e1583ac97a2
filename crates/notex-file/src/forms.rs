//! The ways one secret can be written: as it is, in an address, in JSON, in base64. What HTML writes otherwise is undone
//! before it is searched.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::html;

/// What addresses and scripts leave as it is.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What `encodeURIComponent` leaves besides.
const IN_COMPONENT: &AsciiSet = &IN_ADDRESS.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');
/// The base64 of a shorter secret is found in too much that is none.
const SHORTEST_IN_BASE64: usize = 6;
/// A secret of references alone could become a bracket.
const SHORTEST_UNDONE: usize = 4;

/// Each way once; the secret itself is the first.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    for set in [IN_ADDRESS, IN_COMPONENT] {
        let encoded = utf8_percent_encode(secret, set).to_string();
        forms.extend([encoded.replace("%20", "+"), in_lower_case(&encoded), encoded]);
    }
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    // As JSON is written that stands in a script of a page.
    let [lower, upper] = [["\\u003c", "\\u003e"], ["\\u003C", "\\u003E"]].map(|[less, more]| {
        json.replace('<', less).replace('>', more).replace('&', "\\u0026").replace('\'', "\\u0027")
    });
    forms.extend([json.replace('/', "\\/"), lower, upper, json]);
    // Where it is searched for, its own references are undone too.
    forms.extend(Some(html::undone(secret)).filter(|undone| undone.len() >= SHORTEST_UNDONE));
    if secret.len() >= SHORTEST_IN_BASE64 {
        for before in 0..3 {
            forms.extend(
                [
                    STANDARD_NO_PAD.encode(padded(secret, before)),
                    URL_SAFE_NO_PAD.encode(padded(secret, before)),
                ]
                .map(|encoded| encoded[sure(before, secret.len())].to_owned()),
            );
        }
    }
    let mut known = std::collections::HashSet::new();
    forms.retain(|form| known.insert(form.clone()));
    forms
}

/// The secret after so many bytes of something else.
fn padded(secret: &str, before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret.as_bytes());
    bytes
}

/// The digits of the base64 that hang on the secret alone, and not on what stands around it.
fn sure(before: usize, length: usize) -> std::ops::Range<usize> {
    (before * 8).div_ceil(6)..(before + length) * 8 / 6
}

/// `%2F` as `%2f`.
fn in_lower_case(encoded: &str) -> String {
    let mut left = 0;
    let lower = |sign: char| {
        if sign == '%' {
            left = 2;
            return sign;
        }
        if left > 0 {
            left -= 1;
            return sign.to_ascii_lowercase();
        }
        sign
    };
    encoded.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_secret_is_known_in_addresses_and_json() {
        let forms = forms("a/b \"ü\" & 'c'");
        for form in [
            "a/b \"ü\" & 'c'",
            "a%2Fb%20%22%C3%BC%22%20%26%20%27c%27",
            "a%2fb%20%22%c3%bc%22%20%26%20%27c%27",
            "a%2Fb+%22%C3%BC%22+%26+'c'",
            "a/b \\\"ü\\\" & 'c'",
            "a\\/b \\\"ü\\\" & 'c'",
            "a/b \\\"ü\\\" \\u0026 \\u0027c\\u0027",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form} is not in {forms:#?}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_known_in_the_base64_of_whatever_is_around_it(
            before in proptest::collection::vec(any::<u8>(), 0..9),
            secret in "[a-zA-Z0-9:/+ü]{6,30}",
            after in proptest::collection::vec(any::<u8>(), 0..9),
        ) {
            let whole: Vec<u8> = [before.as_slice(), secret.as_bytes(), after.as_slice()].concat();
            let forms = forms(&secret);
            for encoded in [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                prop_assert!(forms.iter().any(|form| encoded.contains(form.as_str())));
            }
        }
    }
}

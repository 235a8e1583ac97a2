//! Which field of a form a key of `form_fill` means: the one that says so itself, by what browsers fill in on their
//! own (`autocomplete`), by its type, or by its name or id.

use serde_json::Value;

use super::invalid;
use crate::browser::{Act, Deed, Selector, Target};
use crate::live::FormField;
use crate::refusal::Refused;

/// Key, `autocomplete` word, further CSS that says the same.
const FIELDS: [(&str, &str, &str); 25] = [
    ("title", "honorific-prefix", ""),
    ("first_name", "given-name", ""),
    ("middle_name", "additional-name", ""),
    ("last_name", "family-name", ""),
    ("full_name", "name", ""),
    ("email", "email", "input[type=email]"),
    ("company", "organization", ""),
    ("address1", "address-line1", ""),
    ("address2", "address-line2", ""),
    ("address3", "address-line3", ""),
    ("city", "address-level2", ""),
    ("state", "address-level1", ""),
    ("postal_code", "postal-code", ""),
    ("country", "country", ""),
    ("phone", "tel", "input[type=tel]"),
    ("cc_name", "cc-name", ""),
    ("cc_number", "cc-number", ""),
    ("cc_exp_month", "cc-exp-month", ""),
    ("cc_exp_year", "cc-exp-year", ""),
    ("cc_exp", "cc-exp", ""),
    ("cc_cvv", "cc-csc", ""),
    ("username", "username", ""),
    ("current_password", "current-password", "input[type=password]:not([autocomplete~=\"new-password\" i])"),
    ("new_password", "new-password", ""),
    ("totp", "one-time-code", ""),
];

/// The fields of a form and what they are to hold.
pub(super) fn fields(value: Option<Value>) -> Result<Vec<FormField>, Refused> {
    let Some(Value::Object(values)) = value else {
        return Err(invalid(
            "value",
            "value must be an object of field names and texts, like {\"email\": \"…\"}",
        ));
    };
    if values.contains_key("password") && values.contains_key("current_password") {
        return Err(invalid("value.password", "password and current_password mean the same; give one"));
    }
    let mut fields = Vec::new();
    for (key, value) in values {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            _ => return Err(invalid(&format!("value.{key}"), format!("value.{key} must be text"))),
        };
        let meant = if key == "password" { "current_password" } else { key.as_str() };
        let Some((name, word, further)) = FIELDS.iter().find(|(name, _, _)| *name == meant) else {
            let shown: String = key.chars().take(80).collect();
            return Err(invalid("value", format!("value: no field of a form is known as `{shown}`")));
        };
        let target = Target::Selector(Selector::Css(css(name, word, further)));
        let deed = Deed::Operate { value: Some(text) };
        fields.push(FormField { key, act: Act { target, deed, enter: false, timeout: None } });
    }
    if fields.is_empty() {
        return Err(invalid("value", "value names no field to fill"));
    }
    Ok(fields)
}

fn css(name: &str, word: &str, further: &str) -> String {
    let (joined, dashed) = (name.replace('_', ""), name.replace('_', "-"));
    let mut ways = vec![format!("[autocomplete~=\"{word}\" i]")];
    for spelling in [name, joined.as_str(), dashed.as_str()] {
        ways.push(format!("[name=\"{spelling}\" i]"));
        ways.push(format!("[id=\"{spelling}\" i]"));
    }
    ways.dedup();
    let controls = ways.iter().map(|way| format!(":is(input, select, textarea){way}"));
    controls.chain((!further.is_empty()).then(|| further.to_owned())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_means_the_field_that_says_so_itself() {
        let fields = fields(Some(json!({ "email": "a@b.example", "company": null }))).unwrap();
        assert_eq!(fields.len(), 1);
        let Target::Selector(Selector::Css(css)) = &fields[0].act.target else { panic!("CSS is expected") };
        for way in ["[autocomplete~=\"email\" i]", "[name=\"email\" i]", "input[type=email]"] {
            assert!(css.contains(way), "{css}");
        }
    }

    #[test]
    fn what_names_no_field_is_refused() {
        for wrong in [
            json!({}),
            json!({ "email": null }),
            json!({ "shoe_size": "43" }),
            json!({ "email": 1 }),
            json!("text"),
            json!({ "password": "a", "current_password": "b" }),
        ] {
            assert!(fields(Some(wrong.clone())).is_err(), "{wrong}");
        }
    }
}

//! Keys as the protocol wants them, from the names that people and scripts use. One table for shortcuts, for what an
//! act types, and for a person's own keyboard.

use serde_json::{Value, json};

use crate::browser::PageError;

/// Bits of the protocol for held keys.
const ALT: u8 = 1;
const CONTROL: u8 = 2;
const META: u8 = 4;
const SHIFT: u8 = 8;
const MOST_KEYS: usize = 8;

/// A key of the keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// As `KeyboardEvent.key` has it.
    pub(super) key: String,
    /// As `KeyboardEvent.code` has it.
    pub(super) code: String,
    /// The number that Windows gave it, which pages read as `keyCode`.
    pub(super) number: u32,
    /// What it types.
    pub(super) text: String,
}

/// A key with the ones that are held meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) held: Vec<Key>,
    pub(super) key: Key,
}

/// Name, other names, code, number, text.
type Named = (&'static str, &'static [&'static str], &'static str, u32, &'static str);

const NAMED: [Named; 30] = [
    ("Enter", &["Return", "NumpadEnter"], "Enter", 13, "\r"),
    ("Tab", &[], "Tab", 9, ""),
    ("Backspace", &[], "Backspace", 8, ""),
    ("Delete", &["Del"], "Delete", 46, ""),
    ("Escape", &["Esc"], "Escape", 27, ""),
    (" ", &["Space", "Spacebar"], "Space", 32, " "),
    ("ArrowLeft", &["Left"], "ArrowLeft", 37, ""),
    ("ArrowUp", &["Up"], "ArrowUp", 38, ""),
    ("ArrowRight", &["Right"], "ArrowRight", 39, ""),
    ("ArrowDown", &["Down"], "ArrowDown", 40, ""),
    ("PageUp", &[], "PageUp", 33, ""),
    ("PageDown", &[], "PageDown", 34, ""),
    ("End", &[], "End", 35, ""),
    ("Home", &[], "Home", 36, ""),
    ("Insert", &[], "Insert", 45, ""),
    ("Shift", &["ShiftLeft"], "ShiftLeft", 16, ""),
    ("Shift", &["ShiftRight"], "ShiftRight", 16, ""),
    ("Control", &["ControlLeft", "Ctrl"], "ControlLeft", 17, ""),
    ("Control", &["ControlRight"], "ControlRight", 17, ""),
    ("Alt", &["AltLeft", "Option"], "AltLeft", 18, ""),
    ("Alt", &["AltRight"], "AltRight", 18, ""),
    ("Meta", &["MetaLeft", "Cmd", "Command", "Super"], "MetaLeft", 91, ""),
    ("Meta", &["MetaRight"], "MetaRight", 92, ""),
    ("CapsLock", &[], "CapsLock", 20, ""),
    ("NumLock", &[], "NumLock", 144, ""),
    ("ScrollLock", &[], "ScrollLock", 145, ""),
    ("Pause", &[], "Pause", 19, ""),
    ("PrintScreen", &[], "PrintScreen", 44, ""),
    ("ContextMenu", &[], "ContextMenu", 93, ""),
    ("AltGraph", &[], "AltRight", 18, ""),
];

/// Code, number, and what the key types without and with shift.
const SIGNS: [(&str, u32, char, char); 21] = [
    ("Digit1", 49, '1', '!'),
    ("Digit2", 50, '2', '@'),
    ("Digit3", 51, '3', '#'),
    ("Digit4", 52, '4', '$'),
    ("Digit5", 53, '5', '%'),
    ("Digit6", 54, '6', '^'),
    ("Digit7", 55, '7', '&'),
    ("Digit8", 56, '8', '*'),
    ("Digit9", 57, '9', '('),
    ("Digit0", 48, '0', ')'),
    ("Semicolon", 186, ';', ':'),
    ("Equal", 187, '=', '+'),
    ("Comma", 188, ',', '<'),
    ("Minus", 189, '-', '_'),
    ("Period", 190, '.', '>'),
    ("Slash", 191, '/', '?'),
    ("Backquote", 192, '`', '~'),
    ("BracketLeft", 219, '[', '{'),
    ("Backslash", 220, '\\', '|'),
    ("BracketRight", 221, ']', '}'),
    ("Quote", 222, '\'', '"'),
];

impl Key {
    /// The key with a name: `Enter`, `a`, `KeyA`, `F5`.
    pub(super) fn named(name: &str) -> Option<Key> {
        let special = NAMED.iter().find(|(key, others, ..)| *key == name || others.contains(&name));
        if let Some((key, _, code, number, text)) = special {
            return Some(Key::of(key, code, *number, text));
        }
        let function = name.strip_prefix('F').and_then(|number| number.parse::<u32>().ok());
        if let Some(number) = function.filter(|number| (1..=24).contains(number)) {
            return Some(Key::of(name, name, 111 + number, ""));
        }
        let mut chars = name.chars();
        if let (Some(sign), None) = (chars.next(), chars.next()) {
            return (!sign.is_control()).then(|| Key::typing(sign));
        }
        let letter = name.strip_prefix("Key").filter(|rest| rest.len() == 1);
        if let Some(letter) = letter.and_then(|rest| rest.chars().next()).filter(char::is_ascii_uppercase) {
            return Some(Key::typing(letter.to_ascii_lowercase()));
        }
        SIGNS.iter().find(|(code, ..)| *code == name).map(|(_, _, plain, _)| Key::typing(*plain))
    }

    /// The key that types a sign on an American keyboard; one that is on none of its keys has no number.
    fn typing(sign: char) -> Key {
        let text = sign.to_string();
        if sign.is_ascii_alphabetic() {
            let upper = sign.to_ascii_uppercase();
            return Key::of(&text, &format!("Key{upper}"), u32::from(upper), &text);
        }
        let known = SIGNS.iter().find(|(_, _, plain, shifted)| sign == *plain || sign == *shifted);
        known.map_or_else(
            || Key::of(&text, "", 0, &text),
            |(code, number, ..)| Key::of(&text, code, *number, &text),
        )
    }

    /// The key that a person's own keyboard told of.
    pub(super) fn told(key: &str, code: &str) -> Option<Key> {
        let mut found = Key::named(key).or_else(|| Key::named(code))?;
        if Key::named(key).is_none() {
            key.clone_into(&mut found.key);
            found.text.clear();
        }
        if !code.is_empty() {
            code.clone_into(&mut found.code);
        }
        if found.number == 0 {
            // A sign of another layout stands on a key that has a number there too.
            found.number = Key::named(code).map_or(0, |place| place.number);
        }
        Some(found)
    }

    fn of(key: &str, code: &str, number: u32, text: &str) -> Key {
        Key { key: key.to_owned(), code: code.to_owned(), number, text: text.to_owned() }
    }

    fn bit(&self) -> u8 {
        match self.key.as_str() {
            "Alt" => ALT,
            "Control" => CONTROL,
            "Meta" => META,
            "Shift" => SHIFT,
            _ => 0,
        }
    }

    fn shifted(mut self) -> Key {
        let mut chars = self.key.chars();
        let (Some(sign), None) = (chars.next(), chars.next()) else { return self };
        let known = SIGNS.iter().find(|(_, _, plain, _)| sign == *plain);
        let shifted = known.map_or_else(|| sign.to_ascii_uppercase(), |(.., shifted)| *shifted);
        self.key = shifted.to_string();
        self.text = self.key.clone();
        self
    }

    /// The event of its going down while others are held.
    pub(super) fn down(&self, modifiers: u8) -> Value {
        let types = modifiers & (ALT | CONTROL | META) == 0 && !self.text.is_empty();
        let mut event = self.event(if types { "keyDown" } else { "rawKeyDown" }, modifiers);
        if types {
            event["text"] = json!(self.text);
            event["unmodifiedText"] = json!(self.text);
        }
        let commands = editing(&self.code, modifiers);
        if !commands.is_empty() {
            event["commands"] = json!(commands);
        }
        event
    }

    /// The event of its going up.
    pub(super) fn up(&self, modifiers: u8) -> Value {
        self.event("keyUp", modifiers)
    }

    fn event(&self, kind: &str, modifiers: u8) -> Value {
        let location = match self.code.as_str() {
            code if self.bit() != 0 && code.ends_with("Right") => 2,
            _ if self.bit() != 0 => 1,
            _ => 0,
        };
        json!({
            "type": kind, "key": self.key, "code": self.code, "windowsVirtualKeyCode": self.number,
            "nativeVirtualKeyCode": self.number, "modifiers": modifiers, "location": location,
        })
    }
}

/// On a Mac the system turns shortcuts into editing, and events that are made up never pass it.
fn editing(code: &str, modifiers: u8) -> &'static [&'static str] {
    if std::env::consts::OS != "macos" || modifiers & META == 0 {
        return &[];
    }
    match code {
        "KeyA" => &["selectAll"],
        "KeyC" => &["copy"],
        "KeyX" => &["cut"],
        "KeyV" => &["paste"],
        "KeyZ" if modifiers & SHIFT != 0 => &["redo"],
        "KeyZ" => &["undo"],
        _ => &[],
    }
}

impl Stroke {
    /// A key or a shortcut: `Enter`, `Control+a`, `Shift+ArrowDown`, `Control++`.
    pub(super) fn read(keys: &str) -> Result<Stroke, PageError> {
        let unknown = |name: &str| {
            PageError::NotOperable(format!(
                "there is no key {name:?}; keys are named like Enter, Tab, ArrowDown, a, Control+a"
            ))
        };
        let mut names: Vec<&str> = if keys == "+" {
            vec!["+"]
        } else if let Some(before) = keys.strip_suffix("++") {
            before.split('+').chain(["+"]).collect()
        } else {
            keys.split('+').collect()
        };
        if names.len() > MOST_KEYS {
            return Err(unknown(&keys.chars().take(40).collect::<String>()));
        }
        let last = names.pop().unwrap_or_default();
        let mut held = Vec::new();
        for name in names {
            let name = match name {
                "ControlOrMeta" if std::env::consts::OS == "macos" => "Meta",
                "ControlOrMeta" => "Control",
                name => name,
            };
            let key = Key::named(name).filter(|key| key.bit() != 0).ok_or_else(|| unknown(name))?;
            held.push(key);
        }
        let key = Key::named(last).ok_or_else(|| unknown(&last.chars().take(40).collect::<String>()))?;
        let shift = held.iter().any(|key| key.bit() == SHIFT);
        Ok(Stroke { held, key: if shift { key.shifted() } else { key } })
    }

    /// The events of pressing and letting go, in order.
    pub(super) fn events(&self) -> Vec<Value> {
        let mut events = Vec::new();
        let mut modifiers = 0;
        for key in &self.held {
            modifiers |= key.bit();
            events.push(key.down(modifiers));
        }
        events.push(self.key.down(modifiers | self.key.bit()));
        events.push(self.key.up(modifiers));
        for key in self.held.iter().rev() {
            modifiers &= !key.bit();
            events.push(key.up(modifiers));
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_the_names_people_use() {
        for (name, key, code, number, text) in [
            ("Enter", "Enter", "Enter", 13, "\r"),
            ("Space", " ", "Space", 32, " "),
            ("a", "a", "KeyA", 65, "a"),
            ("Z", "Z", "KeyZ", 90, "Z"),
            ("KeyQ", "q", "KeyQ", 81, "q"),
            ("5", "5", "Digit5", 53, "5"),
            ("%", "%", "Digit5", 53, "%"),
            ("F5", "F5", "F5", 116, ""),
            ("é", "é", "", 0, "é"),
            ("Slash", "/", "Slash", 191, "/"),
        ] {
            assert_eq!(Key::named(name), Some(Key::of(key, code, number, text)), "{name}");
        }
        for name in ["", "Nonsense", "F25", "KeyÄ", "\n"] {
            assert_eq!(Key::named(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_shortcut_holds_its_keys_around_the_last_one_and_types_nothing() {
        let stroke = Stroke::read("Control+Shift+a").unwrap();
        assert_eq!(stroke.key.key, "A");
        let told: Vec<(String, String, u64)> = stroke
            .events()
            .iter()
            .map(|e| {
                let word = |name: &str| e[name].as_str().unwrap().to_owned();
                (word("type"), word("key"), e["modifiers"].as_u64().unwrap())
            })
            .collect();
        let expected = [
            ("rawKeyDown", "Control", 2),
            ("rawKeyDown", "Shift", 10),
            ("rawKeyDown", "A", 10),
            ("keyUp", "A", 10),
            ("keyUp", "Shift", 2),
            ("keyUp", "Control", 0),
        ];
        let expected: Vec<_> = expected.iter().map(|(t, k, m)| (t.to_string(), k.to_string(), *m)).collect();
        assert_eq!(told, expected);
        assert_eq!(Stroke::read("Control++").unwrap().key.code, "Equal");
        assert_eq!(Stroke::read("+").unwrap().key.text, "+");
        for wrong in ["", "Control+", "a+b", "Enter+", "Hyper+a", "1+1+1+1+1+1+1+1+1+1"] {
            assert!(matches!(Stroke::read(wrong), Err(PageError::NotOperable(_))), "{wrong}");
        }
    }

    #[test]
    fn a_key_of_another_layout_has_the_number_of_its_place() {
        assert_eq!(Key::told("é", "Digit2"), Some(Key::of("é", "Digit2", 50, "é")));
        assert_eq!(Key::told("Dead", "BracketLeft"), Some(Key::of("Dead", "BracketLeft", 219, "")));
        assert_eq!(Key::told("Nonsense", "Nowhere"), None);
    }
}

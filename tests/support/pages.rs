//! Pages of a known size, the same in every run: what benchmarks and the soak open.

use std::fmt::Write;

const WORDS: [&str; 24] = [
    "river", "market", "window", "garden", "letter", "engine", "paper", "silver", "winter", "order",
    "number", "copper", "bridge", "answer", "record", "value", "station", "pattern", "harbour", "forest",
    "theory", "island", "museum", "season",
];

const STYLE: &str = "body{font:14px/1.5 sans-serif;margin:0;color:#222}header,footer{background:#eef;padding:8px 16px}\
    main{max-width:1100px;margin:0 auto;padding:16px}\
    .grid{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;list-style:none;padding:0}\
    .card{border:1px solid #ccc;padding:8px;border-radius:6px}.hide{display:none}label{display:block;margin:6px 0}";

const FIELDS: &str = r#"<form action="/small">
<label>Full name <input name="name" placeholder="Full name"></label>
<label>Email <input name="email" type="email"></label>
<label>Phone <input name="phone" type="tel"></label>
<label>City <input name="city"></label>
<label>Search <input name="q" type="search"></label>
<label>Quantity <input name="quantity" type="number" value="1"></label>
<label>Message <textarea name="message"></textarea></label>
<label>Country <select name="country"><option>Germany</option><option>France</option><option>Italy</option></select></label>
<label><input type="checkbox" name="news"> Newsletter</label>
<label><input type="checkbox" name="terms"> Accept terms</label>
<button>Send</button> <button type="button">Press me</button></form>"#;

/// A form: 20 things that can be done.
pub(crate) fn small() -> String {
    let links = ["Home", "Target", "First", "Second", "Third", "List", "Help", "Terms"]
        .map(|name| format!("<a href=\"/small?{name}\">{name}</a> "))
        .concat();
    page(
        "Small form",
        &format!("<header><nav>{links}</nav></header><main><h1>Small form</h1>{FIELDS}</main>"),
    )
}

/// Cards with three things that can be done and about 30 nodes each: 100 are the medium page, 1,000 the large one.
pub(crate) fn list(cards: usize) -> String {
    let mut words = Words(0);
    let mut items = String::new();
    for card in 0..cards {
        let [name, maker, price, note] = [words.some(2), words.some(1), words.number(), words.some(12)];
        let rows: String = (0..3)
            .map(|_| {
                let [what, how, much] = [words.some(1), words.some(1), words.number()];
                format!("<tr><th>{what}</th><td><span>{how}</span> <em>{much}</em></td></tr>")
            })
            .collect();
        let _ = write!(
            items,
            "<li class=\"card\"><a href=\"/small?card={card}\"><h3>Item {card} {name}</h3></a>\
             <p><b>{price}.50</b> <small>{maker}</small></p><p><span>{note}.</span></p>\
             <table><tbody>{rows}</tbody></table><div class=\"hide\"><i>{maker}</i></div>\
             <div><label>Quantity <input type=\"number\" name=\"q{card}\" value=\"1\"></label> \
             <button type=\"button\">Add item {card}</button></div></li>"
        );
    }
    let body = format!(
        "<header><h1>List</h1></header><main><ul class=\"grid\">{items}</ul></main><footer><p>End</p></footer>"
    );
    page("List", &body)
}

/// An article of about two kilobytes a section, with a menu before it and other pages beside it.
pub(crate) fn article(sections: usize) -> String {
    let mut words = Words(sections);
    let links = |words: &mut Words, count: usize| -> String {
        (0..count).map(|link| format!("<li><a href=\"/small?{link}\">{}</a></li>", words.some(3))).collect()
    };
    let [menu, others] = [links(&mut words, 12), links(&mut words, 10)];
    let mut body = String::new();
    for section in 0..sections {
        let _ = write!(body, "<h2>{}</h2>", words.some(4));
        for _ in 0..3 {
            let said: String =
                (0..4).map(|_| format!("The {}, and {}. ", words.some(9), words.some(6))).collect();
            let _ = write!(body, "<p>{said}</p>");
        }
        body.push_str(&match section % 3 {
            0 => format!("<ul>{}</ul>", links(&mut words, 4)),
            1 => {
                let row = |words: &mut Words| {
                    format!("<tr><td>{}</td><td>{}</td></tr>", words.some(1), words.number())
                };
                let rows: String = (0..5).map(|_| row(&mut words)).collect();
                format!(
                    "<table><thead><tr><th>Place</th><th>Count</th></tr></thead><tbody>{rows}</tbody></table>"
                )
            }
            _ => format!(
                "<pre><code>let x = {};</code></pre><blockquote><p>{}.</p></blockquote>",
                words.number(),
                words.some(9)
            ),
        });
    }
    let body = format!(
        "<header><nav><ul>{menu}</ul></nav></header><aside><h3>Related</h3><ul>{others}</ul></aside>\
         <main><article><h1>Article of {sections} sections</h1>{body}</article></main><footer><p>End</p></footer>"
    );
    page("Article", &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head><body>{body}</body></html>"
    )
}

/// Words without meaning in an order that never changes.
struct Words(usize);

impl Words {
    fn number(&mut self) -> String {
        self.0 = (self.0 * 1_103_515_245 + 12_345) % 2_147_483_648;
        (self.0 / 65_536 % 500).to_string()
    }

    fn some(&mut self, count: usize) -> String {
        let chosen: Vec<&str> = (0..count)
            .map(|_| {
                self.0 = (self.0 * 1_103_515_245 + 12_345) % 2_147_483_648;
                WORDS[self.0 / 65_536 % WORDS.len()]
            })
            .collect();
        chosen.join(" ")
    }
}

/// Towers of tables in the cells of tables, with a word in each.
pub(crate) fn nested_tables(bytes: usize) -> String {
    let tower = "<table><tr><td>cell ".repeat(30) + &"</td></tr></table>".repeat(30);
    format!("<!doctype html><title>Nested</title><main><h1>Nested</h1>{}", tower.repeat(bytes / tower.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_have_as_much_to_do_as_their_sizes_say() {
        let doable = |page: &str| {
            ["<a ", "<input", "<button", "<select", "<textarea"]
                .iter()
                .map(|tag| page.matches(tag).count())
                .sum()
        };
        let counts: [usize; 3] = [doable(&small()), doable(&list(100)), doable(&list(1000))];
        assert_eq!(counts, [20, 300, 3000]);
    }
}

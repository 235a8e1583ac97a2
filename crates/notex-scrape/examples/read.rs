//! Prints the markdown of an HTML file: `cargo run -p notex-scrape --example read -- FILE [all]`.

use notex_scrape::{Page, Wish};

fn main() -> std::io::Result<()> {
    let mut words = std::env::args().skip(1);
    let html = std::fs::read_to_string(words.next().unwrap_or_default())?;
    let main = words.next().is_none();
    let content = Page::parse(&html, "https://example.com/a/page").content(&Wish { main, ..Wish::default() });
    println!("{}\n-- {:?}, {} bytes cut", content.markdown, content.found_by, content.cut_bytes);
    Ok(())
}

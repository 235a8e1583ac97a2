//! Pages as today's publishing systems make them, with all that they put around a text. They were written and measured
//! before anything was learned from them; the first figures are in docs/performance.md.

mod press;
mod threads;
mod trade;
mod works;

use crate::pages::{Both, Sample};
use crate::words::{Dice, Language};

/// A page that is being written: all of it as HTML, what it says as text.
pub(super) struct Draft<'a> {
    pub(super) both: Both,
    pub(super) language: &'a Language,
    pub(super) dice: Dice,
    pub(super) heading: String,
    /// What pages say around a text in this language.
    pub(super) chrome: &'static Chrome,
}

pub(super) struct Chrome {
    code: &'static str,
    pub(super) most_read: &'static str,
    pub(super) advertisement: &'static str,
    pub(super) tags: &'static str,
    pub(super) written_by: &'static str,
    pub(super) reply: &'static str,
    pub(super) subscribe: &'static str,
    pub(super) contents: &'static str,
    pub(super) next: &'static str,
    pub(super) previous: &'static str,
    pub(super) search: &'static str,
}

type Maker = fn(&mut Draft<'_>);

const SITES: &[(&str, &str, Maker, &[&str])] = &[
    ("news", "blocks", press::blocks, &["en", "de", "ar", "el"]),
    ("news", "hashed", press::hashed, &["en", "ja", "ru", "hi"]),
    ("news", "amp", press::amp, &["en", "hi", "es"]),
    ("news", "layout", press::layout, &["en", "zh", "th", "ru"]),
    ("blog", "ghost", press::ghost, &["en", "fr", "he"]),
    ("blog", "soup", press::soup, &["en", "es", "zh"]),
    ("office", "drupal", press::drupal, &["fr", "ar", "de"]),
    ("wiki", "vector", works::vector, &["en", "zh", "he", "el"]),
    ("docs", "sphinx", works::sphinx, &["en", "de", "ja"]),
    ("docs", "portal", works::portal, &["en", "zh"]),
    ("legal", "statute", works::statute, &["de", "el", "en"]),
    ("legal", "terms", works::terms, &["en", "es"]),
    ("table", "figures", works::figures, &["en", "fr", "ru"]),
    ("recipe", "card", works::recipe, &["en", "fr", "ja"]),
    ("product", "woo", trade::woo, &["en", "es", "th"]),
    ("product", "hashed", trade::hashed, &["en", "de", "ja"]),
    ("list", "search", trade::search, &["en", "de", "zh"]),
    ("list", "archive", trade::archive, &["en", "ru", "he"]),
    ("forum", "xen", threads::xen, &["en", "ru", "th"]),
    ("forum", "stream", threads::stream, &["en", "de", "hi"]),
    ("forum", "answers", threads::answers, &["en", "fr", "ja"]),
];

/// All of them, each in some languages.
pub(crate) fn all() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (number, (kind, site, make, languages)) in SITES.iter().enumerate() {
        for (turn, code) in languages.iter().enumerate() {
            let language = Language::of(code);
            let mut dice = Dice::of((400_000 + number * 100 + turn) as u64);
            let heading = language.title(&mut dice);
            let chrome = CHROME.iter().find(|chrome| chrome.code == *code).unwrap_or(&CHROME[0]);
            let mut draft = Draft { both: Both::default(), language, dice, heading, chrome };
            make(&mut draft);
            let Draft { both, heading, .. } = draft;
            let direction = if language.is_rtl() { " dir=\"rtl\"" } else { "" };
            let html = format!(
                "<!DOCTYPE html><html lang=\"{code}\"{direction}><head><meta charset=\"utf-8\"><title>{heading} | {}</title><script>window.dataLayer=[]</script></head>\n<body>{}</body></html>",
                language.menu[1], both.html
            );
            samples.push(Sample {
                name: format!("{site}-{kind}-{code}"),
                kind,
                html,
                text: both.text,
                heading,
            });
        }
    }
    samples
}

impl Draft<'_> {
    pub(super) fn mark(&mut self, html: &str) {
        self.both.mark(html);
    }

    pub(super) fn say(&mut self, open: &str, text: &str, close: &str) {
        self.both.say(open, text, close);
    }

    pub(super) fn words(&mut self, count: usize) -> String {
        self.language.words(&mut self.dice, count)
    }

    pub(super) fn title(&mut self) -> String {
        self.language.title(&mut self.dice)
    }

    pub(super) fn sentence(&mut self) -> String {
        self.language.sentence(&mut self.dice)
    }

    pub(super) fn paragraph(&mut self) -> String {
        self.language.paragraph(&mut self.dice)
    }

    /// Paragraphs of the text, some words of which are links or stressed.
    pub(super) fn tell(&mut self, open: &str, close: &str, count: usize) {
        for _ in 0..count {
            let (first, second) = (self.paragraph(), self.sentence());
            let inside = self.words(3);
            let (html, between) = match self.dice.below(4) {
                0 => (format!("<a href=\"/topic/{}\">{inside}</a>", self.dice.below(90)), " "),
                1 => (format!("<strong>{inside}</strong>"), " "),
                2 => (format!("<em>{inside}</em>"), " "),
                _ => (inside.clone(), " "),
            };
            self.mark(&format!("{open}{first}{between}{html} {second}{close}\n"));
            self.both.text.push_str(&format!("{first}{between}{inside} {second}\n"));
        }
    }

    pub(super) fn head(&mut self, tag: &str, attributes: &str) {
        let title = self.title();
        self.say(&format!("<{tag}{attributes}>"), &title, &format!("</{tag}>"));
    }

    /// A list of the text.
    pub(super) fn items(&mut self, open: &str, item: (&str, &str), count: usize, close: &str) {
        self.mark(open);
        for _ in 0..count {
            let sentence = self.sentence();
            self.say(item.0, &sentence, item.1);
        }
        self.mark(close);
    }

    /// Links beside the text.
    pub(super) fn links(&mut self, open: &str, item: (&str, &str), count: usize, close: &str) {
        self.mark(open);
        for number in 0..count {
            let title = self.title();
            self.mark(&format!("{}<a href=\"/l/{number}\">{title}</a>{}", item.0, item.1));
        }
        self.mark(close);
    }

    /// The menu's words.
    pub(super) fn menu(&mut self, open: &str, item: (&str, &str), close: &str) {
        self.mark(open);
        for (number, word) in self.language.menu.iter().enumerate() {
            self.mark(&format!("{}<a href=\"/m/{number}\">{word}</a>{}", item.0, item.1));
        }
        self.mark(close);
    }

    /// Text beside the text.
    pub(super) fn chatter(&mut self, open: &str, close: &str) {
        let sentence = self.sentence();
        self.mark(&format!("{open}{sentence}{close}"));
    }

    /// Cards of other pages, each with a picture, a heading and a teaser.
    pub(super) fn teasers(&mut self, open: &str, card: (&str, &str), count: usize, close: &str) {
        self.mark(open);
        for number in 0..count {
            let (title, teaser) = (self.title(), self.sentence());
            self.mark(&format!(
                "{0}<a href=\"/t/{number}\"><img src=\"/t/{number}.jpg\" alt=\"\"></a><h3><a href=\"/t/{number}\">{title}</a></h3><p>{teaser}</p>{1}",
                card.0, card.1
            ));
        }
        self.mark(close);
    }

    /// A table of the text, with figures in all columns but the first.
    pub(super) fn rows(&mut self, open: &str, columns: usize, count: usize, close: &str) {
        self.mark(open);
        self.mark("<thead><tr>");
        for _ in 0..columns {
            let word = self.words(2);
            self.say("<th>", &word, "</th>");
        }
        self.mark("</tr></thead><tbody>");
        for row in 0..count {
            self.mark("<tr>");
            let first = self.words(2);
            self.say("<td>", &first, "</td>");
            for column in 1..columns {
                let figure = format!("{}", 1000 + row * 311 + column * 47 + self.dice.below(40));
                self.say("<td>", &figure, "</td>");
            }
            self.mark("</tr>");
        }
        self.mark("</tbody>");
        self.mark(close);
    }
}

#[rustfmt::skip]
const CHROME: &[Chrome] = &[
    Chrome { code: "en", most_read: "Most read", advertisement: "Advertisement", tags: "Tags", written_by: "Written by", reply: "Leave a Reply", subscribe: "Subscribe", contents: "Contents", next: "Next", previous: "Previous", search: "Search" },
    Chrome { code: "de", most_read: "Meistgelesen", advertisement: "Anzeige", tags: "Schlagwörter", written_by: "Geschrieben von", reply: "Schreibe einen Kommentar", subscribe: "Abonnieren", contents: "Inhalt", next: "Weiter", previous: "Zurück", search: "Suche" },
    Chrome { code: "fr", most_read: "Les plus lus", advertisement: "Publicité", tags: "Étiquettes", written_by: "Écrit par", reply: "Laisser un commentaire", subscribe: "S'abonner", contents: "Sommaire", next: "Suivant", previous: "Précédent", search: "Rechercher" },
    Chrome { code: "es", most_read: "Lo más leído", advertisement: "Publicidad", tags: "Etiquetas", written_by: "Escrito por", reply: "Deja una respuesta", subscribe: "Suscríbete", contents: "Índice", next: "Siguiente", previous: "Anterior", search: "Buscar" },
    Chrome { code: "ru", most_read: "Самое читаемое", advertisement: "Реклама", tags: "Метки", written_by: "Автор", reply: "Добавить комментарий", subscribe: "Подписаться", contents: "Содержание", next: "Далее", previous: "Назад", search: "Поиск" },
    Chrome { code: "el", most_read: "Δημοφιλή", advertisement: "Διαφήμιση", tags: "Ετικέτες", written_by: "Γράφει", reply: "Αφήστε ένα σχόλιο", subscribe: "Εγγραφή", contents: "Περιεχόμενα", next: "Επόμενο", previous: "Προηγούμενο", search: "Αναζήτηση" },
    Chrome { code: "he", most_read: "הנקראות ביותר", advertisement: "פרסומת", tags: "תגיות", written_by: "מאת", reply: "כתיבת תגובה", subscribe: "הרשמה", contents: "תוכן עניינים", next: "הבא", previous: "הקודם", search: "חיפוש" },
    Chrome { code: "ar", most_read: "الأكثر قراءة", advertisement: "إعلان", tags: "الوسوم", written_by: "بقلم", reply: "اترك تعليقا", subscribe: "اشترك", contents: "المحتويات", next: "التالي", previous: "السابق", search: "بحث" },
    Chrome { code: "hi", most_read: "सबसे ज्यादा पढ़ी गई", advertisement: "विज्ञापन", tags: "टैग", written_by: "लेखक", reply: "अपनी राय दें", subscribe: "सदस्यता लें", contents: "विषय सूची", next: "अगला", previous: "पिछला", search: "खोजें" },
    Chrome { code: "ja", most_read: "アクセスランキング", advertisement: "広告", tags: "タグ", written_by: "著者", reply: "コメントを残す", subscribe: "購読する", contents: "目次", next: "次へ", previous: "前へ", search: "検索" },
    Chrome { code: "zh", most_read: "阅读排行", advertisement: "广告", tags: "标签", written_by: "作者", reply: "发表评论", subscribe: "订阅", contents: "目录", next: "下一篇", previous: "上一篇", search: "搜索" },
    Chrome { code: "th", most_read: "อ่านมากที่สุด", advertisement: "โฆษณา", tags: "แท็ก", written_by: "เขียนโดย", reply: "แสดงความคิดเห็น", subscribe: "สมัครรับข่าว", contents: "สารบัญ", next: "ถัดไป", previous: "ก่อนหน้า", search: "ค้นหา" },
];

//! What headings and notices say of the part below them, in many languages.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Headings under which pages list other pages; compared in lower case, as beginnings.
const HEADINGS: &[&str] = &[
    "related",
    "read more",
    "read next",
    "more from",
    "more on this",
    "more stories",
    "more articles",
    "you may also like",
    "you might also",
    "recommended",
    "recommended for you",
    "most read",
    "most popular",
    "trending",
    "popular posts",
    "latest news",
    "latest posts",
    "recent posts",
    "don't miss",
    "up next",
    "also read",
    "see more stories",
    "further reading on",
    "share this",
    "share on",
    "follow us",
    "subscribe",
    "sign up",
    "newsletter",
    "about the author",
    "about this author",
    "leave a reply",
    "leave a comment",
    "post navigation",
    "customers also",
    "customers who",
    "similar products",
    "recently viewed",
    "sponsored",
    "advertisement",
    "table of contents",
    "on this page",
    "in this article",
    "categories",
    "archives",
    "tags",
    "was this page helpful",
    "was this helpful",
    "in other news",
    "mehr zum thema",
    "das könnte sie auch",
    "das könnte dich auch",
    "lesen sie auch",
    "auch interessant",
    "weitere artikel",
    "weitere themen",
    "ähnliche artikel",
    "ähnliche produkte",
    "meistgelesen",
    "verwandte",
    "teilen",
    "über den autor",
    "über die autorin",
    "newsletter abonnieren",
    "inhaltsverzeichnis",
    "kommentare",
    "à lire aussi",
    "lire aussi",
    "sur le même sujet",
    "articles liés",
    "articles similaires",
    "vous aimerez aussi",
    "les plus lus",
    "partager",
    "à propos de l'auteur",
    "sommaire",
    "también te puede",
    "te puede interesar",
    "artículos relacionados",
    "noticias relacionadas",
    "lo más leído",
    "lea también",
    "lee también",
    "compartir",
    "más noticias",
    "más leídas",
    "leia também",
    "leia mais",
    "veja também",
    "mais lidas",
    "notícias relacionadas",
    "artigos relacionados",
    "compartilhe",
    "leggi anche",
    "articoli correlati",
    "potrebbe interessarti",
    "i più letti",
    "condividi",
    "lees ook",
    "gerelateerd",
    "meest gelezen",
    "deel dit",
    "czytaj także",
    "czytaj też",
    "przeczytaj także",
    "podobne artykuły",
    "zobacz również",
    "udostępnij",
    "läs också",
    "läs mer",
    "relaterat",
    "dela",
    "les også",
    "læs også",
    "lue myös",
    "читайте также",
    "читайте ещё",
    "по теме",
    "похожие",
    "другие новости",
    "популярное",
    "поделиться",
    "комментарии",
    "подпишитесь",
    "материалы по теме",
    "читайте також",
    "схожі",
    "přečtěte si",
    "související",
    "kapcsolódó",
    "διαβάστε επίσης",
    "σχετικά άρθρα",
    "ilgili haberler",
    "ilgili",
    "bunlar da",
    "paylaş",
    "関連記事",
    "おすすめ",
    "あわせて読みたい",
    "人気記事",
    "ランキング",
    "この記事をシェア",
    "シェア",
    "目次",
    "相关阅读",
    "相关文章",
    "相关新闻",
    "推荐阅读",
    "热门",
    "猜你喜欢",
    "分享",
    "延伸閱讀",
    "相關文章",
    "相關新聞",
    "熱門",
    "관련 기사",
    "관련기사",
    "추천",
    "많이 본",
    "인기 기사",
    "공유",
    "اقرأ أيضا",
    "اقرأ أيضًا",
    "مواضيع ذات صلة",
    "مقالات ذات صلة",
    "ذات صلة",
    "الأكثر قراءة",
    "شارك",
    "קרא עוד",
    "כתבות נוספות",
    "עוד בנושא",
    "שתף",
    "خبرهای مرتبط",
    "مطالب مرتبط",
    "संबंधित",
    "यह भी पढ़ें",
    "ये भी पढ़ें",
    "शेयर करें",
    "อ่านเพิ่มเติม",
    "ข่าวที่เกี่ยวข้อง",
    "บทความที่เกี่ยวข้อง",
    "tin liên quan",
    "bài viết liên quan",
    "xem thêm",
    "baca juga",
    "artikel terkait",
    "terkait",
];

/// Headings over what readers wrote.
const COMMENT_HEADINGS: &[&str] = &[
    "comments",
    "kommentare",
    "commentaires",
    "comentarios",
    "comentários",
    "commenti",
    "reacties",
    "komentarze",
    "kommentarer",
    "комментарии",
    "коментарі",
    "コメント",
    "评论",
    "評論",
    "留言",
    "댓글",
    "التعليقات",
    "تعليقات",
    "תגובות",
    "نظرات",
    "टिप्पणियाँ",
    "टिप्पणियां",
    "ความคิดเห็น",
    "bình luận",
    "komentar",
    "yorumlar",
    "σχόλια",
    "leave a reply",
    "leave a comment",
];

/// Whether a heading, such as `3 Comments`, stands over what readers wrote.
pub(crate) fn heads_comments(heading: &str) -> bool {
    let heading = heading.trim_matches(|c: char| !c.is_alphabetic());
    let longest = COMMENT_HEADINGS.iter().map(|known| known.len()).max().unwrap_or(0);
    // A letter may have a third of its bytes in lower case.
    heading.len() <= longest * 3 && COMMENT_HEADINGS.contains(&heading.to_lowercase().as_str())
}

/// Whether a text asks for the consent to cookies.
pub(crate) fn is_about_cookies(text: &str) -> bool {
    let text = text.to_lowercase();
    let cookies =
        ["cookie", "cookies", "クッキー", "ملفات تعريف", "कुकीज़", "쿠키", "存储数据", "คุกกี้", "עוגיות"]
            .iter()
            .map(|word| text.matches(word).count())
            .sum::<usize>();
    let asks = [
        "accept",
        "agree",
        "consent",
        "partner",
        "akzept",
        "zustimm",
        "accepter",
        "partenaires",
        "aceptar",
        "socios",
        "приня",
        "許可",
        "同意",
        "接受",
        "قبول",
        "स्वीकार",
        "동의",
        "preferences",
        "settings",
        "einstellungen",
        "paramètres",
    ];
    cookies > 0 && asks.iter().any(|word| text.contains(word))
}

/// Those that begin with the same byte.
static BY_FIRST: LazyLock<HashMap<u8, Vec<&str>>> = LazyLock::new(|| {
    let mut all: HashMap<u8, Vec<&str>> = HashMap::new();
    for known in HEADINGS {
        all.entry(known.as_bytes()[0]).or_default().push(known);
    }
    all
});
/// How many characters may stand behind what is known.
const BEHIND: usize = 24;
static LONGEST: LazyLock<usize> =
    LazyLock::new(|| HEADINGS.iter().map(|known| known.chars().count()).max().unwrap_or(0) + BEHIND);

/// Whether a heading stands over links to other pages.
pub(crate) fn heads_other_pages(heading: &str) -> bool {
    let heading = heading.trim().trim_start_matches(|c: char| !c.is_alphanumeric());
    // Most are too long already.
    if heading.chars().count() > *LONGEST {
        return false;
    }
    let heading = heading.to_lowercase();
    let length = heading.chars().count();
    let alike = heading.bytes().next().and_then(|first| BY_FIRST.get(&first));
    alike.into_iter().flatten().any(|known| {
        heading.strip_prefix(known).is_some_and(|rest| {
            // `Tags` is one, `Tags in HTML` is a chapter.
            let short = length <= known.chars().count() + BEHIND;
            let whole = rest.chars().next().is_none_or(|c| !c.is_alphanumeric() || !known.is_ascii());
            let single = !known.contains(' ') && known.is_ascii();
            whole
                && short
                && (!single
                    || rest.trim().trim_end_matches(|c: char| !c.is_alphanumeric()).chars().count() <= 12)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_over_other_pages_is_known_in_many_languages() {
        for heading in [
            "Related articles",
            "Lesen Sie auch:",
            "関連記事",
            "Читайте также",
            "À lire aussi",
            "اقرأ أيضا",
            "Tags",
        ] {
            assert!(heads_other_pages(heading), "{heading}");
        }
        for heading in [
            "Relatedness of species in the wild",
            "Tags in HTML and how they are closed",
            "Introduction",
            "",
            "Delaware",
        ] {
            assert!(!heads_other_pages(heading), "{heading}");
        }
    }
}

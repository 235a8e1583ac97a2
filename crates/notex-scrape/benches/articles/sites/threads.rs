//! What many say: boards, streams of posts, questions with their answers.

use super::Draft;

const LI: (&str, &str) = ("<li>", "</li>");

/// A thread on a board that is sold: who says it beside each post, signatures, reactions.
pub(super) fn xen(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div class=\"p-pageWrapper\" id=\"top\"><header class=\"p-header\"></header><nav class=\"p-nav\"><ul class=\"p-nav-list\">", LI, "</ul></nav>");
    d.links("<div class=\"p-body\"><div class=\"p-body-inner\"><ul class=\"p-breadcrumbs\">", LI, 3, "</ul>");
    let starter = d.words(1);
    d.mark(&format!("<div class=\"p-body-header\"><div class=\"p-title\"><h1 class=\"p-title-value\">{heading}</h1></div><div class=\"p-description\"><ul class=\"listInline listInline--bullet\"><li><a href=\"/m/1\" class=\"username\">{}</a></li><li><time>4.5.2026</time></li></ul></div></div><div class=\"p-body-main\"><div class=\"p-body-content\"><div class=\"block block--messages\"><div class=\"block-container lbContainer\"><div class=\"block-body js-replyNewMessageContainer\">", starter));
    for number in 0..6 {
        let (who, rank) = (d.words(1), d.words(2));
        d.mark(&format!("<article class=\"message message--post\" id=\"js-post-{number}\"><div class=\"message-inner\"><div class=\"message-cell message-cell--user\"><section class=\"message-user\"><div class=\"message-avatar\"><a href=\"/m\"><img src=\"/a.png\" alt=\"\"></a></div><div class=\"message-userDetails\"><h4 class=\"message-name\"><a href=\"/m\" class=\"username\">{who}</a></h4><h5 class=\"userTitle message-userTitle\">{rank}</h5></div><div class=\"message-userExtras\"><dl class=\"pairs pairs--justified\"><dt>Messages</dt><dd>{}</dd></dl></div></section></div><div class=\"message-cell message-cell--main\"><div class=\"message-main\"><header class=\"message-attribution\"><ul class=\"message-attribution-main\"><li><a href=\"#post\"><time>5.5.2026</time></a></li></ul><ul class=\"message-attribution-opposite\"><li><a href=\"#\">#{number}</a></li></ul></header><div class=\"message-content\"><div class=\"message-userContent\"><article class=\"message-body\"><div class=\"bbWrapper\">", 17 + number * 31));
        if number == 2 {
            let quoted = d.sentence();
            d.say("<blockquote class=\"bbCodeBlock bbCodeBlock--quote\"><div class=\"bbCodeBlock-content\"><div class=\"bbCodeBlock-expandContent\">", &quoted, "</div></div></blockquote>");
        }
        d.tell("", "<br>", 1 + number % 2);
        d.mark("</div></article></div></div>");
        let signature = d.words(5);
        d.mark(&format!("<footer class=\"message-footer\"><aside class=\"message-signature\"><div class=\"bbWrapper\">{signature}</div></aside><div class=\"reactionsBar\"><a href=\"/r\"><bdi>{who}</bdi></a></div></footer></div></div></div></article>"));
    }
    d.mark("</div></div></div>");
    let reply = d.chrome.reply;
    d.mark(&format!(
        "<form class=\"block js-quickReply\"><textarea></textarea><button>{reply}</button></form>"
    ));
    let related = d.language.related;
    d.links(&format!("<div class=\"block\"><div class=\"block-container\"><h3 class=\"block-header\">{related}</h3><div class=\"structItemContainer\">"), ("<div class=\"structItem structItem--thread\">", "<span>12</span><time>3.5.2026</time></div>"), 5, "</div></div></div></div></div></div></div>");
    d.chatter("<footer class=\"p-footer\"><div class=\"p-footer-inner\">", "</div></footer></div>");
}

/// Comments on a link, nested under one another.
pub(super) fn stream(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div class=\"site-hd\"><div class=\"tabs\">", ("<span class=\"tb\">", "</span>"), "</div></div>");
    let poster = d.words(1);
    d.mark(&format!("<div class=\"thread\"><div class=\"op\"><h1 class=\"op-title\"><a href=\"https://out.example/x\">{heading}</a></h1><div class=\"op-sub\">412 points by <a href=\"/u\">{}</a> 5h</div><div class=\"op-text\">", poster));
    d.tell("<p>", "</p>", 2);
    d.mark("</div><div class=\"op-acts\"><a href=\"#\">share</a> <a href=\"#\">save</a> <a href=\"#\">hide</a></div></div><div class=\"replies\">");
    for number in 0..8 {
        let who = d.words(1);
        d.mark(&format!("<div class=\"node lvl-{}\"><div class=\"node-hd\"><a href=\"/u\">{who}</a> <span>{} points</span> <a href=\"#\">[–]</a></div><div class=\"node-md\">", number % 3, 90 - number * 7));
        d.tell("<p>", "</p>", 1);
        let reply = d.chrome.reply;
        d.mark(&format!(
            "</div><div class=\"node-acts\"><a href=\"#\">{reply}</a> <a href=\"#\">share</a></div></div>"
        ));
    }
    d.mark("</div></div>");
    d.links("<div class=\"rightcol\"><ul>", LI, 6, "</ul>");
    d.chatter("<p>", "</p></div><div class=\"bottom\">");
    d.menu("", ("<span>", "</span>"), "</div>");
}

/// A question, its answers with their votes, other questions beside.
pub(super) fn answers(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    let search = d.chrome.search;
    d.mark(&format!("<header class=\"s-topbar\"><form role=\"search\"><input placeholder=\"{search}\"></form></header><div class=\"container\"><div id=\"left-sidebar\" class=\"left-sidebar\"><nav>"));
    d.menu("<ol>", LI, "</ol></nav></div>");
    d.mark(&format!("<div id=\"content\" class=\"snippet-hidden\"><div itemprop=\"mainEntity\" itemscope itemtype=\"https://schema.org/Question\"><div id=\"question-header\"><h1 itemprop=\"name\"><a href=\"/q\" class=\"question-hyperlink\">{heading}</a></h1><a href=\"/ask\" class=\"s-btn\">Ask</a></div><div id=\"mainbar\"><div class=\"question\" id=\"question\"><div class=\"post-layout\"><div class=\"votecell post-layout--left\"><div class=\"js-voting-container\"><button>▲</button><div class=\"js-vote-count\">42</div><button>▼</button></div></div><div class=\"postcell post-layout--right\"><div class=\"s-prose js-post-body\" itemprop=\"text\">"));
    d.tell("<p>", "</p>", 2);
    d.say(
        "<pre class=\"lang-py s-code-block\"><code class=\"hljs\">",
        "values = [n for n in range(10)]\nprint(values[-1])",
        "</code></pre>",
    );
    d.tell("<p>", "</p>", 1);
    let foot = |d: &mut Draft<'_>| {
        let (who, word) = (d.words(1), d.words(1));
        d.mark(&format!("</div><div class=\"mt24 mb12\"><div class=\"post-taglist\"><a href=\"/t\" class=\"post-tag\">{word}</a></div></div><div class=\"mb0\"><div class=\"js-post-menu\"><a href=\"#\">Share</a> <a href=\"#\">Improve</a></div><div class=\"post-signature\"><div class=\"user-info\"><div class=\"user-action-time\">asked 4.5.2026</div><div class=\"user-details\"><a href=\"/u\">{who}</a><span class=\"reputation-score\">1,204</span></div></div></div></div></div></div></div>"));
    };
    foot(d);
    d.mark("<div id=\"answers\"><div id=\"answers-header\"><h2 class=\"mb0\">3</h2></div>");
    for number in 0..3 {
        d.mark(&format!("<div id=\"answer-{number}\" class=\"answer js-answer\" itemprop=\"suggestedAnswer\"><div class=\"post-layout\"><div class=\"votecell post-layout--left\"><div class=\"js-voting-container\"><button>▲</button><div class=\"js-vote-count\">{}</div><button>▼</button></div></div><div class=\"answercell post-layout--right\"><div class=\"s-prose js-post-body\" itemprop=\"text\">", 30 - number * 9));
        d.tell("<p>", "</p>", 2);
        if number == 0 {
            d.items("<ul>", LI, 3, "</ul>");
        }
        foot(d);
    }
    d.mark("</div></div>");
    let related = d.language.related;
    d.links(&format!("<div id=\"sidebar\"><div class=\"module sidebar-related\"><h4>{related}</h4><div class=\"related\">"), ("<div class=\"spacer\"><a href=\"#\"><div class=\"answer-votes\">17</div></a>", "</div>"), 8, "</div></div></div></div></div></div>");
    d.chatter("<footer id=\"footer\" class=\"site-footer\"><p>", "</p></footer>");
}

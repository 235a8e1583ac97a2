//! Shops and lists.

use super::Draft;

const LI: (&str, &str) = ("<li>", "</li>");

/// A product in the shop of the most used blog software: tabs below, what others are like it, what others said.
pub(super) fn woo(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<div id=\"page\" class=\"hfeed site\"><header id=\"masthead\" class=\"site-header\"><nav id=\"site-navigation\" class=\"main-navigation\"><ul class=\"menu\">", LI, "</ul></nav></header>");
    d.links(
        "<div id=\"content\" class=\"site-content\"><nav class=\"woocommerce-breadcrumb\">",
        ("", " / "),
        2,
        "</nav>",
    );
    d.mark(&format!("<div id=\"primary\" class=\"content-area\"><main id=\"main\" class=\"site-main\"><div id=\"product-7\" class=\"product type-product instock\"><div class=\"woocommerce-product-gallery\"><figure><div class=\"woocommerce-product-gallery__image\"><img src=\"/p.jpg\" alt=\"\"></div></figure></div><div class=\"summary entry-summary\"><h1 class=\"product_title entry-title\">{heading}</h1>"));
    let price = format!("{},90 €", d.dice.between(11, 400));
    d.say(
        "<p class=\"price\"><span class=\"woocommerce-Price-amount amount\"><bdi>",
        &price,
        "</bdi></span></p>",
    );
    let short = d.paragraph();
    d.say("<div class=\"woocommerce-product-details__short-description\"><p>", &short, "</p></div>");
    d.mark("<form class=\"cart\" method=\"post\"><div class=\"quantity\"><input type=\"number\" value=\"1\"></div><button type=\"submit\" class=\"single_add_to_cart_button button\">Add to cart</button></form><div class=\"product_meta\"><span class=\"sku_wrapper\">SKU: <span class=\"sku\">A-7</span></span> <span class=\"posted_in\"><a href=\"/c\" rel=\"tag\">Lamps</a></span></div></div><div class=\"woocommerce-tabs wc-tabs-wrapper\"><ul class=\"tabs wc-tabs\" role=\"tablist\"><li class=\"description_tab\"><a href=\"#tab-description\">Description</a></li><li><a href=\"#tab-additional_information\">More</a></li></ul><div class=\"woocommerce-Tabs-panel panel entry-content wc-tab\" id=\"tab-description\">");
    d.tell("<p>", "</p>", 2);
    d.items("<ul>", LI, 4, "</ul></div>");
    d.mark("<div class=\"woocommerce-Tabs-panel panel entry-content wc-tab\" id=\"tab-additional_information\"><table class=\"woocommerce-product-attributes shop_attributes\"><tbody>");
    for number in 1..6 {
        let name = d.words(2);
        d.say("<tr><th class=\"woocommerce-product-attributes-item__label\">", &name, "</th>");
        d.say(
            "<td class=\"woocommerce-product-attributes-item__value\"><p>",
            &format!("{} cm", number * 14),
            "</p></td></tr>",
        );
    }
    d.mark("</tbody></table></div></div>");
    let related = d.language.related;
    d.teasers(
        &format!("<section class=\"related products\"><h2>{related}</h2><ul class=\"products columns-4\">"),
        (
            "<li class=\"product type-product\">",
            "<span class=\"price\">9,90 €</span><a class=\"button add_to_cart_button\">Add</a></li>",
        ),
        4,
        "</ul></section></div></main></div>",
    );
    d.chatter(
        "</div><footer id=\"colophon\" class=\"site-footer\"><div class=\"site-info\">",
        "</div></footer></div>",
    );
}

/// A product where a build named the classes: features in boxes, delivery, what others bought.
pub(super) fn hashed(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.chatter("<div id=\"__nuxt\"><div class=\"_1aZk\">", "</div>");
    d.menu("<div class=\"_9dKq\">", ("<div class=\"_2m\">", "</div>"), "</div>");
    d.mark(&format!("<div class=\"_3xVb\"><div class=\"_g8Ut\"><img src=\"/1.jpg\" alt=\"\" width=\"600\" height=\"600\"></div><div class=\"_b1Re\"><h1 class=\"_t0\">{heading}</h1><div class=\"_st\"><span>★ 4.6</span><a href=\"#reviews\">318</a></div>"));
    let price = format!("€ {}.00", d.dice.between(40, 900));
    d.say("<div class=\"_pr\">", &price, "</div>");
    d.mark("<button>Buy</button>");
    d.tell("<div class=\"_ds\">", "</div>", 2);
    d.mark("<div class=\"_ft\">");
    for _ in 0..4 {
        let (name, said) = (d.title(), d.sentence());
        d.say("<div class=\"_fi\"><div class=\"_fn\">", &name, "</div>");
        d.say("<div class=\"_fd\">", &said, "</div></div>");
    }
    d.mark("</div><dl class=\"_sp\">");
    for number in 1..7 {
        let name = d.words(2);
        d.say("<dt>", &name, "</dt>");
        d.say("<dd>", &format!("{} mm", number * 23), "</dd>");
    }
    d.mark("</dl></div></div>");
    let related = d.language.related;
    d.teasers(
        &format!("<div class=\"_rl\"><div class=\"_rt\">{related}</div><div class=\"_rc\">"),
        ("<div class=\"_ri\">", "<div>€ 19.00</div></div>"),
        5,
        "</div></div>",
    );
    d.menu("<div class=\"_fo\">", ("<div class=\"_fl\">", "</div>"), "");
    d.chatter("<div>", "</div></div></div></div>");
    let (cookies, accept) = (d.language.cookies, d.language.accept);
    d.mark(&format!("<div class=\"_cc\"><div class=\"_ct\">{cookies}</div><button>{accept}</button></div>"));
}

/// Results of a search: what was paid for above, other searches below.
pub(super) fn search(d: &mut Draft<'_>) {
    let word = d.chrome.search;
    d.mark(&format!("<div id=\"viewport\"><div id=\"searchform\"><form role=\"search\"><input name=\"q\" value=\"x\"><button>{word}</button></form></div>"));
    d.menu(
        "<div id=\"hdtb\"><div role=\"navigation\">",
        ("<div class=\"hdtb-mitem\">", "</div>"),
        "</div></div><div id=\"rcnt\">",
    );
    let advertisement = d.chrome.advertisement;
    for _ in 0..2 {
        let (title, said) = (d.title(), d.sentence());
        d.mark(&format!("<div id=\"tads\" class=\"uEierd\"><span>{advertisement}</span><div role=\"heading\"><a href=\"https://ads.example/x\">{title}</a></div><div>{said}</div></div>"));
    }
    d.mark("<div id=\"search\"><div id=\"rso\">");
    for number in 0..10 {
        let (title, said) = (d.title(), d.paragraph());
        d.say(
            &format!(
                "<div class=\"g\"><div class=\"yuRUbf\"><a href=\"https://site{number}.example/p\"><h3>"
            ),
            &title,
            "</h3></a></div>",
        );
        d.say("<div class=\"VwiC3b\"><span>", &said, "</span></div></div>");
    }
    d.mark("</div></div><div id=\"botstuff\">");
    d.links("<div class=\"card-section\">", ("<p>", "</p>"), 8, "</div></div>");
    d.mark("<div role=\"navigation\" id=\"foot\"><table><tr><td><a href=\"?p=2\">2</a></td><td><a href=\"?p=3\">3</a></td><td><a href=\"?p=4\">4</a></td></tr></table></div></div>");
    d.chatter("<div id=\"footcnt\">", "</div></div>");
}

/// The posts of a topic, each with a picture and its first words.
pub(super) fn archive(d: &mut Draft<'_>) {
    let heading = d.heading.clone();
    d.menu("<header class=\"elementor elementor-location-header\"><nav class=\"elementor-nav-menu--main\"><ul class=\"elementor-nav-menu\">", LI, "</ul></nav></header>");
    d.mark(&format!("<div class=\"elementor elementor-location-archive\"><section class=\"elementor-section\"><div class=\"elementor-container\"><div class=\"elementor-widget-theme-archive-title\"><h1 class=\"elementor-heading-title\">{heading}</h1></div><div class=\"elementor-posts-container elementor-posts elementor-grid\">"));
    for number in 0..9 {
        let (title, teaser) = (d.title(), d.paragraph());
        d.mark(&format!("<article class=\"elementor-post elementor-grid-item post-{number}\"><a class=\"elementor-post__thumbnail__link\" href=\"/p/{number}\"><img src=\"/p/{number}.jpg\" alt=\"\"></a><div class=\"elementor-post__text\">"));
        d.say(&format!("<h3 class=\"elementor-post__title\"><a href=\"/p/{number}\">"), &title, "</a></h3>");
        d.say("<div class=\"elementor-post__excerpt\"><p>", &teaser, "</p></div></div></article>");
    }
    d.mark("</div><nav class=\"elementor-pagination\"><span class=\"page-numbers current\">1</span><a class=\"page-numbers\" href=\"/2\">2</a><a class=\"page-numbers\" href=\"/3\">3</a></nav></div></section></div>");
    d.links("<footer class=\"elementor elementor-location-footer\"><div class=\"elementor-widget-wp-widget-recent-posts\"><ul>", LI, 5, "</ul></div>");
    d.chatter("<div class=\"elementor-widget-text-editor\"><p>", "</p></div></footer>");
}

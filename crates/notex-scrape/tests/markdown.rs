//! The markdown of what a page says.

use notex_scrape::{Page, Wish};

const AT: &str = "https://example.com/a/page";

/// The markdown of a whole page with this body.
fn markdown(body: &str) -> String {
    let html = format!("<html><head><title>T</title></head><body>{body}</body></html>");
    Page::parse(&html, AT).content(&Wish { main: false, ..Wish::default() }).markdown
}

#[track_caller]
fn reads(body: &str, wanted: &str) {
    assert_eq!(markdown(body), format!("{wanted}\n"), "{body}");
}

#[test]
fn signs_of_markdown_in_text_stay_text() {
    reads("<p># no heading</p>", "\\# no heading");
    reads("<p>1986. A year</p>", "1986\\. A year");
    reads("<p>- no list</p>", "\\- no list");
    reads(
        "<p>*stars* and _lines_ in snake_case, 2 * 3</p>",
        "\\*stars\\* and \\_lines\\_ in snake_case, 2 * 3",
    );
    reads(
        "<p>a `tick`, &lt;b&gt;, &amp;amp; and AT&amp;T, 5 &lt; 6</p>",
        "a \\`tick\\`, \\<b>, \\&amp; and AT&T, 5 < 6",
    );
    reads("<p>[a](b) <a href=c>[1]</a></p>", "[a\\](b) [\\[1\\]](https://example.com/a/c)");
    reads("<p>wow!<a href=/c>link</a></p>", "wow\\![link](https://example.com/c)");
}

#[test]
fn emphasis_stands_where_it_can_be_read() {
    reads("<p>is <b> bold </b>text</p>", "is **bold** text");
    reads("<p><b>One</b><b>Two</b> <i></i><em> </em>end</p>", "**OneTwo** end");
    reads("<p>a<b>(b)</b>c</p>", "a(**b**)c");
    reads("<p>日本語の<b>「強調」</b>です。</p>", "日本語の「**強調**」です。");
    reads("<p><b><b>twice</b></b> <del>gone</del></p>", "**twice** ~~gone~~");
    reads("<h2>A <strong>bold</strong> heading</h2>", "## A bold heading");
    reads("<b><p>a block</p></b>", "a block");
}

#[test]
fn lists_nest_and_hold_blocks() {
    reads("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c");
    reads("<ol start=3><li>x</li><li>y</li></ol>", "3. x\n4. y");
    let code =
        markdown("<ul><li><p>a</p><pre><code class='language-js'>let a;\n  b();</code></pre></li></ul>");
    assert_eq!(code, "- a\n\n  ```js\n  let a;\n    b();\n  ```\n");
}

#[test]
fn what_stands_in_an_item_is_set_in_by_its_mark_and_no_more() {
    reads(
        "<ul><li>a<table><tr><th>x</th><th>y</th></tr><tr><td>1</td><td>2</td></tr></table></li></ul>",
        "- a\n\n  | x | y |\n  | --- | --- |\n  | 1 | 2 |",
    );
    reads(
        "<ol start=9><li>x<p>more</p></li><li>y<p>more</p></li></ol>",
        "9. x\n\n   more\n\n10. y\n\n    more",
    );
    reads("<ul><li>a<ul><li>b</li></ul>after</li></ul>", "- a\n\n  - b\n\n  after");
    reads("<ul><li><ul><li>x</li></ul></li></ul><ul></ul><p>z</p>", "- - x\n\nz");
    reads("<ol><li>a</li></ol><blockquote>q<ul><li>b</li></ul></blockquote>", "1. a\n\n> q\n>\n> - b");
}

#[test]
fn code_keeps_its_lines_and_its_language() {
    reads(
        "<pre><code class='language-rust'>fn a() {\n    b&lt;T&gt;();\n}\n</code></pre>",
        "```rust\nfn a() {\n    b<T>();\n}\n```",
    );
    reads(
        "<div class='highlight-python'><div class=highlight><pre><span class=linenos>1</span>def f():\n<span class=linenos>2</span>    pass</pre></div></div>",
        "```python\ndef f():\n    pass\n```",
    );
    reads("<pre class='brush: sql'>select 1</pre>", "```sql\nselect 1\n```");
    reads(
        "<table class=highlighttable><tr><td><pre>1\n2</pre></td><td><pre>a\nb</pre></td></tr></table>",
        "```\na\nb\n```",
    );
    reads("<pre><div class=line>a</div><div class=line>b</div></pre>", "```\na\nb\n```");
    reads(
        "<p>use <code>a `b`</code> and <code>*x*</code></p>",
        "use ``  a `b` `` and `*x*`".replace("``  a", "`` a").as_str(),
    );
}

#[test]
fn tables_keep_their_cells_in_columns() {
    reads(
        "<table><thead><tr><th>A</th><th>B|C</th></tr></thead><tbody><tr><td>1</td><td><code>x|y</code></td></tr></tbody></table>",
        "| A | B\\|C |\n| --- | --- |\n| 1 | `x\\|y` |",
    );
    reads(
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
        "|  |  |\n| --- | --- |\n| a | b |\n| c | d |",
    );
    let spans = "<table><thead><tr><th rowspan=2>Name</th><th colspan=2>People</th></tr><tr><th>2010</th><th>2020</th></tr></thead>\
        <tr><td rowspan=2>Berlin</td><td>3.4</td><td>3.6</td></tr><tr><td colspan=2>many</td></tr></table>";
    reads(
        spans,
        "| Name | People 2010 | People 2020 |\n| --- | --- | --- |\n| Berlin | 3.4 | 3.6 |\n| Berlin | many |  |",
    );
    reads(
        "<table><caption>Tea <b>times</b></caption><tr><th>Tea</th><td>3 min</td></tr><tr><th>Mate</th><td>5 min</td></tr></table>",
        "Tea **times**\n\n|  |  |\n| --- | --- |\n| Tea | 3 min |\n| Mate | 5 min |",
    );
    reads(
        "<table><tr><th>A</th><th>B</th></tr><tr><td><p>x</p><p>y</p><ul><li>z</ul></td><td></td></tr></table>",
        "| A | B |\n| --- | --- |\n| x<br>y<br>- z |  |",
    );
    reads("<table><tr><th>Head</th></tr><tr><td>1</td></tr></table>", "| Head |\n| --- |\n| 1 |");
    reads(
        "<table role=presentation><tr><td><p>left</p></td><td><p>right</p></td></tr></table>",
        "left\n\nright",
    );
}

#[test]
fn quotes_definitions_figures_and_rules() {
    reads("<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>", "> a\n>\n> > b");
    reads("<dl><dt>Term</dt><dd>What it is</dd><dd>and more</dd></dl>", "Term\n\n: What it is\n\n: and more");
    reads(
        "<figure><img src=/i.png alt='An [image]'><figcaption>Words <em>below</em></figcaption></figure>",
        "![An \\[image\\]](https://example.com/i.png)\n\nWords *below*",
    );
    reads("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb");
    reads("<p>a<br>b</p>", "a  \nb");
    reads("loose<p>set</p>tail <b>x</b><blockquote>q</blockquote>", "loose\n\nset\n\ntail **x**\n\n> q");
    reads("one<br><br>two<br>three", "one\n\ntwo  \nthree");
}

#[test]
fn formulas_keep_their_tex() {
    let katex = "<p>so <span class=katex><span class=katex-mathml><math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x_1^2 + \\frac{a}{b}</annotation></semantics></math></span><span class=katex-html>x12</span></span> holds</p>";
    reads(katex, "so $x_1^2 + \\frac{a}{b}$ holds");
    reads(
        "<span class=katex-display><span class=katex><math><annotation encoding='application/x-tex'>E=mc^2</annotation></math></span></span>",
        "$$E=mc^2$$",
    );
    reads("<p>a <math alttext='\\alpha_i'><mi>α</mi></math></p>", "a $\\alpha_i$");
    reads("<p>b <span class=MathJax>drawn</span><script type='math/tex'>y*z</script></p>", "b $y*z$");
    reads(
        "<p>Where \\(a_b*c*\\) is, and <span class='math inline'>\\(\\alpha\\)</span>:</p><div>\\[ E = mc^2 \\]</div>",
        "Where $a_b*c*$ is, and $\\alpha$:\n\n$$E = mc^2$$",
    );
    reads("<p>a \\(b \\[c \\) d</p>", "a \\\\(b \\\\[c \\\\) d");
    reads("<p>half: <math><mfrac><mi>a</mi><mi>b</mi></mfrac></math> of it</p>", "half: ab of it");
    reads(
        "<p><img class=mwe-math-fallback-image-inline alt='{\\displaystyle n^{2}}' src=m.svg></p>",
        "$n^{2}$",
    );
}

#[test]
fn notes_are_named_and_stand_at_the_end() {
    let noted = "<p>Said<sup><a href='#fn1'>1</a></sup> and done<sup id=r2><a href='#fn2'>[2]</a></sup>.</p><p>More.</p>\
        <section class=footnotes><ol><li id=fn1><p>One <i>note</i>. <a href='#r1' class=footnote-backref>↩</a></p></li><li id=fn2>Two.</li></ol></section>";
    let ruled = noted.replace("<ol>", "<hr><ol>");
    reads(&ruled, "Said[^1] and done[^2].\n\nMore.\n\n[^1]: One *note*.\n\n[^2]: Two.");
    reads(noted, "Said[^1] and done[^2].\n\nMore.\n\n[^1]: One *note*.\n\n[^2]: Two.");
}

#[test]
fn links_are_absolute_and_harmless() {
    reads(
        "<p><a href='../b?x=1&amp;y=2'>a</a> <a href='javascript:alert(1)'>evil</a> <a href='data:text/html,x'>data</a> <a href='mailto:a@b.c'>mail</a></p>",
        "[a](https://example.com/b?x=1&y=2) evil data [mail](mailto:a@b.c)",
    );
    reads("<p><a href='/x'></a>empty</p>", "empty");
    reads("<a href='/card'><h3>Title</h3><p>Words</p></a>", "### [Title](https://example.com/card)\n\nWords");
    reads(
        "<a href='/card'><div>Title</div><div>Words</div></a>",
        "[Title](https://example.com/card)\n\nWords",
    );
    reads("<h2 id=x>Part<a class=headerlink href='#x'>¶</a></h2>", "## Part");
    let plain = Page::parse("<p><a href=/b>a</a> <img src=i.png alt=pic></p>", AT);
    let wish = Wish { main: false, links: false, images: false, ..Wish::default() };
    assert_eq!(plain.content(&wish).markdown, "a\n");
}

#[test]
fn images_that_come_late_are_at_their_real_address() {
    reads(
        "<img src='data:image/gif;base64,R0' data-src='/late.jpg' alt=a>",
        "![a](https://example.com/late.jpg)",
    );
    reads("<img srcset='s.jpg 300w, l.jpg 900w' alt=a>", "![a](https://example.com/a/l.jpg)");
    reads(
        "<picture><source srcset='p.webp 1x, q.webp 2x'><img alt=a></picture>",
        "![a](https://example.com/a/q.webp)",
    );
    reads("<p>x<img src=/dot.gif width=1 height=1></p>", "x");
}

#[test]
fn tasks_keep_their_ticks_and_choices_of_a_form_have_none() {
    reads(
        "<ul><li class=task-list-item><input type=checkbox disabled checked> Done</li><li><input type=checkbox disabled><p>To do</p></li></ul>",
        "- [x] Done\n- [ ] To do",
    );
    reads("<ul><li><label><input type=checkbox checked> Blue</label></li></ul>", "- Blue");
}

#[test]
fn controls_are_no_content_and_folded_text_is() {
    reads("<p>a</p><form><input value=x><button>Send</button><select><option>o</select></form>", "a");
    reads("<details><summary>More</summary><p>Inside</p></details>", "More\n\nInside");
}

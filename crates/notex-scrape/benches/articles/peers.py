"""Reads pages as the published extractors do. Lines of JSON come in with a page each; lines of JSON go out with the text that
each extractor finds in it and the milliseconds it took."""

import json
import sys
import time

import trafilatura
from lxml import html as lxml_html
from readability import Document

BLOCKS = {"p", "div", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "br", "dt", "dd", "pre", "blockquote", "figcaption", "section"}


def text_of(fragment):
    tree = lxml_html.fromstring(fragment)
    for element in tree.iter():
        if element.tag in BLOCKS:
            element.tail = "\n" + (element.tail or "")
            element.text = "\n" + (element.text or "")
    return tree.text_content()


def with_readability(page):
    return text_of(Document(page).summary())


def with_trafilatura(page):
    return trafilatura.extract(page, include_comments=False, include_tables=True) or ""


def with_trafilatura_for_recall(page):
    return trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True) or ""


PEERS = {"trafilatura": with_trafilatura, "trafilatura, for recall": with_trafilatura_for_recall, "readability-lxml": with_readability}

for line in sys.stdin:
    page = json.loads(line)["html"]
    found = {}
    for name, read in PEERS.items():
        begun = time.perf_counter()
        try:
            text = read(page)
        except Exception as error:  # An extractor that gives up has found nothing.
            print(f"{name}: {error}", file=sys.stderr)
            text = ""
        found[name] = {"text": text, "ms": (time.perf_counter() - begun) * 1000}
    print(json.dumps(found), flush=True)

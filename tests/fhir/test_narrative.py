"""A narrative is one div of plain formatting."""

from __future__ import annotations

import time

import pytest

from service.fhir.narrative import problem

GOOD = [
    "a",
    "<p class='x' style='color: red'>a<br/>b</p><hr/>",
    "<table border='1'><caption>c</caption><thead><tr><th scope='col'>a</th></tr></thead></table>",
    "<table><tbody><tr><td colspan='2'>b</td></tr></tbody></table>",
    "<ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li></ol><dl><dt>d</dt><dd>e</dd></dl>",
    "<a href='https://a.example'>a</a><a name='x'/><a href='#x'>b</a>",
    "<img src='data:image/png;base64,YQ==' alt='a picture'/>",
    "<p lang='en' xml:lang='en'>a</p><!-- a comment --><![CDATA[b]]>",
    "a &amp; b &lt; &#160;",
]
BAD = {
    "<script>a</script>": "element",
    "<style>p {}</style>": "element",
    "<form>a</form>": "element",
    "<iframe/>a": "element",
    "<ins>a</ins>": "element",
    "<P>a</P>": "element",
    "<p onclick='a()'>a</p>": "attribute",
    "<p data-x='1'>a</p>": "attribute",
    "<a href='http://a.example' target='_blank'>a</a>": "attribute",
    "<a href=' JavaScript:a()'>a</a>": "script",
    "<img src='vbscript:a' alt=''/>a": "script",
    "<svg xmlns='http://www.w3.org/2000/svg'/>a": "namespace",
    "<p><div>a</div></p>": "stand",
    "<p><b><p>a</p></b></p>": "stand",
    "<table><td>a</td></table>": "stand",
    "<li>a</li>": "stand",
    "<ul><p>a</p></ul>": "stand",
    "": "content",
    " \n": "content",
    "<!-- a -->": "content",
    "<img alt='a'/>": "content",
    "a & b": "well-formed",
    "&nbsp;": "well-formed",
    "<p>a": "well-formed",
    "<p id='a' id='b'>a</p>": "well-formed",
    "a\x01": "well-formed",
}
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


@pytest.mark.parametrize("inner", GOOD)
def test_plain_formatting_is_allowed(inner: str) -> None:
    """What HTML 4.0 has for text, lists, tables, links and images may stand in a narrative."""
    assert problem(DIV.format(inner)) is None


@pytest.mark.parametrize(("inner", "reason"), BAD.items())
def test_what_is_not_plain_formatting_is_refused(inner: str, reason: str) -> None:
    """Scripts, forms, frames, styles of their own, other namespaces, misplaced elements and broken XHTML are refused, saying why."""
    assert reason in (problem(DIV.format(inner)) or "")


@pytest.mark.parametrize(
    "text",
    ["<div>a</div>", DIV.replace("div", "p").format("a"), DIV.format("a") * 2, "a", f"<!DOCTYPE div>{DIV.format('a')}", 1],
)
def test_a_narrative_is_one_div(text: object) -> None:
    """Anything but one div in XHTML's namespace is refused, a document type before all: it may define entities."""
    assert problem(text)


def test_hostile_xhtml_takes_no_time() -> None:
    """Depth and length cost no more than linear time."""
    before = time.process_time()
    assert problem(DIV.format("<b>" * 100_000 + "a" + "</b>" * 100_000)) is None
    assert problem(DIV.format("<p>a</p>" * 100_000)) is None
    assert time.process_time() - before < 2

"""YAML as a tree with places; whatever the file holds, it is a tree or an error."""

from __future__ import annotations

from random import Random

import pytest

from service.diagnostics.spans import Source, Span
from service.diagnostics.tree import MAX_DEPTH, Mapping, Scalar, Sequence, parse

SIGNS = "{}[]:,-?&*!|>'\"%@`#~=<>$ \t\n\r\x00\x85\u2028\ufeffaé日🙂"
PIECES = (*SIGNS, "key: ", "\n  ", "- ", "---\n", "...\n", "<<: *a")


def tree(text: str) -> Mapping:
    root, found = parse(Source("a.yaml", text))
    assert not found, [one.render() for one in found]
    assert isinstance(root, Mapping)
    return root


def codes(text: str) -> list[str]:
    return [one.code for one in parse(Source("a.yaml", text))[1]]


def texts(text: str) -> list[str]:
    return [value.text for _, value in tree(text) if isinstance(value, Scalar)]


def test_every_scalar_is_text() -> None:
    """Numbers, dates, booleans and null keep their spelling, and quotes never change a meaning."""
    assert texts("a: 1.0\nb: 2024-05-14\nc: yes\nd: null\ne: ~\nf:\ng: '1.0'\nh: \"yes\"\ni: 0x1F") == [
        "1.0", "2024-05-14", "yes", "null", "~", "", "1.0", "yes", "0x1F",
    ]  # fmt: skip


def test_a_scalar_knows_its_place() -> None:
    """The span of key and value is what is written, quotes included, behind signs of any width, too."""
    [(key, value)] = tree("# 🙂\nschlüssel: 'größe 日本'\n")
    assert isinstance(value, Scalar)
    assert (key.span.place, key.span.text) == ("a.yaml:2:1", "schlüssel")
    assert (value.span.place, value.span.text) == ("a.yaml:2:12", "'größe 日本'")


def test_blocks_and_lists_know_their_place() -> None:
    """A block's span begins with its first key, a list's with its first sign, and both end behind their last."""
    root = tree("a: {b: c}\nd:\n  - e\n  - f\n")
    flow, block = root.get("a"), root.get("d")
    assert isinstance(flow, Mapping)
    assert flow.span.text == "{b: c}"
    assert isinstance(block, Sequence)
    assert block.span.place == "a.yaml:3:3"
    assert root.get("z") is None


def test_a_word_from_a_loop_is_pointed_to_where_it_was_taken_from() -> None:
    """A text that a loop made is searched in its own line first, then in the lines that its words came from."""
    template, table = Source("a.yaml", "match code: <code>"), Source("b.yaml", "code: weight")
    one = Scalar("weight", Span(template, 12, 18), (("weight", Span(table, 6, 12)),))
    assert one.at("weight").place == "b.yaml:1:7"
    assert one.at("code").place == "a.yaml:1:14"
    assert one.at("height").place == "a.yaml:1:13"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028"])
def test_every_line_end_of_yaml_is_one(end: str) -> None:
    """Files from anywhere read the same, and their places count the lines as YAML does."""
    root = tree(f"a: b{end}c: d{end}")
    assert [(key.text, key.span.place) for key, _ in root] == [("a", "a.yaml:1:1"), ("c", "a.yaml:2:1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n\tc: d", ["KAP001"]),
        ("\ta: b", ["KAP001"]),
        ("a: 'b", ["KAP001"]),
        ("a: [b", ["KAP001"]),
        ("a: {b", ["KAP001"]),
        ("a: b: c", ["KAP001"]),
        ("a: b\n  c: d", ["KAP001"]),
        ("a: {b[c]: d}", ["KAP001"]),
        ('a: "\\q"', ["KAP001"]),
        ("a: @b", ["KAP001"]),
        ("]", ["KAP001"]),
        ("- a\nb: c", ["KAP001"]),
        ("%TAG x\n---\na: b", ["KAP001"]),
        ("a: b\x00", ["KAP002"]),
        ("a: \x1b", ["KAP002"]),
        ("a: \ufffe", ["KAP002"]),
        ("a: b\na: c\na: d", ["KAP003", "KAP003"]),
        ("a: &x b", ["KAP004"]),
        ("a: &x b\nc: *x", ["KAP004", "KAP004"]),
        ("a: &x {b: c}\nd:\n  <<: *x", ["KAP004", "KAP004"]),
        ("&x a: b", ["KAP004"]),
        ("a: !!int 3", ["KAP005"]),
        ("a: !b {c: d}", ["KAP005"]),
        ("a: ! b", ["KAP005"]),
        ("a: b\n---\nc: d", ["KAP006"]),
        ("a: b\n...\nc: d", ["KAP001"]),
        ("a: b\n...\n", []),
        ("[" * 500, ["KAP007"]),
        ("[" * 5000, ["KAP001"]),
        ("a: " + "{a: " * 5000, ["KAP007"]),
        ("- " * 5000, ["KAP007"]),
        ("[a, b]: c", ["KAP008"]),
        ("{a: b}: c", ["KAP008"]),
        ("? - a\n: b", ["KAP008"]),
        ("", ["KAP009"]),
        ("\n\n", ["KAP009"]),
        ("# a comment", ["KAP009"]),
        ("\ufeff", ["KAP009"]),
        ("a: &x !!str b\na: c", ["KAP004", "KAP005", "KAP003"]),
    ],
)
def test_what_yaml_allows_and_we_do_not_is_told(text: str, expected: list[str]) -> None:
    """Each fault of a file has its own error, and those that leave the rest readable are told together."""
    assert codes(text) == expected


def test_errors_point_to_the_word_that_is_wrong() -> None:
    """An anchor, a tag and an alias are marked by themselves; what never ends, where it begins."""
    for text, word in (("a: &x b", "&x"), ("a: !!int 3", "!!int"), ("a: &x b\nc: *x", "*x"), ("é: 'b\n\n", "'"), ("é日: \x07b", "\x07")):
        *_, last = parse(Source("a.yaml", text))[1]
        assert last.span.text == word


def test_as_many_levels_as_are_allowed_can_be_read() -> None:
    """The deepest tree is one of the limit."""
    assert codes("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert codes("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == ["KAP007"]


def test_a_list_or_a_word_alone_is_a_tree() -> None:
    """What a file should hold is for others to say."""
    assert isinstance(parse(Source("a.yaml", "- a\n- b"))[0], Sequence)
    assert isinstance(parse(Source("a.yaml", "word"))[0], Scalar)


def test_no_text_ends_the_program() -> None:
    """Whatever the signs, there is a tree or an error, and the error can be printed."""
    random = Random(7)
    for _ in range(3000):
        text = "".join(random.choices(PIECES, k=random.randrange(1, 30)))
        root, found = parse(Source("a.yaml", text))
        assert root is not None or found, repr(text)
        assert all(one.render() for one in found)

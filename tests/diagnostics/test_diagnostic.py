"""An error as a person sees it, and a run of errors."""

from __future__ import annotations

import pytest

from service.diagnostics.diagnostic import Diagnostic, Diagnostics, close, similar, some
from service.diagnostics.spans import Source, Span


def at(text: str, word: str, name: str = "a.yaml") -> Span:
    start = text.index(word)
    return Span(Source(name, text), start, start + len(word))


def told(text: str, word: str) -> list[str]:
    """The line and the line of its caret."""
    return Diagnostic("KAP000", "wrong", at(text, word), "here").render().split("\n")[3:5]


def test_an_error_is_told_like_rustc_tells_it() -> None:
    """A header, the place, the line with a caret, then notes and help, each further line of them indented."""
    text = "\n" * 9 + "heart: $hart\n"
    one = Diagnostic("KAP102", "there is no field `hart`", at(text, "hart"), "unknown", ("as in\n  hart: 72", "twice"), "take `heart`")
    assert one.render() == (
        "error[KAP102]: there is no field `hart`\n"
        "  --> a.yaml:10:9\n"
        "   |\n"
        "10 | heart: $hart\n"
        "   |         ^^^^ unknown\n"
        "   |\n"
        "   = note: as in\n"
        "       hart: 72\n"
        "   = note: twice\n"
        "   = help: take `heart`"
    )


def test_without_remarks_the_caret_comes_last() -> None:
    """No empty line stands below an error without note and help."""
    assert Diagnostic("KAP000", "wrong", at("a: b", "b")).render().endswith("1 | a: b\n  |    ^")


def test_the_caret_stands_below_what_follows_a_tab() -> None:
    """A tab before the caret is a tab, so that both lines are as wide in every terminal."""
    assert told("\ta:\tb", "b") == ["1 | \ta:\tb", "  | \t  \t^ here"]


@pytest.mark.parametrize(
    ("text", "word", "caret"),
    [
        ("日本: x", "x", "      ^"),
        ("a: 日本", "日本", "   ^^^^"),
        ("n\u0303: x", "x", "   ^"),
        ("🙂: x", "x", "    ^"),
        ("é: x", "x", "   ^"),
    ],
)
def test_the_caret_stands_below_wide_and_combined_signs(text: str, word: str, caret: str) -> None:
    """A wide sign takes two columns and a combining one none."""
    assert told(text, word)[1] == f"  | {caret} here"


def test_a_control_character_is_shown_by_its_picture() -> None:
    """A terminal is never sent a control character of a file."""
    assert told("a: \x1b[31m", "\x1b")[0] == "1 | a: ␛[31m"


def test_a_span_over_several_lines_is_marked_on_its_first() -> None:
    """The caret ends with the line, spaces at its end not counted."""
    assert told("a: {b,  \n  c}", "{b,  \n  c}")[1] == "  |    ^^^ here"


def test_an_empty_file_and_the_end_of_a_file_can_be_pointed_to() -> None:
    """A span without a character has a caret, too."""
    for text in ("", "a: b", "a: b\n"):
        lines = Diagnostic("KAP000", "wrong", Span(Source("a.yaml", text), len(text), len(text)), "here").render().split("\n")
        assert lines[4].endswith("^ here")


def test_a_file_with_crlf_is_told_without_its_line_ends() -> None:
    """The carriage return of a file from Windows is not printed."""
    assert told("a: b\r\nc: d\r\n", "d") == ["2 | c: d", "  |    ^ here"]


def test_errors_are_told_file_by_file_in_the_order_of_the_text() -> None:
    """The order in which they were found does not matter, and one found twice is told once."""
    first, second = Source("a.yaml", "x y"), Source("b.yaml", "x y")
    found = [Diagnostic("KAP001", "m", Span(source, start, start + 1)) for source in (second, first) for start in (2, 0)]
    assert [one.span.place for one in Diagnostics([*found, *found]).found] == ["a.yaml:1:1", "a.yaml:1:3", "b.yaml:1:1", "b.yaml:1:3"]


def test_an_error_that_only_follows_from_another_is_not_told() -> None:
    """What needs a name that is broken elsewhere says nothing new."""
    root = Diagnostic("KAP018", "no type", at("a b", "a"), breaks="weight")
    follows = Diagnostic("KAP102", "no field", at("a b", "b"), needs=("weight", "fields"))
    other = Diagnostic("KAP102", "no field", at("a b", "b"), needs=("height", "fields"))
    assert Diagnostics([follows, root]).found == (root,)
    assert Diagnostics([other, root]).found == (root, other)


def test_errors_that_follow_from_each_other_are_told() -> None:
    """A run with errors never ends without one."""
    one = Diagnostic("KAP113", "no pattern", at("a b", "a"), breaks="x", needs=("x", "y"))
    other = Diagnostic("KAP113", "no pattern", at("a b", "b"), breaks="y", needs=("x",))
    assert Diagnostics([one]).found == (one,)
    assert Diagnostics([one, other]).found == (one, other)


def test_all_errors_stand_in_the_text_of_the_exception() -> None:
    """Printing the exception prints every error, an empty line between them."""
    one, other = Diagnostic("KAP001", "m", at("a b", "a")), Diagnostic("KAP002", "n", at("a b", "b"))
    assert str(Diagnostics([one, other])) == f"{one.render()}\n\n{other.render()}"


def test_a_misspelt_name_finds_its_neighbour() -> None:
    """The closest name comes first; names that are much less alike are left out."""
    assert similar("hart_rate", ["heart_rate", "weight", "height"]) == "did you mean `heart_rate`?"
    assert close("valueQuantty", ["valueQuantity", "valueRatio", "valueRange"]) == "`valueQuantity`"
    assert close("bp_sys", ["bp_sit", "bp_set"]) == "`bp_sit` or `bp_set`"


def test_a_name_like_no_other_finds_nothing() -> None:
    """A guess that is far off is worse than none, and no names are no guess."""
    assert similar("dob", ["birthDate", "gender"]) == ""
    assert similar("dob", []) == ""


def test_of_many_names_a_dozen_is_named() -> None:
    """A long list is cut and says so."""
    assert some("ab") == "a, b"
    assert some("abcdefghijklm") == "a, b, c, d, e, f, g, h, i, j, k, l, …"

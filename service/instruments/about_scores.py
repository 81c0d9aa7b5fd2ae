"""The scores of an instrument as its file spells them: what they are made of, their range and bands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from service.diagnostics.messages import instruments as say
from service.instruments import rules
from service.instruments.block import Block
from service.instruments.instrument import Item, Range, Score

_KEYS = ("items", "reversed", "method", "not computed", "range", "bands", "missing", "source")
_METHODS = ("sum", "last yes")
_MISSING = "no score"


def scores(file: Block, block: Block, items: Mapping[str, Item]) -> dict[str, Score]:
    """The scores of a block by name: the total and the subscales that the file has a code for."""
    titles = {one.key.text: "total" for one in file.block("total").blocks()}
    titles |= {one.key.text: one.text("text") for one in file.block("subscales").blocks()}
    block.only(titles)
    blocks = {one.key.text: one for one in block.blocks()}
    block.found.extend([say.missing_key(block.key.span, name, block.key.text) for name in titles if name not in blocks and block.there])
    ranges = {name: item.range for name, item in items.items()}
    parts = ranges | {name: _range(one) for name, one in blocks.items() if one.tree.get("not computed")}
    return {name: _score(one, titles[name], parts) for name, one in blocks.items() if name in titles}


def _score(block: Block, title: str, parts: Mapping[str, Range | None]) -> Score:
    block.only(_KEYS)
    not_computed = block.text("not computed")
    made_of = _names(block, "items", list(parts), required=not not_computed)
    method = block.word("method", _METHODS, required=not not_computed)
    spelt, range_, found = block.node("range"), _range(block), _reach(method, [parts[name] for name in made_of])
    if spelt and range_ and found and range_ != found:
        block.found.append(say.range_differs(spelt.span, str(range_), str(found)))
    missing = {word.text: source for word, source in block.block("missing").sourced()}
    block.block("missing").only((_MISSING,))
    return Score(
        name=block.key.text,
        title=title,
        items=made_of,
        reversed=_names(block, "reversed", made_of),
        method=method,
        not_computed=not_computed,
        range=range_ or found,
        bands=tuple(_bands(block.block("bands"), range_ or found)),
        missing=missing.get(_MISSING, ""),
        source=block.text("source"),
    )


def _range(block: Block) -> Range | None:
    spelt = block.node("range")
    return rules.range_(spelt, block.found) if spelt else None


def _names(block: Block, key: str, known: Sequence[str], *, required: bool = False) -> tuple[str, ...]:
    spelt = block.node(key, required=required)
    return rules.names(spelt, spelt.text, known, block.found) if spelt else ()


def _reach(method: str, parts: Sequence[Range | None]) -> Range | None:
    """The range of the scores that answers in these ranges come to; None where one of them is not known."""
    ranges = [one for one in parts if one]
    if not ranges or len(ranges) < len(parts):
        return None
    if method == "last yes":
        return Range(Decimal(), Decimal(len(ranges)))
    return Range(sum((one.low for one in ranges), Decimal()), sum((one.high for one in ranges), Decimal()))


def _bands(block: Block, whole: Range | None) -> Iterator[tuple[Range, str]]:
    """The bands from low to high. Between them no whole number is left out, and none stands in two."""
    before: Range | None = None
    for key, name in block.lines():
        band = rules.range_(key, block.found)
        if band is None:
            continue
        if whole is None:
            block.found.append(say.missing_key(block.key.span, "range", block.key.text))
            return
        start = before.high + 1 if before else whole.low
        if band.low not in whole or band.high not in whole:
            block.found.append(say.band_outside(key.span, str(band), str(whole)))
        elif before and band.low <= before.high:
            block.found.append(say.bands_overlap(key.span, str(band), str(before)))
        elif band.low > start:
            block.found.append(say.bands_leave_out(key.span, str(Range(start, band.low - 1))))
        before = band
        yield band, name.text
    if before and whole and before.high < whole.high:
        block.found.append(say.bands_leave_out(block.key.span, str(Range(before.high + 1, whole.high))))

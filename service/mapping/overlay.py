"""A clinic's changes merged into a mapping tree: `+key` adds, `-key` removes, a bare key replaces or goes inside.

A key to add must not exist, one to remove or to change must: a change of the base that an overlay relied on is an error at load.
"""

from __future__ import annotations

from dataclasses import replace

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import syntax as form
from service.diagnostics.tree import Mapping, Node, Scalar


def merge(base: Mapping, overlay: Node, found: list[Diagnostic]) -> Mapping:
    """The base with the overlay's changes, each at its place: a replaced key keeps its line's order, an added one comes last."""
    if not isinstance(overlay, Mapping):
        found.append(form.not_a_block(overlay.span, "an overlay"))
        return base
    entries: dict[str, tuple[Scalar, Node]] = {key.text: (key, value) for key, value in base}
    for key, value in overlay:
        sign, name = (key.text[0], key.text[1:]) if key.text[:1] in ("+", "-") else ("", key.text)
        bare = replace(key, text=name)
        if sign == "+":
            if name in entries:
                found.append(say.overlay_adds_existing(key.span, name, entries[name][0].span))
            entries[name] = (bare, value)
        elif name not in entries:
            found.append(say.overlay_misses(key.span, name, entries))
        elif sign == "-" and isinstance(value, Scalar) and not value.text:
            del entries[name]
        elif sign == "-":
            found.append(form.removal_with_value(value.span, name))
        else:
            old = entries[name][1]
            inside = isinstance(old, Mapping) and isinstance(value, Mapping)
            entries[name] = (bare, merge(old, value, found) if inside else value)  # type: ignore[arg-type]
    return replace(base, entries=tuple(entries.values()))

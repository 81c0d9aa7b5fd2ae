"""docs/about.md explains the block."""

from __future__ import annotations

from service.instruments import about, about_scores
from tests.contract.repository import text


def test_every_line_and_word_is_explained():
    """Each key of the block and of a score, and each word that they take, stands in the page."""
    page = text("docs/about.md")
    keys = (*about._KEYS, *about_scores._KEYS, about_scores._MISSING)
    words = (*about._RATERS, *about._DIRECTIONS, *about._MEANINGS, *about_scores._METHODS)
    assert not [word for word in (*keys, *words, about._FREE, about._NOT_FREE) if f"`{word}`" not in page and f"`text: {word}`" not in page]

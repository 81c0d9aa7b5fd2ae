"""Checked mappings are kept by what they say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.diagnostics.diagnostic import Diagnostics
from service.mapping import cache, library
from service.mapping.wire import Gateway

ROOT = Path(__file__).parents[2]
RECORD = b'{"reading_id":"v-1","client_id":"c-17","recorded_at":"2024-05-14T09:50:00-06:00","status":"final","heart_rate":70.0}'


def test_a_second_start_does_not_check_again_and_converts_the_same(tmp_path, monkeypatch):
    """The mappings that come out of the cache give the same bytes both ways, without `library.check`."""
    first = Gateway.of(cache.load(ROOT / "mappings", "", tmp_path))

    def never(*_):
        raise AssertionError

    monkeypatch.setattr(library, "check", never)
    second = Gateway.of(cache.load(ROOT / "mappings", "", tmp_path))
    answer = first.to_fhir("vitals", RECORD).data
    assert second.to_fhir("vitals", RECORD).data == answer
    assert second.from_fhir(answer) == first.from_fhir(answer)
    assert second.mapping == first.mapping


def test_changed_mappings_are_checked(tmp_path):
    """A file that changed is another content hash: a broken one is refused although the sound one is kept."""
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    cache.load(folder, "", tmp_path / "cache")
    path = folder / "vitals.yaml"
    path.write_text(path.read_text().replace("heart_rate:", "hart_rate:", 1))
    with pytest.raises(Diagnostics):
        cache.load(folder, "", tmp_path / "cache")


def test_a_broken_cache_is_made_anew(tmp_path):
    """What cannot be read from the cache is checked and kept again."""
    cache.load(ROOT / "mappings", "", tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    assert cache.load(ROOT / "mappings", "", tmp_path).kinds
    assert max(path.stat().st_size for path in tmp_path.iterdir()) > 1000

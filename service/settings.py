"""The environment, parsed once into one frozen dataclass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any


class SettingsError(ValueError):
    """Every setting that cannot be read, one on a line, by the name of its variable."""


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text):
        raise ValueError(text)
    return text


def _bytes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) == 0:
        raise ValueError(text)
    return int(text)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one process is told; the variable of a field is `KAP_` and its name. The address to listen on is gunicorn's (`--bind`)."""

    mappings: Path = field(default=Path("mappings"), metadata={"read": Path, "form": "a folder", "means": "the mappings to serve"})
    clinic: str = field(
        default="",
        metadata={
            "read": _name,
            "form": "the name of a file in the folder `clinics` of the mappings, without `.yaml`",
            "means": "the clinic whose overlay is applied",
        },
    )
    cache: Path | None = field(
        default=None,
        metadata={
            "read": Path,
            "form": "a folder",
            "means": "where checked mappings are kept for the next start; only the service may write there",
        },
    )
    max_body: int = field(
        default=4 * 1024 * 1024,
        metadata={"read": _bytes, "form": "a number of bytes above 0", "means": "the longest request body"},
    )
    max_line: int = field(
        default=1024 * 1024,
        metadata={"read": _bytes, "form": "a number of bytes above 0", "means": "the longest line of NDJSON"},
    )


def variable(one: Field[Any]) -> str:
    """The environment variable of a field of Settings; its metadata tell its `form` and what it `means`."""
    return f"KAP_{one.name.upper()}"


def read(environ: Mapping[str, str]) -> Settings:
    """The settings that an environment spells; an empty variable counts as absent.

    Raises SettingsError with every variable that has not its form; other variables are not looked at.
    """
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for one in fields(Settings):
        text = environ.get(variable(one), "")
        try:
            values[one.name] = one.metadata["read"](text) if text else one.default
        except ValueError:
            wrong.append(f"{variable(one)} is `{text}`, but must be {one.metadata['form']}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Settings(**values)

"""Ids in paths of requests."""

from typing import Any
from urllib.parse import quote

from .problems import BadArgument


def part(name: Any) -> str:
    """Raises BadArgument for what a path cannot have as an id: it would lead elsewhere."""
    if name is None or str(name) in ("", ".", ".."):
        raise BadArgument(f"{name!r} is no id")
    return quote(str(name), safe="")

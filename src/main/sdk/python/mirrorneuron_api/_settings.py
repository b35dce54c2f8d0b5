"""Where the server is and which token it wants: an argument, else the environment, else what a server of this home announced."""

import json
import os
import pathlib
from typing import Optional, Tuple
from urllib.parse import urlsplit

from .problems import BadArgument

DEFAULT_URL = "http://localhost:54001/api/v1"


def find(url: Optional[str], token: Optional[str], home: Optional[str]) -> Tuple[str, Optional[str]]:
    """The API's address without a slash at its end, and the token, None where there is none.

    A token of this home is sent only to the server that this home knows, never to an address given here or by a variable.
    """
    folder = pathlib.Path(home or os.environ.get("MN_HOME") or pathlib.Path.home() / ".mn").expanduser()
    named = url or os.environ.get("MN_API_BASE_URL") or None
    found = token if token is not None else os.environ.get("MN_API_TOKEN") or None
    if found is None and os.environ.get("MN_API_TOKEN_FILE"):
        found = _content(pathlib.Path(os.environ["MN_API_TOKEN_FILE"]))
    if found is None and named is None:
        found = _content(folder / "api.token")
    address = _checked(named or _announced(folder) or DEFAULT_URL).rstrip("/")
    if not address.endswith("/api/v1"):
        address += "/api/v1"
    secret = (found or "").strip().lstrip("\ufeff")
    if any(not "!" <= character <= "~" for character in secret):
        raise BadArgument("the token has a character that no header may have")
    return address, secret or None


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of the port
        good = False
    if not good:
        raise BadArgument(f"{url!r} is no address of a server, which is like http://localhost:54001")
    if parts.username is not None or parts.query or parts.fragment:
        raise BadArgument("the address of a server has no user, query or fragment; its token is the argument token")
    return url


def _announced(folder: pathlib.Path) -> Optional[str]:
    try:
        api = json.loads(_content(folder / "runtime-endpoints.json") or "{}").get("api") or {}
    except ValueError:
        return None
    if api.get("base_url"):
        return str(api["base_url"])
    if api.get("host") and api.get("port"):
        return f"http://{api['host']}:{api['port']}/api/v1"
    return None


def _content(file: pathlib.Path) -> Optional[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None

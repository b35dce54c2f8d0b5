"""What following a stream takes, without input and output, which differ between the blocking and the async client."""

import json
import time
from typing import Any, Callable, Dict, Generic, Iterator, List, NamedTuple, Optional, TypeVar

import httpx

from . import _retries, problems

T = TypeVar("T")

MALFORMED = (ValueError, KeyError, TypeError, AttributeError)
"""What reading raises of an answer that is none of the contract."""

SILENCE = 50.0
"""Seconds, longer than three heartbeats of a server: a connection that is silent for so long is lost."""


class Follow(Generic[T]):
    """A stream of the contract, as x-mn-stream tells of it, and where it is to begin."""

    def __init__(
        self,
        path: str,
        read: Callable[[Dict[str, Any]], T],
        patience: float,
        after: Optional[str] = None,
        params: Optional[Dict[str, str]] = None,
    ) -> None:
        self.path = path
        self.read = read
        self.patience = patience
        """Seconds without a connection after which it is given up."""
        self.after = after
        self.params = params or {}


class ServerEvent(NamedTuple):
    name: str
    id: Optional[str]
    data: str


class Parser:
    """Server-sent events out of bytes that come in pieces; what was cut off before its blank line is forgotten."""

    def __init__(self) -> None:
        self._pieces: List[bytes] = []
        self._is_first = True
        self._was_return = False
        self._name = ""
        self._id: Optional[str] = None
        self._data: List[str] = []

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        feed = piece[1:] if self._was_return and piece.startswith(b"\n") else piece
        self._was_return = piece.endswith(b"\r")
        feed = feed.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._pieces.append(feed)
        if b"\n" not in feed:
            return
        *lines, rest = b"".join(self._pieces).split(b"\n")
        self._pieces = [rest]
        for raw in lines:
            line = raw.decode("utf-8-sig" if self._is_first else "utf-8", "replace")
            self._is_first = False
            if line:
                self._field(line)
            elif self._data:
                yield ServerEvent(self._name or "message", self._id, "\n".join(self._data))
            if not line:
                self._name, self._id, self._data = "", None, []

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            self._name = value
        elif name == "id":
            self._id = value
        elif name == "data":
            self._data.append(value)


class Patience:
    """With a server that is away: how long until the next try, and when to give up."""

    def __init__(self, what: str, seconds: float) -> None:
        self._what, self._seconds = what, seconds
        self._failures = 0
        self._lost_at: Optional[float] = None

    def longest_pause(self) -> float:
        """Seconds in which a connection has to be there."""
        return min(10.0, max(self._seconds, 0.1))

    def connected(self) -> None:
        """The server answered: patience begins anew, while pauses stay long until something comes."""
        self._lost_at = None

    def got_on(self) -> None:
        """Something came."""
        self._failures = 0

    def lost(self, cause: Exception) -> float:
        """Seconds to wait before the next connection.

        Raises the problem itself where the server's word is final, and ConnectionLost when patience is over.
        """
        if isinstance(cause, problems.Problem) and cause.status < 500 and cause.status != 429:
            raise cause
        now = time.monotonic()
        self._lost_at = now if self._lost_at is None else self._lost_at
        self._failures += 1
        pause = _retries.backoff(self._failures - 1)
        if isinstance(cause, problems.Problem) and cause.retry_after is not None:
            pause = max(pause, cause.retry_after)
        if now + pause - self._lost_at > self._seconds:
            told = str(cause) if isinstance(cause, problems.ConnectionLost) else f"{self._what}: {cause}"
            raise problems.ConnectionLost(f"{told}; given up after {self._seconds:g} s") from cause
        return pause


class Progress(Patience, Generic[T]):
    """How far a stream was read, over all its connections."""

    def __init__(self, follow: "Follow[T]", address: str) -> None:
        super().__init__(address + follow.path, follow.patience)
        self._follow = follow
        self._cursor = follow.after
        self._parser = Parser()
        self.ended = False

    def request(self) -> Dict[str, Any]:
        """Arguments for the next connection."""
        self._parser = Parser()
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", "Accept-Encoding": "identity"}
        if self._cursor is not None:
            headers["Last-Event-ID"] = self._cursor
        return {
            "method": "GET",
            "url": self._follow.path,
            "params": self._follow.params,
            "headers": headers,
            "timeout": httpx.Timeout(self.longest_pause(), read=SILENCE),
            "extensions": _retries.ONCE,
        }

    def opened(self, response: httpx.Response) -> None:
        """Raises UnreadableAnswer for what is no stream. That nothing follows sets ended."""
        if response.status_code == 204:
            self.ended = True
            return
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise problems.unreadable(response)
        self.connected()

    def records(self, piece: bytes) -> Iterator[T]:
        """Records that this piece completes; sets ended behind the last one."""
        for event in self._parser.feed(piece):
            if event.name == "end":
                self.ended = True
                return
            if event.name == "error":
                raise httpx.ReadError("the server could not read the stream: " + event.data)
            try:
                record = self._follow.read(json.loads(event.data))
            except MALFORMED as cause:
                raise problems.UnreadableAnswer(f"{self._follow.path} gave {event.data[:200]!r}") from cause
            if event.id is not None:
                self._cursor = event.id
            self.got_on()
            yield record

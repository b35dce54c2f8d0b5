"""What following topics takes, without sockets, which differ between the blocking and the async client."""

import json
import logging
import ssl
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Union

import httpx

from . import _records, _streams, problems
from .models import Event, WorkflowProgress

Topics = Union[str, Iterable[str], Mapping[str, Optional[Union[str, int]]]]

_ACKNOWLEDGED_AT_ONCE = 100
_REFUSED = 1008

_log = logging.getLogger("mirrorneuron_api.realtime")
_log.setLevel(logging.INFO)  # more would tell tokens

_TYPED: Dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "job_events": Event.from_dict,
    "workflow_progress": WorkflowProgress.from_dict,
    "run": _records.unwrapped,
}
_KINDS = "job_events:JOB_ID, workflow_progress:JOB_ID, run:RUN_ID, resources:RUN_ID, launch_progress:PROGRESS_ID"


class TopicMessage(NamedTuple):
    """A record of a topic, or its end."""

    topic: str
    version: int
    """The cursor of the record: the topic goes on behind it."""
    type: Optional[str]
    """That of the record; ``end`` when no more follow."""
    patch: Optional[Any]
    """The record; None at the end."""
    id: Optional[Union[str, int]]
    occurred_at: Optional[str]

    @property
    def record(self) -> Any:
        """The record as its type: an ``Event``, a ``WorkflowProgress`` or a ``RunRecord``; of other topics as it came."""
        read = _TYPED.get(self.topic.partition(":")[0])
        return read(self.patch) if read is not None and self.patch is not None else self.patch


class Talk(_streams.Patience):
    """What is said over all sockets of a client: each record once, until all topics have ended."""

    def __init__(self, topics: Topics, by_hand: bool, patience: float) -> None:
        super().__init__("/realtime", patience)
        names = [topics] if isinstance(topics, str) else topics
        self._open: Dict[str, Optional[Union[str, int]]] = dict(
            names if isinstance(names, Mapping) else dict.fromkeys(names)
        )
        self.by_hand = by_hand
        self._acknowledged: Dict[str, int] = {}
        self._untold: Dict[str, int] = {}
        self._count = 0

    @property
    def is_over(self) -> bool:
        return not self._open

    @property
    def cursors(self) -> Dict[str, int]:
        return dict(self._acknowledged)

    def greeting(self) -> List[str]:
        """What a new socket is told first."""
        self._untold.clear()
        self._count = 0
        return [
            json.dumps({"action": "subscribe", "topic": topic, "ack": True, "requestId": topic, **_after(cursor)})
            for topic, cursor in self._open.items()
        ]

    def accept(self, text: Union[str, bytes]) -> Optional[TopicMessage]:
        """What a message is for the caller; None for a heartbeat and whatever newer servers say. Raises TopicRefused."""
        try:
            message = json.loads(text)
        except ValueError as cause:
            raise problems.UnreadableAnswer(f"/realtime gave {text[:200]!r}") from cause
        if not isinstance(message, dict):
            return None
        topic, version, kind = message.get("topic"), message.get("version"), message.get("type")
        if kind == "error" and "patch" not in message and message.get("requestId") != "ack":
            if message.get("code") == "UNAVAILABLE":
                raise httpx.ReadError(str(message.get("message")))
            told = str(message.get("message"))
            if message.get("code") == "TOPIC_NOT_FOUND" and (topic or "").partition(":")[0] not in _KINDS:
                told += "; there are " + _KINDS
            raise problems.TopicRefused(topic or "", str(message.get("code")), told)
        if topic not in self._open or not isinstance(version, int) or ("patch" not in message and kind != "end"):
            return None
        if "patch" in message:
            self._open[topic] = version
        else:
            del self._open[topic]
        self.got_on()
        return TopicMessage(topic, version, kind, message.get("patch"), message.get("id"), message.get("occurredAt"))

    def acknowledge(self, message: TopicMessage) -> bool:
        """Whether the server is to be told at once."""
        if message.version <= self._acknowledged.get(message.topic, -1):
            return False
        self._acknowledged[message.topic] = message.version
        if message.topic in self._open:
            self._untold[message.topic] = message.version
            self._count += 1
        return self._count >= _ACKNOWLEDGED_AT_ONCE

    def due(self) -> List[str]:
        """What the server is to be told."""
        untold, self._untold, self._count = self._untold, {}, 0
        return [
            json.dumps({"action": "ack", "topic": topic, "version": version, "requestId": "ack"})
            for topic, version in untold.items()
        ]


def _after(cursor: Optional[Union[str, int]]) -> Dict[str, Any]:
    return {} if cursor is None else {"after": cursor}


def address(url: str) -> str:
    return "ws" + url[len("http") :] + "/realtime"


def options(url: str, headers: Mapping[str, str], trusted: ssl.SSLContext, proxy: Optional[str]) -> Dict[str, Any]:
    """Of a socket. The server bounds what it sends, so nothing else does: a full queue would never see the socket close."""
    sent = {name: value for name, value in headers.items() if name.lower() not in ("accept", "user-agent")}
    found: Dict[str, Any] = {"additional_headers": sent, "max_size": None, "max_queue": None}
    found["user_agent_header"] = next(value for name, value in headers.items() if name.lower() == "user-agent")
    if url.startswith("https:"):
        found["ssl"] = trusted
    return {**found, "proxy": proxy, "logger": _log}


def missing() -> ImportError:
    return ImportError("/realtime needs the package websockets: pip install 'mirrorneuron-api[realtime]'")


def cause(url: str, failure: Exception) -> Exception:
    """The problem that a socket told: it could not be opened, or was closed because the token is over."""
    response = getattr(failure, "response", None)
    if response is not None:
        told = {"retry-after": response.headers.get("retry-after", "")}
        return problems.of(httpx.Response(response.status_code, headers=told, content=bytes(response.body or b"")))
    closed = getattr(failure, "rcvd", None)
    if closed is not None and closed.code == _REFUSED:
        return problems.Unauthorized(401, {"error": closed.reason, "detail": "the server closed the socket"}, None)
    return problems.ConnectionLost(f"{url}: {failure or type(failure).__name__}")

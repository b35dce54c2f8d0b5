"""Failures as errors, all of them a ``MirrorNeuronError``; what the server tells is a ``Problem``."""

import json
from typing import Any, Dict, List, Optional, Type

import httpx


class MirrorNeuronError(Exception):
    """Whatever this package raises by itself."""


class BadArgument(MirrorNeuronError, ValueError):
    """What was given cannot be sent: an address that is none, a folder without a manifest."""


class ConnectionLost(MirrorNeuronError):
    """A server could not be reached, or a stream not be continued, for as long as the caller wanted to wait."""


class JobFailed(MirrorNeuronError):
    """A job that ``wait`` was to check ended otherwise than completed."""

    def __init__(self, job_id: str, status: str, reason: str, stderr: str) -> None:
        self.job_id = job_id
        self.status = status
        """``failed`` or ``cancelled``."""
        self.reason = reason
        """Why, in words for people."""
        self.stderr = stderr
        """The end of what the program that failed wrote to stderr; empty where there is none."""
        because = (": " + reason if reason else "") + ("\n" + stderr.rstrip() if stderr else "")
        super().__init__(f"job {job_id} is {status}{because}")

    def __reduce__(self) -> Any:
        return type(self), (self.job_id, self.status, self.reason, self.stderr)


class NotVerified(MirrorNeuronError):
    """What came as a webhook was not signed with its secret, or too long ago: answer it with 403."""


class UnreadableAnswer(MirrorNeuronError):
    """What came is no answer of the contract: perhaps another server is at this address."""


class TopicRefused(MirrorNeuronError):
    """The server does not give a topic: there is none of this name, or not for this caller."""

    def __init__(self, topic: str, code: str, detail: str) -> None:
        self.topic = topic
        self.code = code
        """The word for programs, for example ``TOPIC_NOT_FOUND``."""
        self._detail = detail
        super().__init__(f"{code} {topic}: {detail}")

    def __reduce__(self) -> Any:
        return type(self), (self.topic, self.code, self._detail)


class Problem(MirrorNeuronError):
    """What the server refused, or could not do, in its own words."""

    def __init__(self, status: int, body: Dict[str, Any], retry_after: Optional[float]) -> None:
        self.status = status
        """The status of HTTP."""
        self.error: str = str(body.get("error") or f"http_{status}")
        """The word for programs, for example ``job_not_found``."""
        self.detail: str = str(body.get("detail") or body.get("title") or "")
        """A sentence for people."""
        errors = body.get("errors")
        self.errors: List[Dict[str, Any]] = (
            [fault for fault in errors if isinstance(fault, dict)] if isinstance(errors, list) else []
        )
        """Faults of the request, or issues of the manifest."""
        report = body.get("validation")
        self.validation: Optional[Dict[str, Any]] = report if isinstance(report, dict) else None
        """The report of a refused manifest."""
        self.retry_after = retry_after
        """After how many seconds the same request is worth another try."""
        self.request_id: Optional[str] = body.get("request_id")
        self.body = body
        """The whole answer."""
        super().__init__(f"{status} {self.error}: {self.detail}")

    def __reduce__(self) -> Any:
        return type(self), (self.status, self.body, self.retry_after)

    @property
    def code(self) -> Optional[str]:
        """The code of the first fault or issue, for example ``manifest.unknown_member``."""
        first = self.errors[0] if self.errors else {}
        code = first.get("code") or first.get("type")
        return None if code is None else str(code)


class Unauthorized(Problem):
    """401: the token is missing or wrong."""


class Forbidden(Problem):
    """403: the token's role is too small, or the page may not call."""


class NotFound(Problem):
    """404: no such job, run, file."""


class Conflict(Problem):
    """409: it was done already, or something else was done with the same key."""


class Invalid(Problem):
    """400 and 422: the request or the manifest does not fit; ``errors`` and ``validation`` say where."""


class TooBusy(Problem):
    """429 and 503: not now."""


_TYPES: Dict[int, Type[Problem]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
    429: TooBusy,
    503: TooBusy,
}


def lost(request: httpx.Request, cause: Exception) -> ConnectionLost:
    """The error for a request that got no answer, or not all of it."""
    url = request.url
    return ConnectionLost(
        f"{request.method} {url.scheme}://{url.netloc.decode()}{url.path}: {cause or type(cause).__name__}"
    )


def unreadable(response: httpx.Response) -> UnreadableAnswer:
    kind = response.headers.get("content-type", "nothing said of its type")
    return UnreadableAnswer(
        f"{response.request.method} {response.url} gave {response.status_code}, {kind}: no such answer is known"
    )


def of(response: httpx.Response) -> Problem:
    """The error for an answer that was read, whatever stands between the server and us."""
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        body = {"detail": response.text[:500]}
    return _TYPES.get(response.status_code, Problem)(response.status_code, body, retry_after(response))


def retry_after(response: httpx.Response) -> Optional[float]:
    """Seconds; dates are not understood, since no server of ours sends one."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else None

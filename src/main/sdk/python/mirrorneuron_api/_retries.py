"""Tries again where that is safe: what the server refused before it did anything, and what may be done twice.

429 is a refusal before anything was done. 503 may come late, so a request is sent again only if it
changes nothing, or has a key by which the server knows it. So is one that got no answer at all.
"""

import asyncio
import logging
import random
import time
from typing import Any, Optional

import httpx

from . import problems

TRIES = 4
ONCE = {"tries": 1}
"""As the extensions of a request: whoever sends it tries again by itself."""
LONGEST_PAUSE = 30.0

_log = logging.getLogger("mirrorneuron_api")


def pause_after(
    request: httpx.Request, response: Optional[httpx.Response], attempt: int, tries: int
) -> Optional[float]:
    """Seconds to wait before the request is sent again; None: it is not. No response means that none came."""
    if attempt >= request.extensions.get("tries", tries):
        return None
    repeatable = request.method in ("GET", "HEAD", "PUT") or "idempotency-key" in request.headers or _is_same(request)
    if response is None:
        return backoff(attempt) if repeatable else None
    asked = problems.retry_after(response)
    refused = response.status_code == 429 or (response.status_code == 503 and repeatable)
    if not refused or asked is None or asked > LONGEST_PAUSE:
        return None
    pause = asked + random.uniform(0, 0.1 * asked)
    level = logging.WARNING if pause >= 1 else logging.INFO
    _log.log(level, "%s %s: %s, sent again in %.1f s", request.method, request.url.path, response.status_code, pause)
    return pause


def _is_same(request: httpx.Request) -> bool:
    """Whether it is the same however often it comes: the answer of a person counts once, an upload alone does nothing."""
    path = request.url.path
    return ("/human/" in path and path.endswith("/response")) or path.endswith("/bundles/upload")


def backoff(attempt: int) -> float:
    """Seconds before try number attempt + 1: doubled each time, half of it by chance."""
    longest = min(10.0, 0.25 * float(2 ** min(attempt, 10)))
    return longest / 2 + random.uniform(0, longest / 2)


class Calls(httpx.Client):
    """Whose requests are sent again where that is safe, and whose failures are errors of this package."""

    def __init__(self, tries: int, **options: Any) -> None:
        super().__init__(**options)
        self._tries = tries

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        attempt = 1
        while True:
            response: Optional[httpx.Response] = None
            try:
                _refuse_if(self.is_closed)
                response = super().send(request, **options)
                if response.status_code >= 300:
                    response.read()
                    response.close()
            except httpx.RequestError as cause:
                again = _pause_after_loss(request, cause, attempt, self._tries)
            else:
                pause = pause_after(request, response, attempt, self._tries)
                if pause is None:
                    return _good(response)
                again = pause
            time.sleep(again)
            attempt += 1


class AsyncCalls(httpx.AsyncClient):
    """Whose requests are sent again where that is safe, and whose failures are errors of this package."""

    def __init__(self, tries: int, **options: Any) -> None:
        super().__init__(**options)
        self._tries = tries

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        attempt = 1
        while True:
            response: Optional[httpx.Response] = None
            try:
                _refuse_if(self.is_closed)
                response = await super().send(request, **options)
                if response.status_code >= 300:
                    await response.aread()
                    await response.aclose()
            except httpx.RequestError as cause:
                again = _pause_after_loss(request, cause, attempt, self._tries)
            else:
                pause = pause_after(request, response, attempt, self._tries)
                if pause is None:
                    return _good(response)
                again = pause
            await asyncio.sleep(again)
            attempt += 1


def _refuse_if(closed: bool) -> None:
    if closed:
        raise problems.MirrorNeuronError("this client has been closed")


def _pause_after_loss(request: httpx.Request, cause: httpx.RequestError, attempt: int, tries: int) -> float:
    lost = isinstance(cause, (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError))
    pause = pause_after(request, None, attempt, tries) if lost else None
    if pause is None:
        raise problems.lost(request, cause) from cause
    return pause


def _good(response: httpx.Response) -> httpx.Response:
    """Raises the problem that it is, or that it leads elsewhere, where nobody else gets what was meant for this server."""
    if response.status_code >= 400:
        raise problems.of(response)
    if response.status_code >= 300:
        raise problems.unreadable(response)
    return response

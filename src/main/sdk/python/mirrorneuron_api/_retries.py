"""Tries again where that is safe: what the server refused before it did anything, and what may be done twice.

429 is a refusal before anything was done. 503 may come late, so a request is sent again only if it
changes nothing, or has a key by which the server knows it. So is one that got no answer at all.
"""

import asyncio
import logging
import random
import time
from typing import Optional

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
    repeatable = request.method in ("GET", "HEAD", "PUT") or "idempotency-key" in request.headers or _is_answer(request)
    whole = isinstance(request.stream, httpx.ByteStream)  # a body that was a file cannot be sent twice
    if response is None:
        return backoff(attempt) if repeatable and whole else None
    asked = problems.retry_after(response)
    refused = response.status_code == 429 or (response.status_code == 503 and repeatable)
    if not refused or not whole or asked is None or asked > LONGEST_PAUSE:
        return None
    pause = asked + random.uniform(0, 0.1 * asked)
    level = logging.WARNING if pause >= 1 else logging.INFO
    _log.log(level, "%s %s: %s, sent again in %.1f s", request.method, request.url.path, response.status_code, pause)
    return pause


def _is_answer(request: httpx.Request) -> bool:
    """Of a person, which counts once: the same again is the same."""
    return "/human/" in request.url.path and request.url.path.endswith("/response")


def backoff(attempt: int) -> float:
    """Seconds before try number attempt + 1: doubled each time, half of it by chance."""
    longest = min(10.0, 0.25 * float(2 ** min(attempt, 10)))
    return longest / 2 + random.uniform(0, longest / 2)


class Retrying(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport, tries: int) -> None:
        self._inner, self._tries = inner, tries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        attempt = 1
        while True:
            response: Optional[httpx.Response] = None
            try:
                response = self._inner.handle_request(request)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                pause = pause_after(request, None, attempt, self._tries)
                if pause is None:
                    raise
            else:
                pause = pause_after(request, response, attempt, self._tries)
                if pause is None:
                    return response
                response.close()
            time.sleep(pause)
            attempt += 1

    def close(self) -> None:
        self._inner.close()


class AsyncRetrying(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, tries: int) -> None:
        self._inner, self._tries = inner, tries

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = 1
        while True:
            response: Optional[httpx.Response] = None
            try:
                response = await self._inner.handle_async_request(request)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                pause = pause_after(request, None, attempt, self._tries)
                if pause is None:
                    raise
            else:
                pause = pause_after(request, response, attempt, self._tries)
                if pause is None:
                    return response
                await response.aclose()
            await asyncio.sleep(pause)
            attempt += 1

    async def aclose(self) -> None:
        await self._inner.aclose()

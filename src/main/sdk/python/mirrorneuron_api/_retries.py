"""Tries again where that is safe: what the server refused before it did anything, and what may be done twice.

429 is a refusal before anything was done. 503 may come late, so a request is sent again only if it
changes nothing, or has a key by which the server knows it. So is one that got no answer at all.
"""

import asyncio
import random
import time
from typing import Optional

import httpx

from . import problems

TRIES = 4
LONGEST_PAUSE = 30.0


def pause_after(request: httpx.Request, response: Optional[httpx.Response], attempt: int) -> Optional[float]:
    """Seconds to wait before the request is sent again; None: it is not. No response means that none came."""
    if attempt >= TRIES:
        return None
    repeatable = request.method in ("GET", "HEAD", "PUT") or "idempotency-key" in request.headers
    whole = isinstance(request.stream, httpx.ByteStream)  # a body that was a file cannot be sent twice
    if response is None:
        return backoff(attempt) if repeatable and whole else None
    asked = problems.retry_after(response)
    refused = response.status_code == 429 or (response.status_code == 503 and repeatable)
    if not refused or not whole or asked is None or asked > LONGEST_PAUSE:
        return None
    return asked + random.uniform(0, 0.1 * asked)


def backoff(attempt: int) -> float:
    """Seconds before try number attempt + 1: doubled each time, half of it by chance."""
    longest = min(10.0, 0.25 * float(2 ** min(attempt, 10)))
    return longest / 2 + random.uniform(0, longest / 2)


class Retrying(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        attempt = 1
        while True:
            response: Optional[httpx.Response] = None
            try:
                response = self._inner.handle_request(request)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                pause = pause_after(request, None, attempt)
                if pause is None:
                    raise
            else:
                pause = pause_after(request, response, attempt)
                if pause is None:
                    return response
                response.close()
            time.sleep(pause)
            attempt += 1

    def close(self) -> None:
        self._inner.close()


class AsyncRetrying(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = 1
        while True:
            response: Optional[httpx.Response] = None
            try:
                response = await self._inner.handle_async_request(request)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                pause = pause_after(request, None, attempt)
                if pause is None:
                    raise
            else:
                pause = pause_after(request, response, attempt)
                if pause is None:
                    return response
                await response.aclose()
            await asyncio.sleep(pause)
            attempt += 1

    async def aclose(self) -> None:
        await self._inner.aclose()

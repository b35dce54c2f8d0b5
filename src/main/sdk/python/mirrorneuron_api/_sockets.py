"""The iterables of /realtime."""

import asyncio
import threading
import time
from typing import Any, AsyncGenerator, AsyncIterator, Dict, Generator, Iterator

import httpx

from . import _realtime, _streams, problems
from ._realtime import TopicMessage


class Realtime:
    """Messages of topics, each once, over as many sockets as it takes. Of each topic the server sends 1000 at most that are not
    acknowledged, so who is slow is waited for. It can be gone through once; any thread may acknowledge."""

    def __init__(self, url: str, options: Dict[str, Any], talk: _realtime.Talk) -> None:
        self._url, self._options, self._talk = _realtime.address(url), options, talk
        self._socket: Any = None
        self._waits = False
        self._lock = threading.Lock()
        self._messages = self._all()

    def __iter__(self) -> Iterator[TopicMessage]:
        return self._messages

    def close(self) -> None:
        """Closes the socket; who stopped reading before the end does well to."""
        self._messages.close()

    @property
    def cursors(self) -> Dict[str, int]:
        """What was acknowledged last of each topic: with it as ``topics`` another goes on."""
        return self._talk.cursors

    def acknowledge(self, message: TopicMessage) -> None:
        """Up to this message all of its topic is done with."""
        with self._lock:
            if self._talk.acknowledge(message) or self._waits:
                self._tell()

    def _tell(self) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            for text in self._talk.due():
                self._socket.send(text)
        except ConnectionClosed:
            pass  # whoever reads learns of it, and what is not told is got once more by nobody

    def _all(self) -> "Generator[TopicMessage, None, None]":
        try:
            from websockets.exceptions import WebSocketException
            from websockets.sync.client import connect
        except ImportError:
            raise _realtime.missing() from None
        talk = self._talk
        while not talk.is_over:
            try:
                with connect(self._url, **self._options) as socket:
                    with self._lock:
                        greeting = talk.greeting()
                        self._socket = socket
                    for text in greeting:
                        socket.send(text)
                    talk.connected()
                    while not talk.is_over:
                        message = talk.accept(self._next())
                        if message is None:
                            continue
                        yield message
                        if not talk.by_hand:
                            self.acknowledge(message)
            except (OSError, WebSocketException, httpx.RequestError, problems.Problem) as failure:
                time.sleep(talk.lost(_realtime.cause(self._url, failure)))

    def _next(self) -> Any:
        try:
            return self._socket.recv(timeout=0)
        except TimeoutError:
            pass
        with self._lock:
            self._waits = True
            self._tell()
        try:
            return self._socket.recv(timeout=_streams.SILENCE)
        finally:
            self._waits = False


class AsyncRealtime:
    """As ``Realtime``, for one event loop."""

    def __init__(self, url: str, options: Dict[str, Any], talk: _realtime.Talk) -> None:
        self._url, self._options, self._talk = _realtime.address(url), options, talk
        self._socket: Any = None
        self._waits = False
        self._messages = self._all()

    def __aiter__(self) -> AsyncIterator[TopicMessage]:
        return self._messages

    async def close(self) -> None:
        """Closes the socket; who stopped reading before the end does well to."""
        await self._messages.aclose()

    @property
    def cursors(self) -> Dict[str, int]:
        """What was acknowledged last of each topic: with it as ``topics`` another goes on."""
        return self._talk.cursors

    async def acknowledge(self, message: TopicMessage) -> None:
        """Up to this message all of its topic is done with."""
        if self._talk.acknowledge(message) or self._waits:
            await self._tell()

    async def _tell(self) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            for text in self._talk.due():
                await self._socket.send(text)
        except ConnectionClosed:
            pass  # whoever reads learns of it

    async def _all(self) -> "AsyncGenerator[TopicMessage, None]":
        try:
            from websockets.asyncio.client import connect
            from websockets.exceptions import WebSocketException
        except ImportError:
            raise _realtime.missing() from None
        talk = self._talk
        while not talk.is_over:
            try:
                async with connect(self._url, **self._options) as socket:
                    self._socket = socket
                    for text in talk.greeting():
                        await socket.send(text)
                    talk.connected()
                    while not talk.is_over:
                        message = talk.accept(await self._next())
                        if message is None:
                            continue
                        yield message
                        if not talk.by_hand:
                            await self.acknowledge(message)
            except (
                OSError,
                asyncio.TimeoutError,
                WebSocketException,
                httpx.RequestError,
                problems.Problem,
            ) as failure:
                await asyncio.sleep(talk.lost(_realtime.cause(self._url, failure)))

    async def _next(self) -> Any:
        self._waits = True
        try:
            await self._tell()
            return await asyncio.wait_for(self._socket.recv(), _streams.SILENCE)
        finally:
            self._waits = False

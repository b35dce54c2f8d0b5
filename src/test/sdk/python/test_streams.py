"""Streams that are cut anywhere, and servers that are too busy or gone: what a helper yields is the log."""

import asyncio
import http.server
import json
import random
import socket
import threading
import time
import unittest
from typing import Any, List

from mirrorneuron_api import AsyncMirrorNeuron, ConnectionLost, Invalid, MirrorNeuron, Problem, TooBusy
from mirrorneuron_api._streams import Parser
from mirrorneuron_api.api.jobs import pause_job
from mirrorneuron_api.api.observability import stream_run

MANY = {
    "name": "many",
    "steps": [{"id": f"s{number}", "run": ["sh", "-c", "for i in 1 2 3 4; do echo $i; done"]} for number in range(40)],
}


class CuttingProxy:
    """Between a client and a server; cuts an answer behind a random number of bytes, as often as it was told to."""

    def __init__(self, port: int, cuts: int, chance: random.Random) -> None:
        self._port, self.left, self._chance = port, cuts, chance
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            request = b""
            while b"\r\n\r\n" not in request:
                piece = client.recv(65536)
                if not piece:
                    return
                request += piece
            if b"\r\nupgrade: websocket\r\n" in request.lower():
                threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            else:
                request = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
            server.sendall(request)
            budget = None
            if self.left > 0:
                self.left -= 1
                budget = self._chance.randrange(1, 1500)
            while True:
                piece = server.recv(65536)
                if not piece:
                    return
                if budget is not None and len(piece) >= budget:
                    client.sendall(piece[:budget])
                    client.shutdown(socket.SHUT_RDWR)  # whoever reads in another thread as well
                    server.shutdown(socket.SHUT_RDWR)
                    return
                budget = None if budget is None else budget - len(piece)
                client.sendall(piece)

    @staticmethod
    def _pump(client: socket.socket, server: socket.socket) -> None:
        try:
            while piece := client.recv(65536):
                server.sendall(piece)
        except OSError:
            pass  # the other side was cut

    def close(self) -> None:
        self._listener.close()


class CutsTest(unittest.TestCase):
    def test_a_stream_that_is_cut_a_hundred_times_equals_the_log(self) -> None:
        with MirrorNeuron() as mn:
            job = mn.submit(MANY)
            mn.wait(job.job_id)
            run = "run-" + job.job_id
            events = [event.to_dict() for event in mn.follow_job(job.job_id)]
            records = [record.to_dict() for record in stream_run.sync(run, client=mn.client, limit=5000).data]
            port = int(str(mn.client.get_httpx_client().base_url.port))
        self.assertGreater(len(events), 100)
        self.assertGreater(len(records), 200)
        chance = random.Random(18)
        for cuts in (100, 20):
            proxy = CuttingProxy(port, cuts, chance)
            self.addCleanup(proxy.close)
            with MirrorNeuron(f"http://127.0.0.1:{proxy.port}") as mn, fast_pauses():
                self.assertEqual([event.to_dict() for event in mn.follow_job(job.job_id)], events)
                self.assertEqual([record.record.to_dict() for record in mn.follow_run(run)], records)
            self.assertEqual(proxy.left, 0)

        async def follow(url: str) -> List[Any]:
            async with AsyncMirrorNeuron(url) as mn:
                return [event.to_dict() async for event in mn.follow_job(job.job_id)]

        proxy = CuttingProxy(port, 50, chance)
        self.addCleanup(proxy.close)
        with fast_pauses():
            self.assertEqual(asyncio.run(follow(f"http://127.0.0.1:{proxy.port}")), events)
        self.assertEqual(proxy.left, 0)

    def test_events_come_out_of_pieces_of_any_size(self) -> None:
        text = '\ufeffid: 1\ndata: {"a":\r: beat\ndata: "\u00e4"}\n\r\nevent: end\rdata: {}\r\r\ndata: cut'.encode()
        whole = list(Parser().feed(text))
        self.assertEqual(
            [(e.name, e.id, e.data) for e in whole], [("message", "1", '{"a":\n"\u00e4"}'), ("end", None, "{}")]
        )
        for size in range(1, len(text)):
            parser = Parser()
            pieces = [text[at : at + size] for at in range(0, len(text), size)]
            self.assertEqual([event for piece in pieces for event in parser.feed(piece)], whole)


class Answering(unittest.TestCase):
    """With a server that says what a test wants, and keeps what it was asked."""

    def serve(self, *answers: Any, **settings: Any) -> MirrorNeuron:
        self.asked: List[str] = []
        self.headers: List[Any] = []
        self.bodies: List[Any] = []
        left = list(answers)
        asked, sent, bodies = self.asked, self.headers, self.bodies

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                asked.append(self.command + " " + self.headers.get("Idempotency-Key", "-"))
                sent.append(self.headers)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                bodies.append(json.loads(body) if body.startswith(b"{") else body)
                status, headers, body = left.pop(0)
                if status == 0:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = (
                    body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.port: int = server.server_address[1]
        mn = MirrorNeuron(f"http://127.0.0.1:{self.port}", token="secret", **settings)
        self.addCleanup(mn.close)
        return mn


class RetriesTest(Answering):
    JOB: Any = (200, {}, {"id": "j", "job_id": "j", "status": "pending", "new_member": {"x": 1}})

    def test_a_submission_is_sent_again_with_its_key(self) -> None:
        busy = (503, {"Retry-After": "0"}, {"error": "resource_overloaded"})
        mn = self.serve(busy, (0, {}, ""), (429, {"Retry-After": "0"}, {}), self.JOB)
        self.assertEqual(mn.submit({}).additional_properties, {"new_member": {"x": 1}})
        self.assertEqual(len(self.asked), 4)
        self.assertEqual(len(set(self.asked)), 1)

    def test_what_may_have_been_done_is_not_done_again(self) -> None:
        mn = self.serve((503, {"Retry-After": "0"}, {"error": "unavailable", "retry_after_ms": 1}))
        with self.assertRaises(TooBusy) as busy:
            pause_job.sync("j", client=mn.client)
        self.assertEqual((busy.exception.error, busy.exception.retry_after), ("unavailable", 0))
        self.assertEqual(len(self.asked), 1)

    def test_whatever_stands_between_is_an_error_too(self) -> None:
        mn = self.serve((502, {"Content-Type": "text/html"}, "<h1>Bad gateway</h1>"), (418, {}, []))
        for error in ("http_502", "http_418"):
            with self.assertRaises(Problem) as between:
                mn.result("r")
            self.assertEqual(between.exception.error, error)

    def test_a_word_that_is_not_known_and_a_null_are_no_failures(self) -> None:
        report = {"version": "validation.report/v9", "ok": True, "status": "considered", "error_count": 0}
        mn = self.serve((200, {}, {**report, "errors": [], "warnings": [], "issues": [], "results": [], "x": None}))
        self.assertEqual(mn.validate({}).status, "considered")

    def test_patience_has_an_end(self) -> None:
        mn = MirrorNeuron("http://127.0.0.1:9")
        before = time.monotonic()
        with self.assertRaises(ConnectionLost):
            list(mn.follow_job("j", patience=1))
        with self.assertRaises(ConnectionLost):
            mn.wait("j", patience=1)
        self.assertLess(time.monotonic() - before, 30)

    def test_refusals_are_told_at_once(self) -> None:
        mn = self.serve((422, {}, {"error": "invalid", "errors": [{"type": "missing", "loc": ["body"]}]}))
        with self.assertRaises(Invalid) as refused:
            next(mn.follow_job("j"))
        self.assertEqual(refused.exception.code, "missing")


class fast_pauses:
    """What would wait a second waits a hundredth: the pauses themselves are not what is tested."""

    def __enter__(self) -> None:
        from mirrorneuron_api import _retries

        self._backoff = _retries.backoff
        _retries.backoff = lambda attempt: 0.01 * self._backoff(attempt)

    def __exit__(self, *_: Any) -> None:
        from mirrorneuron_api import _retries

        _retries.backoff = self._backoff


if __name__ == "__main__":
    unittest.main()

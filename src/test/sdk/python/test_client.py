"""What a program is told and may set: errors of one family, certificates, time, bundles as the terminal sends them."""

import asyncio
import contextlib
import gzip
import json
import os
import pathlib
import pickle
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import warnings
import zipfile
from importlib import metadata
from typing import Any, Iterator, List

import mirrorneuron_api
from mirrorneuron_api import (
    AsyncMirrorNeuron,
    BadArgument,
    ConnectionLost,
    MirrorNeuron,
    MirrorNeuronError,
    NotFound,
    Problem,
    TooBusy,
    TopicRefused,
    UnreadableAnswer,
)
from mirrorneuron_api._bundles import pack
from mirrorneuron_api.api.gateway import get_health
from mirrorneuron_api.api.jobs import list_jobs

from test_story import HELLO, SLEEPER
from test_streams import Answering, fast_pauses

NOBODY = "http://127.0.0.1:9"


class FailuresTest(Answering):
    def test_no_answer_is_the_same_error_everywhere(self) -> None:
        mn = MirrorNeuron(NOBODY, tries=1)
        calls: List[Any] = [
            lambda: mn.submit(HELLO),
            lambda: mn.answer("r", "q", "approve"),
            lambda: mn.export("r", "file"),
            lambda: get_health.sync(client=mn.client),
            lambda: list(mn.follow_job("j", patience=0)),
            lambda: mn.wait("j", patience=0),
            lambda: list(mn.realtime("job_events:j", patience=0)),
        ]
        for call in calls:
            with self.assertRaisesRegex(ConnectionLost, "127.0.0.1:9"):
                call()

        async def without_blocking() -> None:
            async with AsyncMirrorNeuron(NOBODY, tries=1) as amn:
                with self.assertRaisesRegex(ConnectionLost, "127.0.0.1:9"):
                    await amn.submit(HELLO)
                with self.assertRaisesRegex(ConnectionLost, "127.0.0.1:9"):
                    await get_health.asyncio(client=amn.client)

        asyncio.run(without_blocking())

    def test_an_answer_that_breaks_off_is_lost_too(self) -> None:
        mn = self.serve((200, {"Content-Length": "500", "Content-Type": "application/zip"}, "{"))
        with self.assertRaises(ConnectionLost), tempfile.TemporaryDirectory() as folder:
            mn.export("r", pathlib.Path(folder, "run.zip"))

    def test_addresses_and_bundles_that_are_none(self) -> None:
        for url in (
            "localhost:54001",
            "ftp://host",
            "http://",
            "http://host:port",
            "http://a:b@host",
            "http://host?x=1",
        ):
            with self.assertRaises(BadArgument):
                MirrorNeuron(url)
        mn = self.serve()
        for bundle in ("/", "/no/such/folder", __file__):
            with self.assertRaises(BadArgument):
                mn.submit_bundle(bundle)
        self.assertEqual(self.asked, [])
        self.assertTrue(issubclass(BadArgument, MirrorNeuronError) and issubclass(BadArgument, ValueError))

    def test_what_is_no_answer_is_told(self) -> None:
        page = (200, {"Content-Type": "text/html"}, "<h1>Log in</h1>")
        mn = self.serve(page, page, (200, {}, {"status": "ok"}), (302, {"Location": "/login"}, ""))
        for call in (
            lambda: mn.submit(HELLO),
            lambda: mn.wait("j"),
            lambda: list_jobs.sync(client=mn.client),
            lambda: mn.result("r"),
        ):
            with self.assertRaisesRegex(UnreadableAnswer, "127.0.0.1"):
                call()

    def test_patience_is_kept(self) -> None:
        before = time.monotonic()
        with self.assertRaisesRegex(ConnectionLost, "given up after 1 s"):
            MirrorNeuron(NOBODY).wait("j", patience=1)
        self.assertLess(time.monotonic() - before, 4)

    def test_an_answer_is_sent_again(self) -> None:
        record = {"ts": "", "run_id": "r", "channel": "human", "type": "human_input_received", "payload": {}}
        mn = self.serve((0, {}, ""), (503, {"Retry-After": "0"}, {}), (200, {}, record))
        with fast_pauses():
            mn.answer("r", "q", "approve", by="ada")
        self.assertEqual(len(self.asked), 3)

    def test_a_cut_answer_to_a_submission_is_asked_for_again(self) -> None:
        mn = self.serve(
            (200, {"Content-Length": "500"}, "{"), (200, {}, {"job_id": "j", "id": "j", "status": "pending"})
        )
        with fast_pauses():
            self.assertEqual(mn.submit({}).job_id, "j")
        self.assertEqual(len(set(self.asked)), 1)

    def test_an_upload_is_sent_again(self) -> None:
        busy: Any = (429, {"Retry-After": "0"}, {})
        mn = self.serve(busy, (200, {}, {}))
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "manifest.yaml").write_text("name: x\n" * 20000)
            with self.assertRaises(UnreadableAnswer):
                mn.upload(folder)
        self.assertEqual(self.bodies[0].split(b"\r\n")[4:-2], self.bodies[1].split(b"\r\n")[4:-2])

    def test_wait_keeps_its_time_whatever_happens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for url in (NOBODY, f"http://127.0.0.1:{silent.getsockname()[1]}"):
                before = time.monotonic()
                with self.assertRaises(TimeoutError):
                    MirrorNeuron(url).wait("j", timeout=1)
                self.assertLess(time.monotonic() - before, 60)  # without its own bound: the 120 s of patience
        failing: List[Any] = [(500, {}, {})] * 50
        with self.assertRaises(TimeoutError):
            self.serve(*failing).wait("j", timeout=1)

    def test_only_streams_are_followed(self) -> None:
        for answer in ((200, {"Content-Type": "text/html"}, "<p>"), (302, {"Location": "/"}, "")):
            with self.assertRaises(UnreadableAnswer):
                list(self.serve(answer).follow_job("j"))
        event = b'data: {"type": "x"}\n\nevent: end\ndata: {}\n\n'
        self.assertEqual(list(self.serve((204, {}, "")).follow_job("j")), [], "nothing follows what is known")
        packed = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}
        self.assertEqual([e.type_ for e in self.serve((200, packed, gzip.compress(event))).follow_job("j")], ["x"])
        self.assertEqual(self.headers[0]["Accept-Encoding"], "identity")

    def test_records_of_any_payload_and_length_come(self) -> None:
        whole = {"schema": "s", "id": "i", "seq": 1, "ts": "", "run_id": "r", "blueprint_id": None, "level": None}
        payloads = [None, "s", {"payload": "hello"}, {"payload": {"a": 1}}, {"text": "x" * 8_000_000}]
        sent = [{**whole, "channel": "human", "type": "note", "payload": payload} for payload in payloads]
        stream = "".join(f"data: {json.dumps(record)}\n\n" for record in sent) + "event: end\ndata: {}\n\n"
        mn = self.serve((200, {"Content-Type": "text/event-stream"}, stream))
        self.assertEqual([record.payload for record in mn.follow_human("r")], [{}, {}, payloads[2], {"a": 1}, payloads[4]])

    def test_only_a_run_is_an_export(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for answer in ((200, {"Content-Type": "text/html"}, "<p>"), (204, {}, ""), (302, {"Location": "/"}, "")):
                with self.assertRaises(UnreadableAnswer):
                    self.serve(answer).export("r", pathlib.Path(folder, "run.zip"))
            self.assertEqual(os.listdir(folder), [])
            pathlib.Path(folder, "run.zip.part").write_text("mine")
            self.serve((200, {"Content-Type": "application/zip"}, "new")).export("r", pathlib.Path(folder, "run.zip"))
            self.assertEqual(pathlib.Path(folder, "run.zip").read_text(), "new")
            self.assertEqual(pathlib.Path(folder, "run.zip.part").read_text(), "mine")

    def test_odd_answers_are_problems_too(self) -> None:
        for body in ({"errors": 5}, {"errors": [None]}, {"errors": "abc", "validation": 1}):
            with self.assertRaises(Problem) as odd:
                self.serve((422, {"Retry-After": "\u00b2"}, body)).result("r")
            self.assertEqual((odd.exception.errors, odd.exception.code), ([], None))

    def test_ids_and_tokens_that_cannot_be_sent(self) -> None:
        mn = self.serve()
        for name in ("", ".", ".."):
            for call in (mn.result, mn.wait, mn.cancel, mn.artifacts):
                with self.assertRaises(BadArgument):
                    call(name)
        with self.assertRaises(BadArgument) as bad:
            MirrorNeuron(NOBODY, token="s3cret\nx")
        self.assertNotIn("s3cret", str(bad.exception))
        self.assertEqual(self.asked, [])

    def test_a_closed_client_says_so(self) -> None:
        mn = MirrorNeuron(NOBODY)
        mn.close()
        with self.assertRaisesRegex(MirrorNeuronError, "closed"):
            mn.submit(HELLO)

    def test_fields_of_a_form_have_any_name(self) -> None:
        record = {"ts": "", "run_id": "r", "channel": "human", "type": "human_input_received", "payload": {}}
        mn = self.serve((200, {}, record))
        mn.answer("r", "q", "approve", by="ada", run_id=1, request_id=2, self=3)
        self.assertEqual(self.bodies, [{"decision": "approve", "by": "ada", "run_id": 1, "request_id": 2, "self": 3}])

    def test_errors_are_pickled(self) -> None:
        told: List[MirrorNeuronError] = [
            NotFound(404, {"error": "job_not_found", "detail": "no", "errors": [{"code": "c"}]}, None),
            TooBusy(503, {}, 3.0),
            TopicRefused("t", "TOPIC_NOT_FOUND", "no such topic"),
            ConnectionLost("gone"),
        ]
        for error in told:
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), str(again), vars(again)), (type(error), str(error), vars(error)))

    def test_the_token_is_shown_nowhere(self) -> None:
        mn = MirrorNeuron(NOBODY, token="s3cret", tries=1)
        self.assertNotIn("s3cret", f"{mn!r} {mn.client!r} {mn.realtime('x')!r}")
        self.assertIn("127.0.0.1:9", repr(mn))


class SettingsTest(Answering):
    def test_time_tries_and_headers(self) -> None:
        busy = (503, {"Retry-After": "0"}, {"error": "busy"})
        mn = self.serve(busy, busy, tries=2, headers={"X-MN-User": "ada"})
        with self.assertRaises(TooBusy):
            mn.submit({})
        self.assertEqual(len(self.asked), 2)
        self.assertEqual(self.headers[0]["X-MN-User"], "ada")
        self.assertEqual(self.headers[0]["User-Agent"], "mirrorneuron-api-python/" + mirrorneuron_api.__version__)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            slow = MirrorNeuron(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3, tries=1)
            before = time.monotonic()
            with self.assertRaises(ConnectionLost):
                slow.result("r")
            self.assertLess(time.monotonic() - before, 60)  # without its own bound: 200 s

    def test_a_long_pause_is_logged(self) -> None:
        mn = self.serve((429, {"Retry-After": "1"}, {}), (429, {}, {}))
        with self.assertLogs("mirrorneuron_api", "WARNING") as log, self.assertRaises(TooBusy):
            mn.submit({})
        self.assertIn("POST /api/v1/jobs: 429, sent again in 1.", log.output[0])

    def test_a_proxy_is_used(self) -> None:
        self.serve((200, {}, {"job_id": "j", "id": "j", "status": "pending"}))
        through = MirrorNeuron("http://mn.example.invalid", proxy=f"http://127.0.0.1:{self.port}")
        self.assertEqual(through.submit({}).job_id, "j")

    def test_a_certificate_is_trusted(self) -> None:
        with tempfile.TemporaryDirectory() as folder, tls(pathlib.Path(folder)) as (port, certificate):
            url = f"https://localhost:{port}"
            with self.assertRaises(ConnectionLost):
                MirrorNeuron(url, tries=1).result("r")
            for verify in (certificate, False):
                with self.assertRaises(Problem) as reached:
                    MirrorNeuron(url, verify=verify).result("r")
                self.assertEqual(reached.exception.status, 418)

    def test_followers_leave_room_for_calls(self) -> None:
        with MirrorNeuron() as mn:
            job = mn.submit(SLEEPER).job_id
            followers = [mn.follow_job(job) for _ in range(130)]
            for follower in followers:
                next(follower)
            self.assertEqual(get_health.sync(client=mn.client).status, "ok")
            for follower in followers:
                follower.close()  # type: ignore[attr-defined]
            mn.cancel(job)


class PackageTest(unittest.TestCase):
    def test_the_page_is_in_the_package(self) -> None:
        page = metadata.metadata("mirrorneuron-api").get_payload()  # type: ignore[attr-defined]
        self.assertIn("## In programs of steps", page)
        self.assertNotRegex(page, r"\]\([a-z-]+\.md")


class BundlesTest(unittest.TestCase):
    """A folder is the same bundle here and at the terminal."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, *names: str) -> None:
        for name in names:
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("{}")

    def names(self) -> List[str]:
        with pack(self.folder) as packed, zipfile.ZipFile(packed) as archive:
            self.assertIsNone(archive.testzip())
            return archive.namelist()

    def test_what_is_sent(self) -> None:
        sent = ["docs/.note", "manifest.json", "payloads/.env", "payloads/.deep/x", "payloads/a.py"]
        self.write(*sent, ".git/config", ".env")
        (self.folder / "payloads" / "link").symlink_to(self.folder / ".env")
        (self.folder / "linked").symlink_to(self.folder / "docs")
        with self.assertWarnsRegex(UserWarning, "links are not sent.* linked, payloads/link"):
            self.assertEqual(self.names(), sorted(sent) + ["payloads/"])
        os.chmod(self.folder / "payloads" / "a.py", 0o755)
        with self.assertWarns(UserWarning), pack(self.folder) as packed, zipfile.ZipFile(packed) as archive:
            self.assertEqual(archive.getinfo("payloads/a.py").external_attr >> 16, 0o100755)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_what_cannot_be_read_is_told(self) -> None:
        self.write("manifest.json", "payloads/deep/x")
        os.chmod(self.folder / "payloads" / "deep", 0)
        self.addCleanup(os.chmod, self.folder / "payloads" / "deep", 0o700)
        with self.assertRaises(BadArgument):
            pack(self.folder)

    def test_a_bundle_of_a_manifest_alone_runs(self) -> None:
        (self.folder / "manifest.yaml").write_text("name: alone\nsteps:\n  - id: ask\n    human: {prompt: Well?}\n")
        with warnings.catch_warnings(), MirrorNeuron() as mn:
            warnings.simplefilter("error")
            self.assertTrue(mn.validate(self.folder).ok)

    def test_the_terminal_sends_the_same(self) -> None:
        self.write("payloads/.env", "payloads/a", ".hidden", "docs/x")
        (self.folder / "payloads" / "link").symlink_to(self.folder / ".hidden")
        (self.folder / "manifest.yaml").write_text(
            "name: same\nsteps:\n  - id: list\n    run: [sh, -c, 'find . -type f -o -type l | grep -v __ | sort']\n"
        )
        told = subprocess.run(
            [os.environ["MN"], "run", str(self.folder)], capture_output=True, encoding="utf-8", timeout=120, check=True
        )
        with MirrorNeuron() as mn:
            with self.assertWarns(UserWarning) as warned:
                job = mn.submit_bundle(self.folder)
            self.assertEqual(mn.wait(job.job_id).status, "completed")
            output = mn.result("run-" + job.job_id).to_dict()["output"]
        self.assertIn(".env", output)
        self.assertIn(output.strip().split("\n")[0], told.stdout)
        self.assertEqual([line for line in output.split() if line not in told.stdout], [])
        self.assertIn(str(warned.warning), told.stderr)


@contextlib.contextmanager
def tls(folder: pathlib.Path) -> Iterator[Any]:
    """A server whose certificate nobody knows; it says 418."""
    import http.server
    import ssl

    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )

    class Teapot(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(418)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Teapot)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], str(certificate)
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    unittest.main()

"""What one does every day: forks, logs, schedules and webhooks, against a packaged server."""

import asyncio
import base64
import hashlib
import hmac
import http.server
import os
import pathlib
import queue
import tempfile
import threading
import time
import unittest
from typing import Dict, Tuple

from mirrorneuron_api import (
    AsyncMirrorNeuron,
    BadArgument,
    Conflict,
    Invalid,
    MirrorNeuron,
    NotFound,
    NotVerified,
    verified_event,
)

from test_story import HELLO

BUNDLE = """name: report
inputs: {city: Rome}
steps:
  - id: fetch
    run: [sh, -c, "echo fetched once; echo careful >&2"]
  - id: report
    run: [sh, report.sh]
"""
FETCHED = "fetched once"


class DailyTest(unittest.TestCase):
    def setUp(self) -> None:
        self.mn = MirrorNeuron()
        self.addCleanup(self.mn.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bundle = pathlib.Path(folder.name)
        (self.bundle / "payloads").mkdir()
        (self.bundle / "manifest.yaml").write_text(BUNDLE)
        self.program("exit 3")

    def program(self, text: str) -> None:
        (self.bundle / "payloads" / "report.sh").write_text(text + "\n")

    def test_a_fork_goes_on_with_mended_files(self) -> None:
        job = self.mn.submit_bundle(self.bundle).job_id
        self.assertEqual(self.mn.wait(job).status, "failed")
        self.program("echo mended")
        fork = self.mn.fork(job, at="report", bundle=self.bundle)
        self.assertEqual(self.mn.wait(fork.job_id, check=True).status, "completed")
        self.assertEqual((fork.forked_from.job_id, fork.forked_from.at), (job, "report"))
        self.assertNotIn(FETCHED, [row.message for row in self.mn.logs("run-" + fork.job_id)])

        same = [self.mn.fork(job, idempotency_key="f-" + job).job_id for _ in range(2)]
        self.assertEqual(same[0], same[1])
        with self.assertRaises(NotFound):
            self.mn.fork(job, at="nowhere")

    def test_logs_are_read_page_by_page(self) -> None:
        many = {"name": "many", "steps": [{"id": "count", "run": ["seq", "1", "2500"]}]}
        run = str(self.mn.submit(many).run_id)
        self.mn.wait(run[4:])
        self.assertEqual([row.message for row in self.mn.logs(run)], [str(n) for n in range(1, 2501)])
        self.assertEqual([row.message for row in self.mn.logs(run, text="2499", step="count")], ["2499"])

        job = self.mn.submit_bundle(self.bundle).job_id
        self.mn.wait(job)
        [warned] = self.mn.logs("run-" + job, level="warning", stream="stderr", step="fetch")
        self.assertEqual((warned.message, warned.step_id), ("careful", "fetch"))

    def test_a_schedule_is_applied_and_run(self) -> None:
        (self.bundle / "manifest.yaml").write_text(
            "name: cities\ninputs: {city: Rome}\nsteps:\n  - id: show\n    run: [sh, -c, 'cat $MN_INPUT_FILE']\n"
        )
        name = f"cities-{os.getpid()}-{time.time_ns()}"

        def apply(city: str) -> "Tuple[str, str, object]":
            made = self.mn.apply_schedule(
                name, self.bundle, cron="0 7 * * 1", timezone="Europe/Berlin", inputs={"city": city}
            )
            return made.outcome, made.schedule.schedule_id, made.next_[0]["local"]

        outcome, schedule, local = apply("Oslo")
        self.assertEqual((outcome, str(local)[10:]), ("created", "T07:00"))
        self.assertEqual(apply("Oslo"), ("unchanged", schedule, local))
        self.assertEqual(apply("Bergen")[:2], ("replaced", schedule))
        self.assertIn(schedule, [one.schedule_id for one in self.mn.schedules(kind="periodic", status="active")])
        report = self.mn.run_schedule(schedule)
        self.assertEqual(report.dispatched, 1)
        self.mn.wait(str(report.job_id), check=True)
        self.assertIn("Bergen", "".join(str(row.to_dict()) for row in self.mn.logs(f"run-{report.job_id}")))
        with self.assertRaisesRegex(Invalid, "did you mean city"):
            self.mn.apply_schedule(name, self.bundle, inputs={"citty": "Rome"})
        with self.assertRaises(Conflict):
            for payload in ({"n": 1}, {"n": 2}):
                self.mn.run_schedule(schedule, payload=payload, idempotency_key="r-" + schedule)

    def test_a_target_knows_who_tells_it(self) -> None:
        came: "queue.Queue[Tuple[Dict[str, str], bytes]]" = queue.Queue()

        class Target(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                came.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        target = http.server.HTTPServer(("127.0.0.1", 0), Target)
        threading.Thread(target=target.serve_forever, daemon=True).start()
        self.addCleanup(target.shutdown)
        url = f"http://127.0.0.1:{target.server_port}/told"
        hook = self.mn.create_webhook("python", url=url, events=["job_completed"])
        self.assertIn(hook.webhook_id, [one.webhook_id for one in self.mn.webhooks()])
        secret = str(hook.secret)
        job = ""
        for _ in range(30):  # what happens within the first second is not told
            job = self.mn.submit(HELLO).job_id
            self.mn.wait(job)
            try:
                headers, body = came.get(timeout=1)
                break
            except queue.Empty:
                continue
        event = verified_event(secret, headers, body)
        self.assertEqual((event["event_type"], event["payload"]["status"]), ("job_completed", "completed"))
        for key, sent, content in (
            (secret, headers, body.replace(b"completed", b"cancelled")),
            ("whsec_" + base64.b64encode(b"another secret").decode(), headers, body),
            (secret, {**headers, "webhook-id": "another"}, body),
            (secret, {}, body),
        ):
            with self.assertRaises(NotVerified):
                verified_event(key, sent, content)
        for none in ("", "whsec_", "whsec_!"):
            with self.assertRaises(BadArgument):
                verified_event(none, headers, body)

    def test_old_signatures_are_not_taken(self) -> None:
        secret, body = "a secret of one's own", b'{"event_id": "e", "event_type": "x"}'

        def signed(age: int) -> Dict[str, str]:
            stamp = str(int(time.time()) - age)
            made = hmac.new(secret.encode(), f"e.{stamp}.".encode() + body, hashlib.sha256).digest()
            signature = "v1,AAAA v1," + base64.b64encode(made).decode()
            return {"Webhook-Id": "e", "WEBHOOK-TIMESTAMP": stamp, "webhook-signature": signature}

        self.assertEqual(verified_event(secret, signed(0), body.decode())["event_id"], "e")
        for age in (400, -400):
            with self.assertRaisesRegex(NotVerified, "five minutes"):
                verified_event(secret, signed(age), body)
        for stamp in ("", "now", "-1", "\u0663", "9" * 5000):
            with self.assertRaises(NotVerified):
                verified_event(secret, {**signed(0), "WEBHOOK-TIMESTAMP": stamp}, body)

    def test_without_blocking(self) -> None:
        async def story() -> None:
            async with AsyncMirrorNeuron() as amn:
                job = (await amn.submit_bundle(self.bundle)).job_id
                await amn.wait(job)
                self.program("echo mended")
                fork = await amn.fork(job, at="report", bundle=self.bundle)
                await amn.wait(fork.job_id, check=True)
                self.assertIn("mended", [row.message async for row in amn.logs("run-" + fork.job_id)])
                applied = await amn.apply_schedule(f"async-{time.time_ns()}", self.bundle, cron=["0 7 * * 1"])
                report = await amn.run_schedule(applied.schedule.schedule_id)
                await amn.wait(str(report.job_id), check=True)
                found = [one.schedule_id async for one in amn.schedules()]
                self.assertIn(applied.schedule.schedule_id, found)
                hook = await amn.create_webhook("inbound", event_type="order_paid")
                self.assertTrue(hook.secret)
                self.assertIn(hook.webhook_id, [one.webhook_id for one in await amn.webhooks()])

        asyncio.run(story())

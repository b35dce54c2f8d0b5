"""The samples that come with the program, run by the published SDK and command line.

What is expected of each is what SamplesE2E expects.
"""

import json
import os
import re
import subprocess
import time
import unittest
from pathlib import Path

from mn_sdk import Client

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "src/main/resources/samples"
EXPECTED = json.loads((ROOT / "src/test/resources/io/mirrorneuron/e2e/samples.json").read_text())
TERMINAL = {"completed", "failed", "cancelled"}
BY_COMMAND = ("review-pipeline", "flaky-step", "log-stream", "scatter-gather")


class SamplesTest(unittest.TestCase):
    def setUp(self):
        self.client = Client()

    def job(self, job_id):
        return json.loads(self.client.get_job(job_id))["job"]

    def wait(self, job_id, wanted=TERMINAL, seconds=60):
        deadline = time.monotonic() + seconds
        while (job := self.job(job_id))["status"] not in wanted:
            self.assertLess(time.monotonic(), deadline, f"{job_id} is still {job['status']}")
            time.sleep(0.05)
        return job

    def events(self, job_id):
        return [json.loads(event)["type"] for event in self.client.stream_events(job_id)]

    def check(self, job_id, expected):
        job = self.wait(job_id)
        self.assertEqual(job["status"], "completed", job.get("result"))
        output = job["result"]["output"]
        self.assertEqual({name: output.get(name) for name in expected["output"]}, expected["output"])
        steps = {step["id"]: step["status"] for step in job["workflow_state"].get("steps", {}).values()}
        self.assertEqual(steps, expected.get("steps", {}))

    def check_service(self, job_id, event):
        deadline = time.monotonic() + 60
        while self.events(job_id).count(event) < 2:
            self.assertLess(time.monotonic(), deadline, f"{job_id} does not tell of {event}")
            time.sleep(0.05)
        self.assertEqual(self.client.cancel_job(job_id), "cancelled")
        self.assertEqual(self.wait(job_id)["status"], "cancelled")

    def submit(self, sample):
        payloads = SAMPLES / sample / "payloads"
        files = {str(path.relative_to(payloads)): path.read_bytes() for path in payloads.rglob("*") if path.is_file()}
        return self.client.submit_job((SAMPLES / sample / "manifest.json").read_text(), files)

    def test_every_sample_through_the_sdk(self):
        jobs = {sample: self.submit(sample) for sample in EXPECTED}  # side by side
        for sample, expected in EXPECTED.items():
            with self.subTest(sample):
                if "runs_until" in expected:
                    self.check_service(jobs[sample], expected["runs_until"])
                else:
                    self.check(jobs[sample], expected)

    def test_samples_through_the_command_line(self):
        for sample in BY_COMMAND:
            with self.subTest(sample):
                done = subprocess.run(
                    ["mn", "blueprint", "run", "--folder", str(SAMPLES / sample), "--detached"],
                    cwd=os.environ["HOME"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                )
                output = done.stdout + done.stderr
                self.assertEqual(done.returncode, 0, output)
                found = re.search(rf"\b{sample}-\d{{13}}-[0-9a-f]{{12}}\b", output)
                self.assertIsNotNone(found, output)
                self.check(found.group(), EXPECTED[sample])

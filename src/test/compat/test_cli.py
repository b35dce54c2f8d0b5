"""The published command line against the runtime, which it finds by MN_HOME."""

import json
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from test_sdk import manifest


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def mn(self, *words, code=0):
        done = subprocess.run(["mn", *words], cwd=self.folder, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, output)
        return output

    def submit(self, *command):
        (self.folder / "manifest.json").write_text(manifest(*command, graph="cli"))
        return re.search(r"Job ID: (\S+)", self.mn("job", "submit", "manifest.json")).group(1)

    def status(self, job_id):
        output = self.mn("job", "status", job_id)  # a heading, then JSON
        return json.loads(output[output.index("{"):])["job"]["status"]

    def test_submit_monitor_and_read_the_result(self):
        job_id = self.submit("echo", "forty-two")
        results = Path(f"/tmp/mn_{job_id}")
        self.addCleanup(shutil.rmtree, results, ignore_errors=True)
        end = time.monotonic() + 60
        while self.status(job_id) != "completed":  # the monitor shows a moment where there is no terminal
            self.assertLess(time.monotonic(), end)
        self.assertIn("Success", self.mn("job", "monitor", job_id))
        self.mn("job", "result", job_id)
        self.assertIn("forty-two", (results / "result.txt").read_text())
        self.assertEqual(json.loads(self.mn("job", "dead-letters", job_id)), {"job_id": job_id, "data": []})
        self.assertIn("cli", self.mn("job", "list"))

    def test_pause_resume_and_cancel(self):
        job_id = self.submit("sleep", "60")
        for command, status in (("pause", "paused"), ("resume", "resumed"), ("cancel", "cancelled")):
            self.assertIn(f"Status: {status}", self.mn("job", command, job_id))

    def test_backup_and_restore(self):
        job_id = self.submit("sleep", "60")
        self.assertIn("must be paused", self.mn("job", "backup", job_id, "-o", "copies", code=1))
        self.mn("job", "pause", job_id)
        self.mn("job", "backup", job_id, "-o", "copies")
        [archive] = (self.folder / "copies").glob("*.mnbackup.zip")
        output = self.mn("job", "restore", "blue", "-i", str(archive))
        self.assertIn(job_id, output)
        copy = re.search(r"Job ID: (\S+)", output).group(1)
        status = self.mn("job", "status", copy)
        job = json.loads(status[status.index("{"):])["job"]
        self.assertEqual((job["status"], job["recovery"]["status"]), ("paused", "restored_from_backup"))
        self.assertNotIn("begins anew", job["recovery"]["reason"])
        for command, word in (("resume", "resumed"), ("cancel", "cancelled")):
            self.assertIn(f"Status: {word}", self.mn("job", command, copy))
        self.mn("job", "cancel", job_id)

    def test_an_unknown_job_is_told_in_a_line(self):
        self.assertIn("job nope was not found", self.mn("job", "pause", "nope"))

    def test_nodes_health_and_resources(self):
        self.assertEqual(json.loads(self.mn("node", "list"))["nodes"][0]["status"], "healthy")
        health = json.loads(self.mn("runtime", "health", "--json"))
        states = {part["name"]: part["status"] for part in health["components"]}
        self.assertEqual((states["core_grpc"], states["api"]), ("passing", "passing"))
        self.mn("resource", "set", "--cpu", "75")
        self.mn("resource", "set", "--cpu", "100")
        self.mn("job", "clear")

"""Schedules, triggers and events as the published command line sees them."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from test_sdk import manifest


class SchedulesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bundle = folder.name
        (Path(folder.name) / "manifest.json").write_text(manifest("true", graph="scheduled"))

    def mn(self, *words):
        """What it prints; it ends with 0 for errors of the runtime, too."""
        done = subprocess.run(["mn", *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def made(self, *words):
        return re.search(r"sched_[0-9a-f-]+", self.mn(*words)).group()

    def test_a_schedule_is_made_steered_and_deleted(self):
        schedule = self.made("schedule", "create", self.bundle, "--cron", "0 2 * * *", "--timezone", "Europe/Berlin", "--name", "nightly")
        self.assertIn("nightly", self.mn("schedule", "list"))
        self.assertIn("Europe/Berlin", self.mn("schedule", "status", schedule))
        self.mn("schedule", "pause", schedule, "--reason", "holidays")
        self.mn("schedule", "resume", schedule)
        self.mn("schedule", "run-now", schedule)
        self.mn("schedule", "delete", schedule)
        self.assertIn("not found", " ".join(self.mn("schedule", "status", schedule).split()))

    def test_a_schedule_for_later_is_made(self):
        self.mn("schedule", "delete", self.made("schedule", "delay", self.bundle, "--in", "30m"))

    def test_an_event_makes_a_job(self):
        trigger = self.made("trigger", "create", self.bundle, "--event", "compat_paid", "--filter-json", '{"country": "NL"}')
        self.assertIn(trigger, self.mn("trigger", "list"))
        self.mn("event", "emit", "compat_paid", "--payload-json", '{"country": "NL"}')
        self.assertIn("compat_paid", self.mn("event", "list", "--limit", "5"))
        self.assertIn("scheduled", self.mn("job", "list"))
        self.mn("trigger", "delete", trigger)

    def test_a_wrong_expression_is_told(self):
        self.assertIn("invalid cron expression", self.mn("schedule", "create", self.bundle, "--cron", "61 2 * * *"))

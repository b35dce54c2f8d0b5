"""Services and resources as the published command line and SDK see them."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from mn_sdk import Client

NAME = "compat-web"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def page(port):
    """A program that serves a folder, and a service that says where."""
    return {
        "manifest_version": "1.0",
        "graph_id": "compat_services",
        "job_name": "compat services",
        "entrypoints": ["web"],
        "nodes": [{
            "node_id": "web",
            "agent_type": "executor",
            "config": {"command": [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], "port": port},
            "services": [{
                "name": NAME,
                "port": "${config.port}",
                "tags": ["compat"],
                "checks": [{"type": "http", "path": "/", "interval_ms": 200, "failures_before_critical": 3}],
            }],
        }],
        "edges": [],
    }


class ServicesTest(unittest.TestCase):
    def setUp(self):
        self.client = Client()
        self.port = free_port()
        self.job_id = self.client.submit_job(json.dumps(page(self.port)), {})
        self.addCleanup(self.client.cancel_job, self.job_id)
        self.until(lambda: self.services("resolve", NAME))

    def mn(self, *words, code=0):
        done = subprocess.run(["mn", *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def services(self, *words):
        return json.loads(self.mn("service", *words))["services"]

    def until(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def test_the_command_line_finds_a_service_that_is_well(self):
        for words in (
            ("list", "--name", NAME),
            ("list", "--job-id", self.job_id),
            ("resolve", NAME, "--tag", "compat"),
        ):
            [service] = self.services(*words)
            self.assertEqual((service["job_id"], service["port"], service["status"]), (self.job_id, self.port, "passing"))
        self.assertEqual(self.services("resolve", NAME, "--tag", "other"), [])

    def test_the_command_line_checks_what_a_bundle_requires(self):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        for name, code in ((NAME, 0), ("compat-none", 1)):
            bundle = page(self.port) | {"required_services": [{"name": name}]}
            (folder / "manifest.json").write_text(json.dumps(bundle))
            self.mn("service", "check", str(folder), code=code)

    def test_a_service_goes_with_its_job(self):
        self.client.cancel_job(self.job_id)
        self.until(lambda: not self.services("list", "--all", "--job-id", self.job_id))

    def test_the_sdk_resolves_lists_and_checks(self):
        resolved = json.loads(self.client.resolve_service(NAME, tags=["compat"], passing_only=True))
        self.assertEqual(resolved["services"][0]["port"], self.port)
        listed = json.loads(self.client.list_services(passing_only=False))["services"]
        self.assertIn(NAME, [one["name"] for one in listed])
        told = json.loads(self.client.check_services([{"name": NAME, "origin": "external", "address": "127.0.0.1", "port": self.port}]))
        self.assertIn("ok", told)


class ResourcesTest(unittest.TestCase):
    def mn(self, *words):
        done = subprocess.run(["mn", *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_limits_are_set_and_listed(self):
        self.mn("resource", "set", "--memory", "50", "--disk", "75")
        listed = json.loads(self.mn("resource", "list"))
        self.assertEqual((listed["limits"]["memory"], listed["limits"]["disk"]), (50, 75))
        self.assertGreater(listed["totals"]["cpu_cores"], 0)
        self.mn("resource", "set", "--memory", "100", "--disk", "100")

    def test_ports_are_told(self):
        self.assertIn("REST API", self.mn("resource", "ports"))

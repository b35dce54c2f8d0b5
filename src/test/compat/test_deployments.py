"""The published command line deploys a service, renews it and goes back."""

import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path


class DeploymentsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def mn(self, *words):
        done = subprocess.run(
            ["mn", "deployment", *words], cwd=self.folder, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, output)
        return output

    def deploy(self, version, *options):
        nodes = [{"node_id": f"r{i}", "agent_type": "router", "config": {"v": version}} for i in (1, 2)]
        manifest = {
            "manifest_version": "1.0",
            "graph_id": "cli_shop",
            "type": "service",
            "entrypoints": ["r1"],
            "nodes": nodes,
            "edges": [{"from_node": "r1", "to_node": "r2", "message_type": "*"}],
            "policies": {"update": {"min_healthy_ms": 0}},
        }
        (self.folder / "manifest.json").write_text(json.dumps(manifest))
        return self.mn("deploy", "manifest.json", "--key", "cli-shop", *options)

    def status(self):
        output = self.mn("status", "cli-shop")
        return json.loads(output[output.index("{"):])

    def until(self, status):
        end = time.monotonic() + 60
        while self.status()["status"] != status:
            self.assertLess(time.monotonic(), end, self.status())

    def test_a_service_is_renewed_and_goes_back(self):
        first = self.deploy(1, "--wait")
        self.assertIn("dep_cli-shop_1", first)
        self.until("successful")

        self.deploy(2, "--strategy", "canary", "--canary", "1")
        self.until("awaiting_promotion")
        self.mn("pause", "cli-shop", "--reason", "a break")
        self.assertEqual(self.status()["status"], "paused")
        self.mn("resume", "cli-shop")
        self.until("awaiting_promotion")
        self.mn("promote", "cli-shop")
        self.until("successful")
        self.assertEqual(self.status()["current_version"], "2")

        self.mn("rollback", "cli-shop", "--version", "1", "--reason", "orders were lost")
        self.until("successful")
        self.assertEqual(self.status()["current_version"], "1")

        self.deploy(3, "--strategy", "canary", "--canary", "1")
        self.until("awaiting_promotion")
        self.mn("fail", "cli-shop", "--reason", "no")
        self.until("failed")
        self.assertIn("cli-shop", self.mn("list"))

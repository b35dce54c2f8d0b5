"""The published command line makes two servers one cluster, moves work about, and takes one out again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = Path(__file__).parents[3] / "target" / "mn"
MAIN, WORKER = "127.0.0.2", "127.0.0.3"


def free_port(host):
    with socket.create_server((host, 0)) as door:
        return door.getsockname()[1]


class Server:
    """One that others reach at this address; its command line finds it by its home."""

    def __init__(self, folder, host, token):
        self.home = folder / host
        self.log = (folder / f"{host}.log").open("w")
        settings = {
            "MN_HOME": str(self.home),
            "MN_TEMP_DIR": str(folder / "tmp"),
            "MN_NETWORK_EXPOSE": "true",
            "MN_NETWORK_ADVERTISE_HOST": host,
            "MN_NETWORK_REDIS_PORT": str(free_port(host)),
            "MN_NETWORK_JOIN_TOKEN": token,
            "MN_GRPC_AUTH_TOKEN": "of-both",
            "MN_RESOURCE_ADMISSION_ENABLED": "false",
        }
        self.process = subprocess.Popen(
            [PROGRAM, "up", "--api-port=0"], env=os.environ | settings, stdout=self.log, stderr=subprocess.STDOUT
        )

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


class NodesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.servers = {}
        for host, token in ((MAIN, "join-main"), (WORKER, "join-worker")):
            cls.servers[host] = Server(cls.folder, host, token)
            cls.addClassCleanup(cls.servers[host].stop)
        for server in cls.servers.values():
            cls.until(lambda: (server.home / "runtime-endpoints.json").exists(), server.log.name)

    @staticmethod
    def until(holds, what, seconds=60):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"never happened: {what}")
            time.sleep(0.1)

    def mn(self, *words, code=0):
        environment = os.environ | {"MN_HOME": str(self.servers[MAIN].home), "MN_GRPC_AUTH_TOKEN": "of-both", "COLUMNS": "200"}
        done = subprocess.run(
            ["mn", "node", *words], env=environment, cwd=self.folder, capture_output=True, text=True, timeout=150, stdin=subprocess.DEVNULL
        )
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, output)
        return output

    def nodes(self):
        return {node["name"]: node for node in json.loads(self.mn("list"))["nodes"]}

    def status(self, host):
        return self.nodes().get(f"mirror_neuron@{host}", {}).get("status")

    def test_a_server_is_added_drained_and_taken_out(self):
        worker = f"mirror_neuron@{WORKER}"
        self.assertEqual(list(self.nodes()), [f"mirror_neuron@{MAIN}"])
        self.mn("add", WORKER, "--token", "a-wrong-one", code=1)

        self.assertIn("Status: connected", self.mn("add", WORKER, "--token", "join-worker"))
        self.until(lambda: self.status(WORKER) == "healthy", "the worker is one of two")

        self.assertIn("Status: dry_run", self.mn("drain", worker, "--dry-run"))
        self.assertEqual(self.status(WORKER), "healthy")
        self.assertIn("Status: complete", self.mn("drain", worker, "--wait", "--deadline", "10s", "--reason", "a new disk"))
        self.assertEqual(self.status(WORKER), "maintenance")
        self.mn("undrain", worker, "--mark-eligible")
        self.assertEqual(self.status(WORKER), "healthy")

        self.mn("maintenance", worker, "--enable")
        self.assertEqual(self.status(WORKER), "maintenance")
        self.mn("maintenance", worker, "--disable")
        self.assertEqual(self.status(WORKER), "healthy")
        self.assertIn("Node", self.mn("reconcile", worker, "--dry-run"))

        self.mn("leave", worker)
        self.until(lambda: self.status(WORKER) in (None, "offline"), "the worker is gone")
        self.assertEqual(self.status(MAIN), "healthy")

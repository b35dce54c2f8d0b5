"""A server that is killed under its followers and started again on its port."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from typing import Any, Dict, List

from mirrorneuron_api import MirrorNeuron, Unauthorized

SLOW = {
    "name": "slow",
    "steps": [{"id": f"s{number}", "run": ["sh", "-c", "sleep 0.5; echo done"]} for number in range(16)],
}


class RestartTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name, "home")
        self.port, self.token = free_port(), "s3cret"
        self.start()
        self.addCleanup(lambda: self.stop(signal.SIGTERM))

    def start(self) -> None:
        options = [f"--api-port={self.port}", "--grpc-port=0", f"--home={self.home}"]
        variables = {**os.environ, "MN_API_TOKEN": self.token, "MN_RESOURCE_ADMISSION_ENABLED": "false"}
        variables["MN_TEMP_DIR"] = str(self.home.parent / "tmp")
        self.log = open(self.home.parent / "log", "ab")
        self.server = subprocess.Popen(
            [os.environ["MN"], "up", *options], env=variables, stdout=self.log, stderr=self.log
        )

    def stop(self, how: int) -> None:
        self.server.send_signal(how)
        self.server.wait(60)
        self.log.close()

    def test_followers_and_waiters_go_on(self) -> None:
        mn = MirrorNeuron(f"http://localhost:{self.port}", token=self.token)
        job = self.submit_when_up(mn)
        followed: Dict[str, List[Any]] = {"job": [], "run": [], "topic": []}
        failures: List[BaseException] = []

        def follow(name: str, records: Any) -> None:
            try:
                followed[name] += records
            except BaseException as failure:
                failures.append(failure)

        def hear(messages: Any) -> None:
            try:
                followed["topic"] += (message.patch for message in messages if message.patch is not None)
            except BaseException as failure:
                failures.append(failure)

        run = "run-" + job
        threads = [
            threading.Thread(target=follow, args=("job", mn.follow_job(job))),
            threading.Thread(target=follow, args=("run", mn.follow_run(run))),
            threading.Thread(target=hear, args=(mn.realtime("job_events:" + job),)),
        ]
        for thread in threads:
            thread.start()
        time.sleep(2)
        self.stop(signal.SIGKILL)
        self.start()
        self.assertEqual(mn.wait(job, timeout=150).status, "completed")
        for thread in threads:
            thread.join(60)
        self.assertEqual(failures, [])
        self.assertEqual(followed["job"], list(mn.follow_job(job)))
        self.assertEqual(followed["run"], list(mn.follow_run(run)))
        self.assertEqual(followed["topic"], [event.to_dict() for event in followed["job"]])
        stranger = MirrorNeuron(f"http://localhost:{self.port}", token="guess")
        with self.assertRaises(Unauthorized):
            stranger.result(run)
        with self.assertRaises(Unauthorized):
            list(stranger.realtime("job_events:" + job))

    def submit_when_up(self, mn: MirrorNeuron) -> str:
        until = time.monotonic() + 60
        while True:
            try:
                return mn.submit(SLOW).job_id
            except Exception:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    unittest.main()

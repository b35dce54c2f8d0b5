"""Published terminals whose server is killed (SIGKILL) in the middle of what they ask, at several moments each:
kills.py PROGRAM VENV...

Nothing is half done that is not told: a command that says that it went well has done all of it; what it has not done can be
asked for again; open jobs live on, no job is doubled. Ends with one line of counts. PROGRAM is target/mn, each VENV has one
release of the terminal.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# Of the time that the command takes undisturbed: a third goes by before it asks anything.
MOMENTS = (0.35, 0.6, 0.75, 0.85, 0.92, 0.97)
SLEEPER = ("sleep", "3000")


class Server:
    """Its home and what runs there; a start after a kill has other ports, which terminals find by the home."""

    def __init__(self, program, folder):
        self.program, self.folder, self.home = program, folder, folder / "home"
        self.start()

    def start(self):
        told = self.home / "runtime-endpoints.json"
        told.unlink(missing_ok=True)
        own = {"MN_HOME": str(self.home), "MN_TEMP_DIR": str(self.folder / "tmp"), "MN_RESOURCE_ADMISSION_ENABLED": "false"}
        output = self.folder / "up.out"
        with output.open("ab") as out:
            command = [self.program, "up", "--api-port=0", "--grpc-port=0"]
            self.process = subprocess.Popen(command, env={**os.environ, **own}, stdout=out, stderr=out)
        until(lambda: told.exists() or self.process.poll() is not None, "the server is up")
        assert told.exists(), output.read_text()
        self.api = json.loads(told.read_text())["api"]["base_url"].removesuffix("/api/v1") + "/api/v1"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def call(self, path, body=None):
        """The status and the JSON, which is None of an error."""
        headers = {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.api + path, data, headers), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, None

    def get(self, path):
        status, answer = self.call(path)
        assert status == 200, (path, status)
        return answer

    def jobs(self, query=""):
        return {row["job_id"]: row["status"] for row in self.get("/jobs?limit=1000" + query)["data"]}

    def submit(self, *command):
        manifest = {"name": "kills", "steps": [{"id": "a", "run": list(command)}]}
        status, job = self.call("/jobs", {"manifest": manifest})
        assert status == 200, status
        return job["job_id"]

    def order(self, job, word):
        status, _ = self.call(f"/jobs/{job}/{word}", {})
        assert status == 200, (job, word, status)

    def settled(self, jobs, *statuses):
        """How these jobs are, once each is one of these."""
        now = {}

        def look():
            listed = self.jobs()
            now.update({job: listed.get(job) for job in jobs})
            return all(status in statuses for status in now.values())

        until(look, lambda: f"jobs are {statuses}, not {now}")
        return now


def until(holds, what):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.1)


class Terminal:
    def __init__(self, venv, server):
        self.bin, self.server = venv / "bin", server
        asked = "from importlib.metadata import version; print(version('mirrorneuron-cli'))"
        self.release = subprocess.check_output([self.bin / "python", "-c", asked], text=True).strip()
        self.yes = () if self.release == "1.2.5" else ("--yes",)
        # Later releases clear no job where they cannot ask a Docker for its containers: this one has none.
        docker = server.folder / "bin" / "docker"
        docker.parent.mkdir()
        docker.write_text("#!/bin/sh\n")
        docker.chmod(0o755)
        self.path = f"{self.bin}:{docker.parent}:/usr/bin:/bin"

    def begin(self, *words):
        own = {"HOME": str(self.server.folder), "LANG": "C.UTF-8", "MN_CLI_OUTPUT": "plain", "MN_HOME": str(self.server.home)}
        return subprocess.Popen(
            [self.bin / "mn", *words],
            cwd=self.server.folder,
            env={"PATH": self.path, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words):
        """What it says, and whether that is that it went well; the first release ends with 0 when it could not ask."""
        process = self.begin(*words)
        said = process.communicate(timeout=120)[0]
        return said, process.returncode == 0 and "UNAVAILABLE" not in said

    def well(self, *words):
        begun = time.monotonic()
        said, well = self.run(*words)
        assert well, said
        return time.monotonic() - begun

    def killed(self, usual, moment, *words):
        """What it says whose server is killed at a moment of the usual time, and begins again five seconds later at most."""
        process = self.begin(*words)
        time.sleep(usual * moment)
        self.server.kill()
        try:
            said = process.communicate(timeout=5)[0]
            self.server.start()
        except subprocess.TimeoutExpired:
            self.server.start()
            said = process.communicate(timeout=120)[0]
        return said, process.returncode == 0 and "UNAVAILABLE" not in said


def clear(server, terminal):
    words = ("job", "clear", *terminal.yes)
    usual = terminal.well(*words)
    living = [server.submit(*SLEEPER) for _ in range(3)]
    for moment in MOMENTS:
        ended = [server.submit("true") for _ in range(25)]
        server.settled(ended, "completed")
        said, well = terminal.killed(usual, moment, *words)
        if well:
            until(lambda: not server.jobs().keys() & set(ended), said)
        terminal.well(*words)
        assert not server.jobs().keys() & set(ended)
        server.settled(living, "running")
        yield


def cancel_all(server, terminal):
    if not terminal.yes:
        return  # came with a later release
    words = ("job", "cancel-all", *terminal.yes)
    usual = terminal.well(*words)
    for moment in MOMENTS:
        jobs = [server.submit(*SLEEPER) for _ in range(12)]
        said, well = terminal.killed(usual, moment, *words)
        now = server.settled(jobs, *(("cancelled",) if well else ("running", "cancelled")))
        terminal.well(*words)
        server.settled(jobs, "cancelled")
        yield


def paused(server):
    job = server.submit(*SLEEPER)
    server.settled([job], "running")
    server.order(job, "pause")
    server.settled([job], "paused")
    return job


def backup(server, terminal):
    job = paused(server)
    usual = terminal.well("job", "backup", job, "-o", "usual")
    for moment in MOMENTS:
        folder = f"at-{moment}"
        said, well = terminal.killed(usual, moment, "job", "backup", job, "-o", folder)
        archives = list((server.folder / folder).glob("*.zip"))
        assert len(archives) == 1 if well else len(archives) <= 1, said
        for archive in archives:
            terminal.well("job", "restore", "copy", "-i", str(archive))
        server.settled([job], "paused")
        yield


def restore(server, terminal):
    job = paused(server)
    terminal.well("job", "backup", job, "-o", "copies")
    [archive] = (server.folder / "copies").glob("*.zip")
    words = ("job", "restore", "copy", "-i", str(archive))
    usual = terminal.well(*words)
    for moment in MOMENTS:
        before = server.jobs()
        said, well = terminal.killed(usual, moment, *words)
        copies = server.jobs().keys() - before.keys()
        assert len(copies) == 1 if well else len(copies) <= 1, said
        for copy in copies:
            server.settled([copy], "paused")
            server.order(copy, "resume")
            server.settled([copy], "running")
            server.order(copy, "cancel")
        server.settled([job], "paused")
        yield


def drain(server, terminal):
    [node] = [row["name"] for row in server.get("/nodes")["nodes"]]
    usual = terminal.well("node", "drain", node)
    for moment in MOMENTS:
        terminal.well("node", "undrain", node, "--mark-eligible")
        job = server.submit(*SLEEPER)
        server.settled([job], "running")
        said, well = terminal.killed(usual, moment, "node", "drain", node)
        [row] = server.get("/nodes")["nodes"]
        assert not (well and row["scheduling_eligible"]), said
        server.settled([job], "running")
        server.order(job, "cancel")
        server.settled([job], "cancelled")
        yield


def reconcile(server, terminal):
    [node] = [row["name"] for row in server.get("/nodes")["nodes"]]
    usual = terminal.well("node", "reconcile", node)
    job = server.submit(*SLEEPER)
    for moment in MOMENTS:
        terminal.killed(usual, moment, "node", "reconcile", node)
        server.settled([job], "running")
        assert list(server.jobs()) == [job]
        terminal.well("node", "reconcile", node)
        yield


kills = failed = 0
for venv in sys.argv[2:]:
    for story in (clear, cancel_all, backup, restore, drain, reconcile):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(sys.argv[1], Path(folder))
            terminal = Terminal(Path(venv).absolute(), server)
            before = kills
            try:
                for _ in story(server, terminal):
                    kills += 1
                server.stop()
                print(f"{terminal.release} {story.__name__}: {kills - before} kills", flush=True)
            except Exception as fault:
                server.kill()
                failed += 1
                print(f"{terminal.release} {story.__name__}: {type(fault).__name__} {fault}", flush=True)
print(f"{kills} kills, {failed} failed")
sys.exit(1 if failed else 0)

"""The Python package, installed, against a packaged server: MN is that program, MN_HOME the home that its server runs with."""

import asyncio
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any

from mirrorneuron_api import AsyncMirrorNeuron, Conflict, Invalid, JobFailed, JobStatus, MirrorNeuron, NotFound
from mirrorneuron_api.api.gateway import get_health
from mirrorneuron_api.api.human import list_human
from mirrorneuron_api.api.jobs import cancel_job, fork_job, get_job, list_jobs
from mirrorneuron_api.api.runs import get_run_artifact, list_run_artifacts
from mirrorneuron_api.models import ForkRequest
from mirrorneuron_api.types import UNSET

STORY = pathlib.Path(__file__).parent.parent / "story"
SLEEPER = {"name": "sleeper", "steps": [{"id": "rest", "run": ["sleep", "30"]}]}
HELLO = {"name": "hello", "steps": [{"id": "greet", "run": ["echo", "hello"]}]}


class StoryTest(unittest.TestCase):
    def setUp(self) -> None:
        self.mn = MirrorNeuron()
        self.addCleanup(self.mn.close)

    def test_a_person_answers_and_the_run_is_taken_away(self) -> None:
        report = self.mn.validate(STORY)
        self.assertTrue(report.ok, report.errors)

        job = self.mn.submit_bundle(STORY, inputs={"amount": 7})
        run = str(job.run_id)
        asked = None
        for record in self.mn.follow_human(run):
            if record.type == "human_input_requested":
                asked = record.payload["request_id"]
                [open_question] = list_human.sync(client=self.mn.client, run_id=run).data
                self.assertEqual((open_question.request_id, open_question.status), (asked, "pending"))
                with self.assertRaises(Invalid) as refused:
                    self.mn.answer(run, asked, "maybe", note="as agreed")
                self.assertEqual(refused.exception.status, 422)
                self.mn.answer(run, asked, "approve", by="anna", note="as agreed")
        self.assertIsNotNone(asked)

        self.assertEqual(self.mn.wait(job.job_id, timeout=60).status, "completed")
        result = self.mn.result(run).to_dict()
        self.assertIn("anna", str(result))
        self.assertIn("7", str(result))
        with tempfile.TemporaryDirectory() as folder:
            file = self.mn.export(run, pathlib.Path(folder, "run.zip"))
            subprocess.run([os.environ["MN"], "run", "verify", str(file)], check=True, stdout=subprocess.DEVNULL)
            self.assertEqual(os.listdir(folder), ["run.zip"])
            self.assertIn("# ", self.mn.export(run, pathlib.Path(folder, "run.md"), form="markdown").read_text())

    def test_events_and_progress_end_with_the_job(self) -> None:
        job = self.mn.submit(HELLO)
        events = list(self.mn.follow_job(job.job_id))
        self.assertEqual(events[-1].type_, "job_completed")
        sequence = [event.seq for event in events]
        self.assertEqual(sequence, list(range(1, len(events) + 1)))
        self.assertEqual([e.seq for e in self.mn.follow_job(job.job_id, after=3)], sequence[3:])
        self.assertEqual(list(self.mn.follow_progress(job.job_id))[-1].status, "completed")
        self.assertTrue(list(self.mn.follow_run("run-" + job.job_id)))

    def test_one_key_is_one_job(self) -> None:
        first = self.mn.submit(HELLO, idempotency_key="k-" + str(os.getpid()))
        again = self.mn.submit(HELLO, idempotency_key="k-" + str(os.getpid()))
        self.assertEqual(first.job_id, again.job_id)
        with self.assertRaises(Conflict):
            self.mn.submit(SLEEPER, idempotency_key="k-" + str(os.getpid()))
        self.assertNotEqual(self.mn.submit(HELLO).job_id, self.mn.submit(HELLO).job_id)

    def test_failures_are_errors_with_words(self) -> None:
        with self.assertRaises(NotFound) as missing:
            get_job.sync("no/such job", client=self.mn.client)
        self.assertEqual((missing.exception.status, missing.exception.error), (404, "job_not_found"))
        self.assertTrue(missing.exception.request_id)
        with self.assertRaises(Invalid) as refused:
            self.mn.submit({"name": "x", "steps": [{"id": "a", "run": ["true"], "needs": ["b"]}]})
        self.assertFalse((refused.exception.validation or {})["ok"])
        self.assertTrue((refused.exception.code or "").startswith("workflow_manifest."), refused.exception.code)
        with self.assertRaises(NotFound):
            next(self.mn.follow_job("nobody"))
        job = self.mn.submit(SLEEPER)
        with self.assertRaises(TimeoutError):
            self.mn.wait(job.job_id, timeout=1.5)

    def test_generated_calls(self) -> None:
        self.assertEqual(get_health.sync(client=self.mn.client).status, "ok")
        cancelled = cancel_job.sync(self.mn.submit(SLEEPER).job_id, client=self.mn.client)  # a body may be left out
        self.assertEqual(self.mn.wait(cancelled.job_id).status, JobStatus.CANCELLED)
        self.assertIn("ConnectionLost", cancel_job.sync.__doc__ or "")
        job = self.mn.submit(HELLO)
        self.mn.wait(job.job_id)
        self.assertIn(job.job_id, [row.job_id for row in list_jobs.sync(client=self.mn.client, limit=200).data])
        fork = fork_job.sync(job.job_id, client=self.mn.client, body=ForkRequest(at="greet"))
        self.assertEqual(self.mn.wait(fork.job_id).status, "completed")

    def test_programs_of_steps_use_step(self) -> None:
        program = (
            "from mirrorneuron_api import step\n"
            "import sys\n"
            "assert not [m for m in sys.modules if m.startswith(('httpx', 'attr'))]\n"
            "step.progress(0.5, 'asking')\n"
            "who = step.ask('Who?', decisions=['ada', 'bob'], name='who')['decision']\n"
            "step.tell('asked', {'who': who})\n"
            "step.artifact('deep/who.txt', who)\n"
            "assert step.state() is None and step.context()['job_id']\n"
            "step.complete({'who': who, 'given': step.input()['n']})\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "payloads").mkdir()
            pathlib.Path(folder, "payloads", "ask.py").write_text(program)
            pathlib.Path(folder, "manifest.yaml").write_text(
                f"name: ask\ninputs: {{n: 5}}\nsteps:\n  - id: ask\n    run: [{sys.executable}, ask.py]\n"
            )
            job = self.mn.submit_bundle(folder)
        run = "run-" + job.job_id
        for record in self.mn.follow_human(run):
            if record.type == "human_input_requested":
                self.mn.answer(run, "who", "bob")
        self.assertEqual(self.mn.wait(job.job_id).status, "completed")
        self.assertEqual(self.mn.result(run).to_dict()["output"], {"who": "bob", "given": 5})
        self.assertIn("asked", [event.type_ for event in self.mn.follow_job(job.job_id)])
        paths = [row.relative_path for row in list_run_artifacts.sync(run, client=self.mn.client).artifacts]
        [path] = [path for path in paths if path.endswith("deep/who.txt")]
        self.assertEqual(get_run_artifact.sync(run, path, client=self.mn.client).payload.read(), b"bob")

    def test_jobs_are_stopped_listed_and_taken_away(self) -> None:
        job = self.mn.submit(SLEEPER).job_id
        self.assertEqual(self.mn.pause(job).job_id, job)
        self.assertEqual(self.mn.resume(job).job_id, job)
        self.mn.cancel(job, reason="enough")
        with self.assertRaises(JobFailed) as cancelled:
            self.mn.wait(job, check=True)
        self.assertEqual((cancelled.exception.status, cancelled.exception.stderr), ("cancelled", ""))
        self.assertIn("enough", cancelled.exception.reason)

        fails = ["sh", "-c", "echo 5,6 >$MN_JOB_OUTPUT_DIR/plan.txt; echo no luck >&2; exit 3"]
        failed = self.mn.submit({"name": "fails", "steps": [{"id": "try", "run": fails}]}).job_id
        with self.assertRaisesRegex(JobFailed, "exited with code 3\nno luck") as told:
            self.mn.wait(failed, check=True)
        self.assertEqual((told.exception.status, told.exception.stderr.strip()), ("failed", "no luck"))
        self.assertEqual(str(pickle.loads(pickle.dumps(told.exception))), str(told.exception))

        run = "run-" + failed
        [path] = [row.relative_path for row in self.mn.artifacts(run) if row.relative_path.endswith("plan.txt")]
        with tempfile.TemporaryDirectory() as folder:
            file = self.mn.download(run, path, pathlib.Path(folder, "plan.txt"))
            self.assertEqual((file.read_text(), os.listdir(folder)), ("5,6\n", ["plan.txt"]))
            with self.assertRaises(NotFound):
                self.mn.download(run, "outputs/none.txt", pathlib.Path(folder, "none"))
            self.assertEqual(os.listdir(folder), ["plan.txt"])

        self.assertLess({job, failed}, {row.job_id for row in self.mn.jobs()})
        self.assertEqual([row.job_id for row in self.mn.runs(job_id=failed)], [failed])

    def test_lists_are_gone_through_to_their_end(self) -> None:
        jobs = {self.mn.submit(HELLO).job_id for _ in range(105)}
        for job in jobs:
            self.mn.wait(job)
        runs = [row.run_id for row in self.mn.runs()]
        self.assertEqual(len(runs), len(set(runs)))
        self.assertLessEqual({"run-" + job for job in jobs}, set(runs))

    def test_types_show_what_they_have(self) -> None:
        self.assertEqual(repr(ForkRequest(at="a")), "ForkRequest(at='a')")
        self.assertEqual(repr(UNSET), "UNSET")
        job = self.mn.wait(self.mn.submit(HELLO).job_id)
        self.assertRegex(repr(job), "JobOfDetail\\(job_id='hello-.*status='completed'")
        self.assertNotIn("UNSET", repr(job))

    def test_questions_are_listed(self) -> None:
        ask = {"name": "ask", "steps": [{"id": "ask", "human": {"prompt": "Well?"}}]}
        job = self.mn.submit(ask).job_id
        next(record for record in self.mn.follow_human("run-" + job) if record.type == "human_input_requested")
        [question] = self.mn.questions(run_id="run-" + job)
        self.assertEqual((question.prompt, question.run_id), ("Well?", "run-" + job))
        self.mn.answer("run-" + job, question.request_id, "approve")
        self.mn.wait(job)
        until = time.monotonic() + 30
        while list(self.mn.questions(run_id="run-" + job)) and time.monotonic() < until:
            time.sleep(0.2)  # the list of all runs follows their files
        self.assertEqual(list(self.mn.questions(run_id="run-" + job)), [])

    def test_records_have_one_shape(self) -> None:
        job = self.mn.submit({"name": "loud", "steps": [{"id": "say", "run": ["echo", "hello"]}]}).job_id
        found = {}
        for record in self.mn.follow_run("run-" + job):
            found[record.channel, record.type] = record
            self.assertEqual((record.record.channel, record.record.type_), (record.channel, record.type))
        self.assertEqual(found["events", "executor_lease_acquired"].payload["pool"], "default")
        self.assertIn("hello", [r.payload.get("message") for r in self.mn.follow_run("run-" + job, channels="logs")])
        [event] = [event for event in self.mn.follow_job(job) if event.type_ == "executor_lease_acquired"]
        payload: Any = event.payload
        self.assertEqual((event.agent_id, payload["pool"]), ("say", "default"))

    def test_async_has_the_same_names(self) -> None:
        async def story() -> None:
            async with AsyncMirrorNeuron() as mn:
                self.assertTrue((await mn.validate(STORY)).ok)
                jobs = await asyncio.gather(*(mn.submit_bundle(STORY) for _ in range(3)))

                async def one(job_id: str) -> None:
                    run = "run-" + job_id
                    async for record in mn.follow_human(run):
                        if record.type == "human_input_requested":
                            await mn.answer(run, record.payload["request_id"], "approve", note="fine")
                    self.assertEqual((await mn.wait(job_id)).status, "completed")
                    self.assertIn("fine", str((await mn.result(run)).to_dict()))

                await asyncio.gather(*(one(job.job_id) for job in jobs))
                with self.assertRaises(NotFound):
                    await mn.wait("nobody")
                job_id = (await mn.submit(SLEEPER)).job_id
                for change in (mn.pause, mn.resume, mn.cancel):
                    self.assertEqual((await change(job_id)).job_id, job_id)
                with self.assertRaises(JobFailed):
                    await mn.wait(job_id, check=True)
                self.assertIn(job_id, [row.job_id async for row in mn.jobs()])
                self.assertEqual([row.job_id async for row in mn.runs(job_id=job_id)], [job_id])
                self.assertEqual([row async for row in mn.questions(run_id="run-" + job_id)], [])
                run = "run-" + jobs[0].job_id
                path = (await mn.artifacts(run))[0].relative_path
                with tempfile.TemporaryDirectory() as folder:
                    self.assertTrue((await mn.download(run, path, pathlib.Path(folder, "file"))).exists())

        asyncio.run(story())
        public = {name for name in vars(MirrorNeuron) if not name.startswith("_")}
        self.assertEqual(public, {name for name in vars(AsyncMirrorNeuron) if not name.startswith("_")})


if __name__ == "__main__":
    unittest.main()

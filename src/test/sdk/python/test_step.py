"""What programs of steps say with ``step``: by themselves, tried without a server, and run by one."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
from typing import Any, Dict, List, Optional

from mirrorneuron_api import MirrorNeuron, step

ANYWHERE = {"MN_JOB_ID": "j", "MN_AGENT_BEACON_STDOUT_PREFIX": "beacon "}


def alone(program: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A program that believes that a server runs it."""
    text = "from mirrorneuron_api import step\n" + textwrap.dedent(program)
    command = [sys.executable, "-c", text]
    return subprocess.run(
        command, env={**os.environ, **ANYWHERE, **variables}, capture_output=True, text=True, timeout=60
    )


class Model(http.server.BaseHTTPRequestHandler):
    """A model that says what it was asked."""

    asked: List[Dict[str, Any]] = []

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Model.asked.append({"path": self.path, "key": self.headers["Authorization"], **wanted})
        refused = wanted["model"] == "unknown"
        told = {
            "choices": [{"message": {"content": "you said " + wanted["messages"][-1]["content"]}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        }
        body = json.dumps({"error": "no such model"} if refused else told).encode()
        self.send_response(404 if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class ModelTest(unittest.TestCase):
    """Programs that ask a model."""

    def setUp(self) -> None:
        Model.asked.clear()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.run_folder = pathlib.Path(folder.name, "r")
        self.run_folder.mkdir()
        self.told = {
            "MN_LLM_MODEL": "small",
            "MN_LLM_PROVIDER": "docker_model_runner",
            "MN_LLM_API_BASE": f"http://127.0.0.1:{server.server_address[1]}/v1",
            "MN_RUNS_ROOT": folder.name,
            "MN_RUN_ID": "r",
        }

    def test_a_model_is_asked_in_one_line_and_its_tokens_count(self) -> None:
        program = "step.complete(step.ask_model('hello', system='be brief', temperature=0.5))"
        ended = alone(program, **self.told, OPENAI_API_KEY="k")
        self.assertEqual(json.loads(ended.stdout), {"complete_step": "you said hello"}, ended.stderr)
        asked = Model.asked[0]
        self.assertEqual((asked["path"], asked["key"], asked["model"]), ("/v1/chat/completions", "Bearer k", "small"))
        self.assertEqual(asked["temperature"], 0.5)
        self.assertEqual([one["role"] for one in asked["messages"]], ["system", "user"])
        sample = json.loads((self.run_folder / "resources.jsonl").read_text())
        self.assertEqual((sample["component"], sample["llm"]["input_tokens"], sample["llm"]["output_tokens"]), ("llm", 3, 4))

    def test_what_is_wrong_is_said(self) -> None:
        refused = alone("step.ask_model('hello', model='unknown')", **self.told)
        self.assertIn("RuntimeError: the model unknown was refused with 404", refused.stderr)
        away = alone("step.ask_model('hello')", **{**self.told, "MN_LLM_API_BASE": "http://127.0.0.1:9/v1"})
        self.assertIn("ConnectionError: http://127.0.0.1:9/v1/chat/completions cannot be reached", away.stderr)
        unknown = alone("step.ask_model('hello')", **{**self.told, "MN_LLM_MODEL": ""})
        self.assertIn("MN_LLM_MODEL is not set: the server has no model for its programs", unknown.stderr)

    def test_a_program_that_asks_is_tried_without_a_model(self) -> None:
        with step.testing(answers={"hello": "good day"}) as said:
            step.complete(step.ask_model("hello"))
        self.assertEqual((said.output, said.prompts), ("good day", ["hello"]))
        with self.assertRaises(LookupError), step.testing():
            step.ask_model("hello")


class SayingTest(unittest.TestCase):
    """What a program prints."""

    def said(self, program: str) -> Any:
        ended = alone(program)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout.rstrip("\n").rsplit("\n", 1)[-1])

    def test_what_is_printed_after_complete_does_not_spoil_the_output(self) -> None:
        ended = alone("import os\nstep.complete(5)\nprint('bye')\nos.system('echo from a shell')")
        self.assertEqual(json.loads(ended.stdout), {"complete_step": 5})
        self.assertEqual(ended.stderr.split("\n")[:2], ["bye", "from a shell"])

    def test_what_nobody_has_said_is_said_at_the_end(self) -> None:
        told = self.said("step.tell('x', {'a': 1})\nstep.keep({'n': 2})\nprint('and text')")
        self.assertEqual(told, {"events": [{"type": "x", "payload": {"a": 1}}], "next_state": {"n": 2}})
        failed = alone("step.tell('x')\nraise KeyError('y')")
        self.assertNotIn("events", failed.stdout)

    def test_what_json_has_not_is_refused(self) -> None:
        for call in (
            "complete(float('nan'))",
            "keep({'x': float('inf')})",
            "emit('t', float('nan'))",
            "complete({1, 2})",
        ):
            ended = alone(f"step.{call}")
            self.assertNotEqual(ended.returncode, 0, call)
            self.assertEqual(ended.stdout, "", call)

    def test_nothing_is_said_after_complete(self) -> None:
        for more in (
            "complete(2)",
            "tell('x')",
            "keep(1)",
            "emit('a', 1)",
            "done()",
            "complete_run(1)",
            "progress(0.5)",
        ):
            ended = alone(f"step.complete(1)\nstep.{more}")
            self.assertEqual(json.loads(ended.stdout), {"complete_step": 1})
            self.assertIn("RuntimeError: complete or done has been called", ended.stderr, more)

    def test_lines_of_threads_stay_whole(self) -> None:
        ended = alone(
            """
            import threading
            def work():
                for number in range(500):
                    step.progress(number / 500, "x" * 50)
            threads = [threading.Thread(target=work) for _ in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            step.complete("y" * 100000)
            """
        )
        *beacons, empty, last = ended.stdout.rstrip("\n").split("\n")
        self.assertEqual((len(beacons), empty, len(json.loads(last)["complete_step"])), (4000, "", 100000))
        self.assertTrue(all(json.loads(line[len("beacon ") :]) for line in beacons))

    def test_progress_is_a_share(self) -> None:
        for share in ("50", "'x'", "-0.1", "float('nan')", "True"):
            self.assertIn("ValueError: progress goes from 0 to 1", alone(f"step.progress({share})").stderr)
        self.assertEqual(alone("step.progress(1, 'done')").stdout, 'beacon {"progress": 1, "message": "done"}\n')

    def test_artifacts_stay_in_their_folder(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder, "results")
            place.mkdir()
            for name in ("/etc/x", "../x", "a/../../x", "", str(place / "x")):
                ended = alone(f"step.artifact({name!r}, 'x')", MN_JOB_OUTPUT_DIR=str(place))
                self.assertIn("ValueError: an artifact has a name", ended.stderr, name)
            alone("step.artifact('a/plan.csv', 'x')", MN_JOB_OUTPUT_DIR=str(place))
            self.assertEqual(os.listdir(place / "a"), ["plan.csv"])
            self.assertEqual((place / "a" / "plan.csv").read_text(), "x")

    def test_without_a_server_it_says_how_to_try(self) -> None:
        for call in ("input()", "state()", "artifact('x', 'y')", "ask('x')"):
            self.assertIn("step.testing", alone(f"step.{call}").stderr)


class TestingTest(unittest.TestCase):
    """Without a server."""

    def test_a_program_is_tried(self) -> None:
        with step.testing({"n": 5}, answers={"Who goes?": "bob"}, state={"seen": 1}, context={"job_id": "j"}) as said:
            step.progress(0.5, "asking")
            who = step.ask("Who goes?", decisions=["ada", "bob"])["decision"]
            step.artifact("deep/who.txt", who)
            step.tell("chosen", {"who": who})
            step.keep({"seen": step.state()["seen"] + 1})
            step.emit("next", 1, to="other")
            step.complete({"who": who, "given": step.input()["n"], "job": step.context()["job_id"]})
        self.assertEqual(said.output, {"who": "bob", "given": 5, "job": "j"})
        self.assertEqual((said.state, said.artifacts), ({"seen": 2}, {"deep/who.txt": b"bob"}))
        self.assertEqual(said.events, [{"type": "chosen", "payload": {"who": "bob"}}])
        self.assertEqual(said.messages, [{"type": "next", "body": 1, "to": "other"}])
        self.assertEqual([question["prompt"] for question in said.questions], ["Who goes?"])
        self.assertNotIn("MN_INPUT_FILE", os.environ)

    def test_it_is_as_strict_as_a_server(self) -> None:
        with step.testing(answers={"name": "carl"}):
            with self.assertRaises(ValueError):
                step.ask("Who?", name="name", decisions=["ada"])
            with self.assertRaises(LookupError):
                step.ask("What?")
        for bad in (
            {"timeout": -1},
            {"default": "x"},
            {"timeout": 1, "default": "x", "decisions": ["y"]},
            {"decisions": "abc"},
        ):
            with step.testing(answers={"?": "y"}), self.assertRaises(ValueError):
                step.ask("?", **bad)

    def test_each_question_has_a_name_of_its_own(self) -> None:
        answers = {"A?": "a", "B?": "b"}

        def names() -> List[str]:
            with step.testing(answers=answers) as said:
                for prompt, decisions in (("A?", ()), ("B?", ()), ("A?", ["a"]), ("A?", ())):
                    step.ask(prompt, decisions=decisions)
            return [question["request_id"] for question in said.questions]

        self.assertEqual(len(set(names())), 4)
        self.assertEqual(names(), names())


class ServerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.mn = MirrorNeuron()
        self.addCleanup(self.mn.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bundle = pathlib.Path(folder.name)
        (self.bundle / "payloads").mkdir()
        put = [sys.executable, "-m", "mirrorneuron_api.step", str(self.bundle / "payloads")]
        subprocess.run(put, check=True, stdout=subprocess.DEVNULL)

    def run_it(self, program: str, manifest: Optional[Dict[str, Any]] = None, **answers: str) -> Any:
        """What a program puts out that any Python runs; answers are by prompt."""
        text = "from mirrorneuron_api import step\n" + textwrap.dedent(program)
        (self.bundle / "payloads" / "program.py").write_text(text)
        workflow = manifest or {"name": "steps", "steps": [{"id": "do", "run": ["python3", "program.py"]}]}
        (self.bundle / "manifest.json").write_text(json.dumps(workflow))
        job = self.mn.submit_bundle(self.bundle)
        self.run_id = "run-" + job.job_id
        self.asked = []
        for record in self.mn.follow_human(self.run_id):
            if record.type == "human_input_requested":
                self.asked.append(record.payload)
                if record.payload["prompt"] in answers:
                    self.mn.answer(self.run_id, record.payload["request_id"], answers[record.payload["prompt"]])
        self.job = self.mn.wait(job.job_id, timeout=60)
        return self.mn.result(self.run_id).to_dict().get("output")

    def test_two_questions_have_two_answers_also_in_another_attempt(self) -> None:
        output = self.run_it(
            """
            import os, sys
            colour = step.ask("Colour", decisions=["red", "blue"])["decision"]
            if os.environ["MN_WORKFLOW_ATTEMPT"] == "1":
                sys.exit(1)
            size = step.ask("Size", decisions=["s", "m"])["decision"]
            step.complete([colour, size])
            """,
            {
                "name": "two",
                "steps": [
                    {
                        "id": "do",
                        "run": ["python3", "program.py"],
                        "control": {"retry": {"max_attempts": 2, "backoff_seconds": 0.1}},
                    }
                ],
            },
            Colour="red",
            Size="m",
        )
        self.assertEqual(output, ["red", "m"])
        self.assertEqual([question["prompt"] for question in self.asked], ["Colour", "Size"])

    def test_an_agent_asks_about_each_message(self) -> None:
        manifest = {
            "manifest_version": "1.0",
            "graph_id": "agent",
            "defaults": {"runner_module": "MirrorNeuron.Runner.HostLocal", "upload_path": "."},
            "initial_inputs": {"a": [{"number": 3}, {"number": 4}]},
            "nodes": [
                {
                    "node_id": "a",
                    "agent_type": "executor",
                    "role": "root",
                    "config": {"command": ["python3", "program.py"]},
                }
            ],
        }
        program = """
            answer = step.ask("Go on?", decisions=["yes"])
            seen = (step.state() or []) + [step.input()["number"]]
            if len(seen) == 2:
                step.complete_run(seen)
            else:
                step.keep(seen)
            """
        output = self.run_it(program, manifest, **{"Go on?": "yes"})
        self.assertEqual((output, len(self.asked)), ([3, 4], 2))

    def test_one_name_is_one_question(self) -> None:
        program = """
            step.ask("A?", name="x", timeout=0.1, default="no")
            try:
                step.ask("B?", name="x")
            except RuntimeError as refused:
                step.complete(str(refused))
            """
        self.assertIn("another question 'x': 'A?'", self.run_it(program))

    def test_time_ends_a_question_for_all(self) -> None:
        program = """
            import datetime
            soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
            first = step.ask("A?", due_at=soon, default={"decision": "no", "why": "late"})
            try:
                step.ask("B?", timeout=0.5)
            except TimeoutError:
                step.complete(first["why"])
            """
        self.assertEqual(self.run_it(program), "late")
        [row] = [row for row in self.mn_questions() if row["prompt"] == "B?"]
        self.assertEqual(row["status"], "timed_out")

    def test_forms_and_two_pairs_of_eyes_reach_the_question(self) -> None:
        program = """
            form = {"type": "object", "properties": {"note": {"type": "string"}}}
            step.ask("A?", form=form, approvals_required=2, timeout=0.5, default="approve")
            step.complete()
            """
        self.run_it(program)
        [row] = self.mn_questions()
        self.assertEqual((row["approvals_required"], sorted(row["form"]["properties"])), (2, ["note"]))

    def mn_questions(self) -> List[Dict[str, Any]]:
        from mirrorneuron_api.api.human import list_run_human

        return [row.to_dict() for row in list_run_human.sync(self.run_id, client=self.mn.client).requests]


if __name__ == "__main__":
    unittest.main()

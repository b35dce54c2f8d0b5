"""The runtime as the published Python SDK sees it, which is told nothing but MN_HOME."""

import json
import tempfile
import time
import unittest
import uuid
from pathlib import Path

import grpc
from mn_sdk import Client

TERMINAL = {"completed", "failed", "cancelled"}


def manifest(*command, graph="compat", **config):
    """One program and a sink for its answer."""
    work = {"runner_module": "MirrorNeuron.Runner.HostLocal", "command": list(command), "output_message_type": "done"}
    return json.dumps({
        "manifest_version": "1.0",
        "graph_id": graph,
        "entrypoints": ["work"],
        "initial_inputs": {"work": [{"question": "6x7"}]},
        "nodes": [
            {"node_id": "work", "agent_type": "executor", "config": work | config},
            {"node_id": "sink", "agent_type": "aggregator", "config": {"complete_on_message": True, "complete_run": True}},
        ],
        "edges": [{"from_node": "work", "to_node": "sink", "message_type": "done"}],
    })


class SdkTest(unittest.TestCase):
    def setUp(self):
        self.client = Client()

    def submit(self, *command, **config):
        return self.client.submit_job(manifest(*command, **config), {})

    def job(self, job_id):
        return json.loads(self.client.get_job(job_id))["job"]

    def wait(self, job_id, wanted=TERMINAL, seconds=30):
        deadline = time.monotonic() + seconds
        while (status := self.job(job_id)["status"]) not in wanted:
            self.assertLess(time.monotonic(), deadline, f"{job_id} is still {status}")
            time.sleep(0.02)
        return status

    def refused(self, code, call):
        with self.assertRaises(grpc.RpcError) as refusal:
            call()
        self.assertEqual(refusal.exception.code(), code, refusal.exception.details())
        return refusal.exception.details()

    # ------------------------------------------------------------ submit and read

    def test_a_job_with_payloads_completes_with_its_result(self):
        text = manifest("sh", "run.sh", upload_path="worker", workdir="/sandbox/job/worker")
        job_id = self.client.submit_job(text, {"worker/run.sh": b"echo forty-two"})
        self.assertEqual(self.wait(job_id), "completed")
        message = self.job(job_id)["result"]["output"]["last_message"]
        self.assertIn("forty-two", message["sandbox"]["stdout"])

    def test_a_failing_job_says_why(self):
        job_id = self.submit("sh", "-c", "echo no ink left >&2; exit 3", max_attempts=1)
        self.assertEqual(self.wait(job_id), "failed")
        self.assertIn("work", json.dumps(self.job(job_id)["result"]))

    def test_details_have_the_parts_that_clients_read(self):
        job_id = self.submit("true")
        self.wait(job_id)
        details = json.loads(self.client.get_job(job_id))
        self.assertEqual(set(details) & {"job", "summary", "agents", "recent_events", "sandboxes"}, set(details))
        self.assertEqual(details["summary"]["status"], "completed")
        self.assertEqual([agent["agent_id"] for agent in details["agents"]], ["work", "sink"])

    def test_a_forced_job_says_that_checks_were_skipped(self):
        job_id = self.client.submit_job(manifest("true"), {}, force=True)
        self.assertEqual(self.wait(job_id), "completed")
        self.assertIn("mn_validation", json.dumps(self.job(job_id)["manifest"]))

    def test_lists_are_newest_first_and_can_leave_ended_jobs_out(self):
        first, second = self.submit("true"), self.submit("true")
        self.wait(first)
        self.wait(second)
        slow = self.submit("sleep", "60")
        self.addCleanup(self.client.cancel_job, slow)
        rows = json.loads(self.client.list_jobs(limit=2))["data"]
        self.assertEqual(len(rows), 2)
        self.assertGreaterEqual(rows[0]["updated_at"], rows[1]["updated_at"])
        active = {row["job_id"] for row in json.loads(self.client.list_jobs(include_terminal=False))["data"]}
        self.assertIn(slow, active)
        self.assertFalse(active & {first, second})

    # ------------------------------------------------------------ events

    def test_stored_events_come_in_order_and_end_with_the_job(self):
        job_id = self.submit("true")
        self.wait(job_id)
        events = [json.loads(event) for event in self.client.stream_events(job_id)]
        self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(events[0]["type"], "job_pending")
        self.assertEqual(events[-1]["type"], "job_completed")
        self.assertTrue(all(event["job_id"] == job_id and event["timestamp"].endswith("Z") for event in events))

    def test_following_shows_each_event_once_and_ends_with_the_job(self):
        job_id = self.submit("sleep", "0.4")
        seen = [json.loads(event) for event in self.client.stream_events(job_id, follow=True, timeout=30, heartbeat_interval_ms=100)]
        real = [event["type"] for event in seen if event["type"] != "stream_heartbeat"]
        stored = [json.loads(event)["type"] for event in self.client.stream_events(job_id)]
        self.assertEqual(real, stored)
        self.assertEqual(seen[-1]["type"], "job_completed")

    def test_following_an_idle_job_brings_heartbeats(self):
        job_id = self.submit("sleep", "60")
        self.addCleanup(self.client.cancel_job, job_id)
        for event in self.client.stream_events(job_id, follow=True, timeout=10, heartbeat_interval_ms=250):
            if json.loads(event)["type"] == "stream_heartbeat":
                return
        self.fail("no heartbeat")

    # ------------------------------------------------------------ control

    def test_pause_resume_and_cancel_may_be_repeated(self):
        job_id = self.submit("sleep", "60")
        for call, status in ((self.client.pause_job, "paused"), (self.client.resume_job, "resumed"), (self.client.cancel_job, "cancelled")):
            self.assertEqual(call(job_id), status)
            self.assertEqual(call(job_id), status)
        self.assertEqual(self.job(job_id)["status"], "cancelled")

    # ------------------------------------------------------------ backup and restore

    def test_a_paused_job_is_copied_and_the_copy_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            go = Path(folder, "go")
            text = manifest("sh", "run.sh", upload_path="worker", workdir="/sandbox/job/worker")
            program = f"until [ -e {go} ]; do sleep 0.05; done; echo forty-two".encode()
            job_id = self.client.submit_job(text, {"worker/run.sh": program})
            self.addCleanup(self.client.cancel_job, job_id)
            self.assertIn("must be paused", self.refused(grpc.StatusCode.FAILED_PRECONDITION, lambda: self.client.export_job_backup(job_id)))
            self.client.pause_job(job_id)
            backup, files = self.client.export_job_backup(job_id)
            self.assertEqual(files["payloads/worker/run.sh"], program)
            self.assertEqual(json.loads(files["manifest.json"]), json.loads(text))
            restored = json.loads(self.client.restore_job_backup(backup, files, blueprint_id="blue", run_id="blue-run-" + uuid.uuid4().hex))
            copy = restored["job_id"]
            self.assertEqual((restored["source_job_id"], restored["status"]), (job_id, "paused"))
            job = self.job(copy)
            self.assertEqual((job["status"], job["run_id"], job["recovery"]["status"]), ("paused", restored["run_id"], "restored_from_backup"))
            go.touch()
            self.assertEqual(self.client.resume_job(copy), "resumed")
            self.assertEqual(self.wait(copy), "completed")
            self.assertIn("forty-two", json.dumps(self.job(copy)["result"]))
            events = [json.loads(event) for event in self.client.stream_events(copy)]
            self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
            self.assertEqual({event["job_id"] for event in events}, {copy})
            self.assertIn("job_restored_from_backup", [event["type"] for event in events])

    def test_what_is_no_backup_is_an_invalid_argument(self):
        files = {"manifest.json": manifest("true").encode()}
        for text in ("{not json", "[]", '{"schema_version": "mn.backup.v2"}', '{"schema_version": "mn.backup.v1"}'):
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.client.restore_job_backup(text, files, blueprint_id="blue"))
        self.refused(grpc.StatusCode.NOT_FOUND, lambda: self.client.export_job_backup("no-such-job"))

    def test_clearing_removes_ended_jobs_only(self):
        ended, open_job = self.submit("true"), self.submit("sleep", "60")
        self.addCleanup(self.client.cancel_job, open_job)
        self.wait(ended)
        self.assertGreaterEqual(self.client.clear_jobs(), 1)
        self.refused(grpc.StatusCode.NOT_FOUND, lambda: self.client.get_job(ended))
        self.assertEqual(self.job(open_job)["status"], "running")

    # ------------------------------------------------------------ refusals

    def test_unknown_jobs_are_not_found(self):
        unknown = "no-such-job-" + uuid.uuid4().hex
        for call in (self.client.get_job, self.client.cancel_job, self.client.pause_job, self.client.resume_job):
            self.assertIn("was not found", self.refused(grpc.StatusCode.NOT_FOUND, lambda: call(unknown)))
        for follow in (True, False):
            self.refused(grpc.StatusCode.NOT_FOUND, lambda: list(self.client.stream_events(unknown, follow=follow)))

    def test_bad_manifests_are_invalid_arguments(self):
        for text in ("{not json", "[]", "{}", manifest("true", command=[])):
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.client.submit_job(text, {}))

    def test_payload_paths_cannot_leave_the_bundle(self):
        for path in ("../escape.sh", "/etc/escape.sh", "a/../../escape.sh"):
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.client.submit_job(manifest("true"), {path: b"x"}))

    def test_wrong_tokens_are_refused(self):
        job_id = self.submit("true")
        self.refused(grpc.StatusCode.UNAUTHENTICATED, lambda: Client(auth_token="wrong").pause_job(job_id))
        self.assertIn("MN_GRPC_ADMIN_TOKEN", self.refused(grpc.StatusCode.PERMISSION_DENIED, Client(admin_token="wrong").clear_jobs))

    # ------------------------------------------------------------ cluster

    def test_the_summary_shows_this_node(self):
        summary = json.loads(self.client.get_system_summary())
        self.assertEqual(len(summary["nodes"]), 1)
        self.assertIn("@", summary["nodes"][0]["name"])
        self.assertIn("default", summary["nodes"][0]["executor_pools"])
        self.assertIsInstance(summary["jobs"], list)

    def test_resource_limits_are_kept(self):
        self.addCleanup(self.client.set_resource, {"cpu": 100, "memory": 100})
        self.client.set_resource({"cpu": 50, "memory": 75})
        limits = json.loads(self.client.get_resource())["limits"]
        self.assertEqual((limits["cpu"], limits["memory"]), (50, 75))
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.client.set_resource({"cpu": 33}))

    def test_a_handshake_needs_the_join_token(self):
        from mn_sdk.runtime_config import RuntimeConfig, read_token_file

        token = read_token_file(RuntimeConfig.from_env().mn_home / "network.token")
        answer = self.client.network_handshake(token, node_name="mirror_neuron@127.0.0.9", node_info={"hostname": "compat"})
        self.assertIn("@", answer["node_name"])
        self.refused(grpc.StatusCode.UNAUTHENTICATED, lambda: self.client.network_handshake("wrong", node_name="mirror_neuron@127.0.0.9"))

    def test_a_node_is_added_with_its_join_token_only(self):
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, lambda: self.client.add_node("mirror_neuron@127.0.0.9"))

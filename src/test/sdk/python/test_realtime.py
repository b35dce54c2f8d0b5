"""Many topics over one WebSocket, cut anywhere: what comes is the log."""

import asyncio
import random
import sys
import unittest
from typing import Any, Dict, List, Optional
from unittest import mock

from mirrorneuron_api import (
    AsyncMirrorNeuron,
    ConnectionLost,
    MirrorNeuron,
    TopicMessage,
    TopicRefused,
)
from mirrorneuron_api.api.observability import stream_run

from test_streams import MANY, CuttingProxy, fast_pauses


class RealtimeTest(unittest.TestCase):
    job: str
    run_id: str
    events: List[Any]
    logs: List[Any]
    port: int
    topics: List[str]

    @classmethod
    def setUpClass(cls) -> None:
        with MirrorNeuron() as mn:
            cls.job = mn.submit(MANY).job_id
            mn.wait(cls.job)
            cls.run_id = "run-" + cls.job
            cls.events = [event.to_dict() for event in mn.follow_job(cls.job)]
            page = stream_run.sync(cls.run_id, client=mn.client, limit=5000, channels="logs,human")
            cls.logs = [record.to_dict() for record in page.data]
            cls.port = int(str(mn.client.get_httpx_client().base_url.port))
        cls.topics = ["job_events:" + cls.job, f"run:{cls.run_id}?channels=logs,human"]

    def patches(self, messages: List[TopicMessage]) -> List[List[Any]]:
        return [[m.patch for m in messages if m.topic == topic and m.type != "end"] for topic in self.topics]

    def test_topics_are_the_logs_until_they_end(self) -> None:
        with MirrorNeuron() as mn:
            messages = list(mn.realtime(self.topics))
        self.assertEqual(self.patches(messages), [self.events, self.logs])
        ends = [m for m in messages if m.type == "end"]
        self.assertEqual(sorted(m.topic for m in ends), sorted(self.topics))
        self.assertEqual([m.patch for m in ends], [None, None])
        typed = [[m.record for m in messages if m.topic == topic and m.type != "end"] for topic in self.topics]
        with MirrorNeuron() as mn:
            self.assertEqual(typed[0], list(mn.follow_job(self.job)))
            self.assertEqual(typed[1], list(mn.follow_run(self.run_id, channels="logs,human")))
        versions = [m.version for m in messages if m.topic == self.topics[0] and m.patch is not None]
        self.assertEqual(versions, sorted(set(versions)))

    def test_sockets_that_are_cut_a_hundred_times_give_the_logs(self) -> None:
        proxy = CuttingProxy(self.port, 100, random.Random(18))
        self.addCleanup(proxy.close)
        with MirrorNeuron(f"http://127.0.0.1:{proxy.port}") as mn, fast_pauses():
            messages = list(mn.realtime(self.topics))
            while proxy.left > 0:
                self.assertEqual(self.patches(list(mn.realtime(self.topics))), [self.events, self.logs])
        self.assertEqual(self.patches(messages), [self.events, self.logs])

        async def follow(url: str) -> List[TopicMessage]:
            async with AsyncMirrorNeuron(url) as mn:
                return [message async for message in mn.realtime(self.topics)]

        proxy = CuttingProxy(self.port, 10, random.Random(19))
        self.addCleanup(proxy.close)
        with fast_pauses():
            messages = asyncio.run(follow(f"http://127.0.0.1:{proxy.port}"))
        self.assertEqual(self.patches(messages), [self.events, self.logs])

    def test_what_was_acknowledged_is_where_another_goes_on(self) -> None:
        with MirrorNeuron() as mn:
            first = mn.realtime(self.topics, by_hand=True)
            done: List[TopicMessage] = []
            for message in first:
                if len(done) == 50:
                    break
                first.acknowledge(message)
                done.append(message)
            cursors: Dict[str, Optional[int]] = {**dict.fromkeys(self.topics), **first.cursors}
            rest = list(mn.realtime(cursors))
        self.assertEqual(self.patches(done + rest), [self.events, self.logs])

    def test_who_acknowledges_late_is_waited_for(self) -> None:
        loud = {"name": "loud", "steps": [{"id": "count", "run": ["seq", "1500"]}]}
        with MirrorNeuron() as mn:
            job = mn.submit(loud).job_id
            mn.wait(job)
            topic = f"run:run-{job}?channels=logs"
            slow = mn.realtime(topic, by_hand=True)
            got: List[TopicMessage] = []
            messages = iter(slow)
            for _ in range(1000):  # as many as the server sends without a word
                got.append(next(messages))
            slow.acknowledge(got[-1])
            for message in messages:
                got.append(message)
                slow.acknowledge(message)
            lines = [m.patch["payload"] for m in got if m.patch is not None]
        self.assertGreaterEqual(len(lines), 1500)
        self.assertEqual(len({m.version for m in got if m.patch is not None}), len(lines))

    def test_a_socket_is_closed_when_nobody_reads_on(self) -> None:
        with MirrorNeuron() as mn:
            stream = mn.realtime(self.topics)
            next(iter(stream))
            socket = stream._socket
            stream.close()
            self.assertEqual((socket.state.name, list(stream)), ("CLOSED", []))

    def test_refusals_have_words(self) -> None:
        with MirrorNeuron() as mn:
            with self.assertRaises(TopicRefused) as refused:
                list(mn.realtime("job_events:nobody"))
            self.assertEqual(
                (refused.exception.topic, refused.exception.code), ("job_events:nobody", "TOPIC_NOT_FOUND")
            )
            with self.assertRaisesRegex(TopicRefused, "there are job_events:JOB_ID, .*launch_progress:PROGRESS_ID"):
                list(mn.realtime("weather:tomorrow"))
            self.assertEqual(list(mn.realtime([])), [])
        with self.assertRaises(ConnectionLost):
            list(MirrorNeuron("http://127.0.0.1:9").realtime(self.topics, patience=0.5))
        with mock.patch.dict(sys.modules, {"websockets.sync.client": None}):
            with self.assertRaisesRegex(ImportError, "realtime"):
                list(MirrorNeuron().realtime(self.topics))

    def test_the_list_of_runs_follows_what_happens(self) -> None:
        with MirrorNeuron() as mn:
            lists = mn.follow_runs(job_id=self.job)
            self.assertEqual([row.job_id for row in next(lists).data], [self.job])


if __name__ == "__main__":
    unittest.main()

// Streams that are cut, silent, refused and many at once, against the server of MN_HOME.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { before, test } from "node:test";
import { ConnectionLost, MirrorNeuron, TopicRefused, patchOf } from "mirrorneuron-api/node";
import { all, cutting, hastily } from "./cutter.mjs";

const CUTS = 100;
const MANY = {
  name: "many",
  steps: Array.from({ length: 40 }, (_, i) => ({ id: `s${i}`, run: ["sh", "-c", "for i in 1 2 3 4; do echo $i; done"] })),
};
const { api } = JSON.parse(readFileSync(path.join(process.env.MN_HOME, "runtime-endpoints.json"), "utf8"));
const mn = await MirrorNeuron.find();
const sockets = { skip: globalThis.WebSocket === undefined && "this Node has no WebSocket" };
let job, run, events, records;

before(async () => {
  job = (await mn.submit(MANY)).job_id;
  run = "run-" + job;
  await mn.wait(job);
  events = await all(mn.followJob(job));
  records = await all(mn.followRun(run));
  assert.ok(events.length > 100);
  assert.ok(records.length > 200);
});

test("a stream that is cut a hundred times equals the log", async () => {
  const proxy = await cutting(api.port, CUTS, 1500);
  try {
    const cut = new MirrorNeuron({ url: proxy.url });
    await hastily(async () => {
      assert.deepEqual(await all(cut.followJob(job)), events);
      assert.deepEqual(await all(cut.followRun(run)), records);
    });
    assert.ok(proxy.left <= 0);
  } finally {
    proxy.close();
  }
});

test("topics that are cut a hundred times equal the logs", sockets, async () => {
  const proxy = await cutting(api.port, CUTS, 3000);
  try {
    const cut = new MirrorNeuron({ url: proxy.url });
    const ofJob = `job_events:${job}`;
    const ofRun = `run:${run}?channels=events,logs,human,resources`;
    const messages = await hastily(() => all(cut.realtime([ofJob, ofRun])));
    const patches = (topic) => messages.filter((message) => message.topic === topic && message.patch).map((message) => message.patch);
    assert.deepEqual(patches(ofJob), events);
    assert.deepEqual(patches(ofRun), records.map((record) => record.record));
    const read = (kind) => messages.map((message) => patchOf(message, kind)).filter((patch) => patch !== undefined);
    assert.deepEqual(read("job_events"), events);
    assert.deepEqual(read("run"), records); // in the shape of followRun
    assert.deepEqual(messages.filter((message) => message.type === "end").map((message) => message.topic).sort(), [ofJob, ofRun]);
    assert.ok(proxy.left <= 0);
  } finally {
    proxy.close();
  }
});

test("who does not acknowledge gets a thousand", sockets, async () => {
  const loud = (await mn.submit({ name: "loud", steps: [{ id: "a", run: ["seq", "1500"] }] })).job_id;
  await mn.wait(loud);
  const logs = mn.realtime(`run:run-${loud}?channels=logs`, { byHand: true });
  const messages = logs[Symbol.asyncIterator]();
  let last;
  for (let i = 0; i < 1000; i++) last = (await messages.next()).value;
  const next = messages.next();
  assert.equal(await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 1000, "nothing"))]), "nothing");
  logs.acknowledge(last);
  assert.ok((await next).value.version > last.version);
  assert.ok((await all(messages)).length >= 500);
});

test("others go on with the cursors", sockets, async () => {
  const topic = `job_events:${job}`;
  const first = mn.realtime(topic);
  let count = 0;
  for await (const message of first) {
    assert.deepEqual(message.patch, events[count]);
    if (++count === 10) break; // who has not come back for the next may not be done with the tenth
  }
  assert.deepEqual(first.cursors, { [topic]: 9 });
  for await (const message of mn.realtime(first.cursors)) {
    assert.deepEqual(message.patch, events[9]);
    break;
  }
});

test("what is not there is refused", sockets, async () => {
  const refused = (topic, code) => (error) => {
    assert.ok(error instanceof TopicRefused);
    assert.deepEqual([error.topic, error.code], [topic, code]);
    return true;
  };
  await assert.rejects(all(mn.realtime("job_events:nobody")), refused("job_events:nobody", "TOPIC_NOT_FOUND"));
  await assert.rejects(all(mn.realtime(["weather"])), (error) => error instanceof TopicRefused && error.topic === "weather" && error.message.includes("workflow_progress:ID"));
});

test("silence is a lost connection", async () => {
  const mute = net.createServer(() => undefined);
  await new Promise((resolve) => mute.listen(0, "127.0.0.1", resolve));
  try {
    const silent = new MirrorNeuron({ url: `http://127.0.0.1:${mute.address().port}` });
    const hasty = { patience: 0.5, silence: 0.5 };
    await assert.rejects(all(silent.followJob("j", hasty)), ConnectionLost);
    if (globalThis.WebSocket) await assert.rejects(all(silent.realtime("job_events:j", hasty)), ConnectionLost);
  } finally {
    mute.close();
  }
});

test("who wants to stop is heard", sockets, async () => {
  const slow = await mn.submit({ name: "slow", steps: [{ id: "a", run: ["sleep", "5"] }] });
  const ended = new AbortController();
  setTimeout(() => ended.abort(new Error("enough")), 300);
  await assert.rejects(all(mn.realtime(`job_events:${slow.job_id}`, { signal: ended.signal })), /enough/);
  await assert.rejects(all(mn.followJob(slow.job_id, { signal: ended.signal })), /enough/);
});

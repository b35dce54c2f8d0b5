// The npm package, installed, against a packaged server: MN is that program, MN_HOME the home that its server runs with.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Conflict, ConnectionLost, MirrorNeuron, Problem, TimedOut, value } from "mirrorneuron-api/node";

const STORY = process.env.STORY;
const HELLO = { name: "hello", steps: [{ id: "greet", run: ["echo", "hello"] }] };
const OTHER = { name: "other", steps: [{ id: "a", run: ["true"] }, { id: "b", run: ["true"] }] };
const mn = await MirrorNeuron.find();

async function all(records) {
  const found = [];
  for await (const record of records) found.push(record);
  return found;
}

test("a person answers and the run is taken away", async () => {
  const report = await mn.validate(STORY);
  assert.ok(report.ok, report.errors.join());
  const job = await mn.submitBundle(STORY, { inputs: { amount: 7 } });
  const run = "run-" + job.job_id;
  let asked;
  for await (const record of mn.followHuman(run)) {
    if (record.type !== "human_input_requested") continue;
    asked = record.payload.request_id;
    await assert.rejects(mn.answer(run, asked, "maybe", { note: "as agreed" }), { status: 422 });
    await mn.answer(run, asked, "approve", { by: "anna", note: "as agreed" });
  }
  assert.ok(asked);
  assert.equal((await mn.wait(job.job_id, { timeout: 60 })).status, "completed");
  const result = JSON.stringify(await mn.result(run));
  assert.match(result, /anna/);
  assert.match(result, /7/);
  const folder = mkdtempSync(path.join(tmpdir(), "sdk"));
  try {
    await mn.export(run, path.join(folder, "run.zip"));
    execFileSync(process.env.MN, ["run", "verify", path.join(folder, "run.zip")]);
    assert.deepEqual(readdirSync(folder), ["run.zip"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("events and progress end with the job", async () => {
  const job = await mn.submit(HELLO);
  const events = await all(mn.followJob(job.job_id));
  assert.equal(events.at(-1).type, "job_completed");
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, index) => index + 1),
  );
  assert.deepEqual(await all(mn.followJob(job.job_id, { after: 3 })), events.slice(3));
  assert.equal((await all(mn.followProgress(job.job_id))).at(-1).status, "completed");
  for await (const page of mn.followRuns({ job_id: job.job_id })) {
    assert.deepEqual(
      page.data.map((row) => row.job_id),
      [job.job_id],
    );
    break;
  }
});

test("one key is one job", async () => {
  const idempotency_key = "ts-" + process.pid;
  const first = await mn.submit(HELLO, { idempotency_key });
  assert.equal((await mn.submit(HELLO, { idempotency_key })).job_id, first.job_id);
  await assert.rejects(mn.submit(OTHER, { idempotency_key }), Conflict);
});

test("failures are errors with words", async () => {
  const call = mn.api.GET("/jobs/{job_id}", { params: { path: { job_id: "no/such job" } } });
  await assert.rejects(call, { name: "NotFound", status: 404, error: "job_not_found" });
  const wrong = { name: "x", steps: [{ id: "a", run: ["true"], needs: ["b"] }] };
  await assert.rejects(mn.submit(wrong), (problem) => {
    assert.ok(problem instanceof Problem);
    assert.equal(problem.validation.ok, false);
    assert.match(problem.code, /^workflow_manifest\./);
    return true;
  });
  await assert.rejects(all(mn.followJob("nobody")), { status: 404 });
  const lost = new MirrorNeuron({ url: "http://127.0.0.1:9" });
  await assert.rejects(all(lost.followJob("j", { patience: 1 })), ConnectionLost);
  await assert.rejects(lost.wait("j", { patience: 1 }), ConnectionLost);
  const slow = await mn.submit({ name: "slow", steps: [{ id: "a", run: ["sleep", "3"] }] });
  await assert.rejects(mn.wait(slow.job_id, { timeout: 0.2 }), TimedOut);
  const ended = new AbortController();
  setTimeout(() => ended.abort(new Error("enough")), 50);
  await assert.rejects(all(lost.followJob("j", { signal: ended.signal })), /enough/);
});

test("calls by the types of the contract", async () => {
  assert.equal(value(await mn.api.GET("/health")).status, "ok");
  const job = await mn.submit(HELLO);
  await mn.wait(job.job_id);
  const rows = value(await mn.api.GET("/jobs", { params: { query: { limit: 200 } } }));
  assert.ok(rows.data.some((row) => row.job_id === job.job_id));
  const params = { path: { job_id: job.job_id } };
  const fork = value(await mn.api.POST("/jobs/{job_id}/fork", { params, body: { at: "greet" } }));
  assert.equal((await mn.wait(fork.job_id)).status, "completed");
});

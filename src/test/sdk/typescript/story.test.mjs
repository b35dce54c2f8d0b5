// The npm package, installed, against a packaged server: MN is that program, MN_HOME the home that its server runs with.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { BadArgument, Conflict, ConnectionLost, JobFailed, MirrorNeuron, Problem, TimedOut, value } from "mirrorneuron-api/node";

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
  for await (const page of mn.followRuns({ jobId: job.job_id })) {
    assert.deepEqual(
      page.data.map((row) => row.job_id),
      [job.job_id],
    );
    break;
  }
});

test("one key is one job", async () => {
  const idempotencyKey = "ts-" + process.pid;
  const first = await mn.submit(HELLO, { idempotencyKey });
  assert.equal((await mn.submit(HELLO, { idempotencyKey })).job_id, first.job_id);
  await assert.rejects(mn.submit(OTHER, { idempotencyKey }), Conflict);
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
  const lost = new MirrorNeuron({ url: "http://127.0.0.1:2" });
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

test("a folder is sent as the terminal sends it", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sdk"));
  const file = (name, text) => writeFileSync(path.join(folder, name), text);
  const warned = [];
  const told = (warning) => warned.push(warning.message);
  process.on("warning", told);
  try {
    await assert.rejects(mn.upload(folder), (failure) => failure instanceof BadArgument && failure.message.includes(folder));
    await assert.rejects(mn.upload(path.join(folder, "none")), (failure) => failure instanceof BadArgument && /cannot be read/.test(failure.message));
    file("manifest.yaml", "name: person\nsteps:\n  - id: a\n    human: {prompt: ok?}\n");
    assert.ok((await mn.validate(folder)).ok); // there are no payloads
    file("manifest.yaml", "name: hidden\nsteps:\n  - id: a\n    run: [./list.sh]\n");
    file(".secret", "x");
    mkdirSync(path.join(folder, "payloads", ".deep"), { recursive: true });
    file("payloads/.env", "x");
    file("payloads/.deep/er", "x");
    file("payloads/list.sh", "#!/bin/sh\nls -A . .deep\n");
    chmodSync(path.join(folder, "payloads", "list.sh"), 0o755);
    symlinkSync("list.sh", path.join(folder, "payloads", "link.sh"));
    let zip;
    const spied = await MirrorNeuron.find({
      fetch: async (request, init) => {
        if (request.url.endsWith("/upload")) zip = Buffer.from(await request.clone().arrayBuffer()).toString("latin1");
        return fetch(request, init);
      },
    });
    const { job_id } = await spied.submitBundle(folder);
    assert.ok(zip.includes("payloads/.deep/er") && !zip.includes(".secret"));
    assert.equal((await mn.wait(job_id, { timeout: 60, check: true })).status, "completed");
    const output = JSON.stringify(await mn.result("run-" + job_id));
    assert.match(output, /\.env/);
    assert.match(output, /deep:\\ner/);
    assert.doesNotMatch(output, /link\.sh/);
    assert.deepEqual(warned, [`links are not sent, put there what they lead to: in ${folder} payloads/link.sh`]);
  } finally {
    process.off("warning", told);
    rmSync(folder, { recursive: true });
  }
});

test("jobs are paused, resumed, cancelled and looked for", async () => {
  const { job_id } = await mn.submit({ name: "asks", steps: [{ id: "a", human: { prompt: "ok?" } }] });
  const run = "run-" + job_id;
  let question;
  while (question === undefined) question = (await all(mn.questions({ runId: run })))[0]; // it appears soon
  assert.equal(question.prompt, "ok?");
  assert.equal((await mn.pause(job_id)).status, "paused");
  assert.ok((await mn.resume(job_id)).status);
  assert.ok((await all(mn.jobs({ includeTerminal: false }))).some((job) => job.job_id === job_id));
  await mn.cancel(job_id, { reason: "no more" });
  const failure = await mn.wait(job_id, { timeout: 60, check: true }).catch((thrown) => thrown);
  assert.ok(failure instanceof JobFailed);
  assert.deepEqual([failure.status, failure.jobId], ["cancelled", job_id]);
  assert.match(failure.reason, /no more/);
  assert.deepEqual((await all(mn.runs({ jobId: job_id }))).map((row) => row.run_id), [run]);
  assert.ok(!(await all(mn.jobs({ includeTerminal: false }))).some((job) => job.job_id === job_id));
});

test("a failure tells what the program said", async () => {
  const { job_id } = await mn.submit({ name: "fails", steps: [{ id: "a", run: ["sh", "-c", "echo no paper >&2; exit 3"] }] });
  await assert.rejects(mn.wait(job_id, { timeout: 60, check: true }), (failure) => failure instanceof JobFailed && /exited with code 3/.test(failure.reason) && failure.stderr === "no paper");
});

test("files of a run are downloaded whole", async () => {
  const { job_id } = await mn.submit(HELLO);
  await mn.wait(job_id);
  const run = "run-" + job_id;
  const folder = mkdtempSync(path.join(tmpdir(), "sdk"));
  try {
    for (const { relative_path, size_bytes } of await mn.artifacts(run)) {
      await mn.download(run, relative_path, path.join(folder, "file"));
      assert.equal(readFileSync(path.join(folder, "file")).length, size_bytes, relative_path);
    }
    assert.deepEqual(readdirSync(folder), ["file"]);
    await assert.rejects(mn.download(run, "none.json", path.join(folder, "none")), { status: 404 });
    await assert.rejects(mn.download(run, "events.jsonl", path.join(folder, "no", "such")), (failure) => failure instanceof BadArgument && /cannot be written/.test(failure.message));
    assert.deepEqual(readdirSync(folder), ["file"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

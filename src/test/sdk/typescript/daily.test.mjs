// What one does every day: forks, logs, schedules and webhooks, with the npm package against a packaged server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { BadArgument, MirrorNeuron, NotFound, NotVerified, verifiedEvent } from "mirrorneuron-api/node";

const mn = await MirrorNeuron.find();
const bundle = mkdtempSync(path.join(tmpdir(), "daily"));
after(() => rmSync(bundle, { recursive: true }));
mkdirSync(path.join(bundle, "payloads"));

function write(manifest, program) {
  writeFileSync(path.join(bundle, "manifest.yaml"), manifest);
  writeFileSync(path.join(bundle, "payloads", "report.sh"), program + "\n");
}

async function all(rows) {
  const found = [];
  for await (const row of rows) found.push(row);
  return found;
}

test("a fork goes on with mended files", async () => {
  const manifest = 'name: report\nsteps:\n  - id: fetch\n    run: [sh, -c, "echo fetched; echo careful >&2"]\n  - id: report\n    run: [sh, report.sh]\n';
  write(manifest, "exit 3");
  const { job_id } = await mn.submitBundle(bundle);
  assert.equal((await mn.wait(job_id)).status, "failed");
  const [warned, ...more] = await all(mn.logs(`run-${job_id}`, { level: "warning", step: "fetch" }));
  assert.deepEqual([warned.message, more.length], ["careful", 0]);
  write(manifest, "echo mended");
  const fork = await mn.fork(job_id, { at: "report", bundle });
  assert.equal((await mn.wait(fork.job_id, { check: true })).status, "completed");
  assert.deepEqual((await all(mn.logs(`run-${fork.job_id}`))).map((row) => row.message), ["mended"]);
  await assert.rejects(mn.fork(job_id, { at: "nowhere" }), NotFound);
});

test("logs are read page by page", async () => {
  const { job_id } = await mn.submit({ name: "many", steps: [{ id: "count", run: ["seq", "1", "2500"] }] });
  await mn.wait(job_id);
  const found = await all(mn.logs(`run-${job_id}`));
  assert.deepEqual(found.map((row) => row.message), Array.from({ length: 2500 }, (_, index) => String(index + 1)));
});

test("a schedule is applied and run", async () => {
  write("name: cities\ninputs: {city: Rome}\nsteps:\n  - id: show\n    run: [sh, -c, 'cat $MN_INPUT_FILE']\n", "true");
  const name = `cities-${crypto.randomUUID()}`;
  const apply = (city) => mn.applySchedule(name, bundle, { cron: "0 7 * * 1", timezone: "Europe/Berlin", inputs: { city } });
  const made = await apply("Oslo");
  assert.deepEqual([made.outcome, made.next[0].local.slice(10)], ["created", "T07:00"]);
  assert.equal((await apply("Oslo")).outcome, "unchanged");
  assert.equal((await apply("Bergen")).schedule.schedule_id, made.schedule.schedule_id);
  assert.ok((await all(mn.schedules({ status: "active" }))).some((one) => one.schedule_id === made.schedule.schedule_id));
  const report = await mn.runSchedule(made.schedule.schedule_id);
  await mn.wait(report.job_id, { check: true });
  assert.match(JSON.stringify(await all(mn.logs(`run-${report.job_id}`))), /Bergen/);
});

test("a target knows who tells it", async (context) => {
  const came = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    came.push({ headers: request.headers, body });
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const hook = await mn.createWebhook("typescript", { url: `http://127.0.0.1:${server.address().port}/told`, events: ["job_completed"] });
  assert.ok((await mn.webhooks()).some((one) => one.webhook_id === hook.webhook_id));
  while (came.length === 0) await mn.wait((await mn.submit({ name: "hello", steps: [{ id: "greet", run: ["echo", "hello"] }] })).job_id);
  const [{ headers, body }] = came;
  const event = await verifiedEvent(hook.secret, headers, body);
  assert.deepEqual([event.event_type, event.payload.status], ["job_completed", "completed"]);
  assert.equal((await verifiedEvent(hook.secret, new Headers(headers), body.toString())).event_id, event.event_id);
  const old = String(Number(headers["webhook-timestamp"]) - 400);
  for (const [secret, sent, content] of [
    [hook.secret, headers, body.toString().replace("completed", "cancelled")],
    ["another secret", headers, body],
    [hook.secret, { ...headers, "webhook-id": "another" }, body],
    [hook.secret, { ...headers, "webhook-timestamp": old }, body],
    [hook.secret, {}, body],
  ])
    await assert.rejects(verifiedEvent(secret, sent, content), NotVerified);
  for (const secret of ["whsec_", "whsec_!", ""]) await assert.rejects(verifiedEvent(secret, headers, body), BadArgument);
});

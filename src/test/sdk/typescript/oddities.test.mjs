// A server that answers what no server of ours does today, but one may, or something between us and it.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { BadArgument, ConnectionLost, JobFailed, MirrorNeuron, MirrorNeuronError, NotFound, TimedOut, TooBusy, UnreadableAnswer, VERSION } from "mirrorneuron-api/node";
import { all } from "./cutter.mjs";

const STREAM = "text/event-stream; charset=utf-8";
const answers = [];
let keys = [];
let headers;
const asked = [];
let mn;
const server = createServer((request, response) => {
  keys.push(request.headers["idempotency-key"]);
  headers = request.headers;
  asked.push(request.url);
  const { status, body = "", retryAfter, pieces, cut, location, type = "application/json" } = answers.shift();
  if (status === 0) return request.socket.destroy();
  if (status === -1) return; // it never answers
  if (cut) {
    response.writeHead(status, { "content-type": "application/zip", "content-length": body.length * 2 });
    return response.write(body, () => request.socket.destroy());
  }
  response.writeHead(status, { "content-type": type, ...(retryAfter && { "retry-after": retryAfter }), ...(location && { location }) });
  if (pieces === undefined) return response.end(body);
  const bytes = Buffer.from(body); // in pieces, as bytes come
  let at = 0;
  const next = () => {
    if (at >= bytes.length) return response.end();
    response.write(bytes.subarray(at, (at += 1 + Math.floor(Math.random() * pieces))));
    setImmediate(next);
  };
  next();
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  mn = new MirrorNeuron({ url: `http://127.0.0.1:${server.address().port}`, token: "secret" });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("streams of other forms", async () => {
  for (let round = 0; round < 20; round++) {
    const first = ': hello\nretry: 5\nfuture: x\n\nid: 1\ndata: {"seq":1,\ndata: "type":"ä€😀"}\n\nid\r\ndata:{"type":null,"new":[1]}\r\n\r\ndata: {"seq":3';
    answers.push({ status: 200, pieces: 7, type: STREAM, body: first });
    answers.push({ status: 200, pieces: 7, type: STREAM, body: '\ufeffid: 3\rdata: {"seq":3}\r\revent: end\ndata: {}\r\n\r' });
    assert.deepEqual(await all(mn.followJob("j")), [{ seq: 1, type: "ä€😀" }, { type: null, new: [1] }, { seq: 3 }]);
  }
  const forms = ['{"payload":null,"type":"t"}', '{"payload":{"a":1},"type":"t"}', '{"payload":{"a":1,"payload":{"b":2}},"type":"t"}', '{"payload":{"payload":"x"},"type":"t"}'];
  answers.push({ status: 200, type: STREAM, body: forms.map((form) => `data: ${form}\n\n`).join("") + "event: end\ndata:\n\n" });
  const records = await all(mn.followHuman("r"));
  assert.deepEqual(records.map((record) => record.payload), [{}, { a: 1 }, { b: 2 }, { payload: "x" }]);
  assert.deepEqual([records[2].type, records[2].record], ["t", JSON.parse(forms[2])]);
});

test("jobs of the future", async () => {
  for (const job of [{}, { status: null }, { status: "dreaming" }, { status: "completed", dream: 1 }]) answers.push({ status: 200, body: JSON.stringify({ job, new: 1 }) });
  assert.equal((await mn.wait("j", { timeout: 60 })).dream, 1);
});

test("problems of all forms", async () => {
  const bodies = ["", "null", "[]", '"no"', "<html>bad gateway</html>", "{}", '{"error":null,"errors":null,"validation":null}', '{"errors":[null]}', '{"errors":[{}],"new":1}', '{"errors":{}}'];
  for (const body of bodies) {
    answers.push({ status: 404, body });
    await assert.rejects(mn.result("r"), (problem) => {
      assert.ok(problem instanceof NotFound);
      assert.deepEqual([problem.error, problem.code, problem.validation ?? undefined], ["http_404", undefined, undefined], body);
      return true;
    });
  }
  answers.push({ status: 429, retryAfter: "60", body: '{"error":"too_many_requests"}' });
  await assert.rejects(mn.result("r"), (problem) => problem instanceof TooBusy && problem.retryAfter === 60);
});

test("what is safe is sent again", async () => {
  keys = [];
  answers.push({ status: 503, retryAfter: "0", body: "{}" }, { status: 0 }, { status: 429, retryAfter: "0", body: "{}" });
  answers.push({ status: 201, body: '{"job_id":"j","new":{"x":1}}' });
  assert.deepEqual((await mn.submit({})).new, { x: 1 });
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys).size, 1);
  answers.push({ status: 503, retryAfter: "0", body: '{"error":"unavailable"}' }, { status: 0 }, { status: 200, body: '{"type":"t"}' });
  assert.equal((await mn.answer("r", "q", "approve")).type, "t"); // an answer counts once
  assert.equal(keys.length, 7);
  answers.push({ status: 503, retryAfter: "0", body: '{"error":"unavailable"}' });
  await assert.rejects(mn.cancel("j"), { error: "unavailable", retryAfter: 0 });
  assert.equal(keys.length, 8);
});

test("requests are sent as the caller wants", async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const hasty = new MirrorNeuron({ url, timeout: 0.2, retries: 0, headers: { "x-tenant": "a" } });
  answers.push({ status: 200, body: "{}" });
  await hasty.result("r");
  assert.deepEqual([headers["x-tenant"], headers["user-agent"]], ["a", `mirrorneuron-api-typescript/${VERSION}`]);
  answers.push({ status: 429, retryAfter: "0", body: "{}" }); // and no more
  await assert.rejects(hasty.submit({}), TooBusy);
  answers.push({ status: -1 });
  await assert.rejects(hasty.result("r"), (late) => late instanceof ConnectionLost && late.message.includes(`${url}/api/v1/runs/r/result`) && /0\.2 seconds/.test(late.message));
  assert.equal(answers.length, 0);
});

test("no answer is one error with the address", async () => {
  const away = new MirrorNeuron({ url: "http://127.0.0.1:2", retries: 1 }); // nobody listens there
  const lost = (failure) => failure instanceof ConnectionLost && failure.message.includes("127.0.0.1:2/api/v1");
  await assert.rejects(away.result("r"), lost);
  await assert.rejects(away.submit({}), lost);
  await assert.rejects(away.answer("r", "q", "approve"), lost);
  await assert.rejects(away.export("r", "nothing.zip"), lost);
  const patience = 0.3;
  await assert.rejects(away.wait("j", { patience }), lost);
  await assert.rejects(all(away.followJob("j", { patience })), lost);
  if (globalThis.WebSocket) await assert.rejects(all(away.realtime("job_events:j", { patience })), lost);
  answers.push({ status: 200, body: "half", cut: true });
  await assert.rejects(mn.export("r", "nothing.zip"), (failure) => failure instanceof ConnectionLost && failure.message.includes("/runs/r/export"));
  assert.ok(!existsSync("nothing.zip"));
});

test("hopeless addresses fail at once", async () => {
  for (const url of ["ftp://localhost", "localhost:54001", "http://", "http://localhost:99999", "http://localhost/?a=b", "nonsense"]) {
    assert.throws(() => new MirrorNeuron({ url }), (failure) => failure instanceof BadArgument && failure instanceof MirrorNeuronError && failure.message.includes(url), url);
  }
  let sent = 0;
  const blocked = new MirrorNeuron({ url: "http://127.0.0.1:1", fetch: (...request) => (sent++, fetch(...request)) }); // a port that fetch does not open
  await assert.rejects(blocked.result("r"), (failure) => failure instanceof ConnectionLost && /bad port/.test(failure.message));
  await assert.rejects(all(blocked.followJob("j")), ConnectionLost);
  assert.equal(sent, 2);
});

test("patience is kept to", async () => {
  const away = new MirrorNeuron({ url: "http://127.0.0.1:2" });
  const from = performance.now();
  await assert.rejects(all(away.followJob("j", { patience: 1 })), ConnectionLost);
  const took = performance.now() - from;
  assert.ok(took > 900 && took < 3000, `${took} ms`);
});

test("what is no answer of the contract is said to be none", async () => {
  answers.push({ status: 200, body: "<html>hello" }, { status: 200, body: "<html>hello" });
  await assert.rejects(mn.result("r"), UnreadableAnswer);
  await assert.rejects(mn.wait("j"), UnreadableAnswer);
  answers.push({ status: 200, type: STREAM, body: "data: <html>\n\n" });
  await assert.rejects(all(mn.followJob("j")), UnreadableAnswer);
  for (const answer of [{ status: 200, type: "text/html", body: "<html>hello" }, { status: 204 }]) {
    answers.push(answer);
    await assert.rejects(mn.export("r", "nothing.zip"), UnreadableAnswer);
  }
  answers.push({ status: 302, location: "/elsewhere" });
  await assert.rejects(mn.export("r", "nothing.zip"), { name: "Problem", status: 302 });
  answers.push({ status: 307, location: "/elsewhere" }); // what was sent here goes nowhere else
  await assert.rejects(mn.submit({}), { name: "Problem", status: 307 });
  assert.ok(!existsSync("nothing.zip"));
  for (let i = 0; i < 20; i++) answers.push({ status: 200, type: "text/html", body: "<html>hello" }); // no stream, however often
  await assert.rejects(all(mn.followJob("j", { patience: 0.3 })), (failure) => failure instanceof ConnectionLost && failure.message.includes("text/html"));
  answers.length = 0;
});

test("waiting has an end", async () => {
  const away = new MirrorNeuron({ url: "http://127.0.0.1:2" });
  const from = performance.now();
  await assert.rejects(away.wait("j", { timeout: 1 }), TimedOut);
  answers.push({ status: -1 });
  await assert.rejects(mn.wait("j", { timeout: 0.5 }), TimedOut);
  for (let i = 0; i < 20; i++) answers.push({ status: 200, body: i % 2 ? "{}" : '{"job":null}' });
  await assert.rejects(mn.wait("j", { patience: 1 }), ConnectionLost);
  answers.length = 0;
  assert.ok(performance.now() - from < 10_000);
});

test("what cannot be is said before anything is sent", async () => {
  for (const id of ["", ".", "..", undefined, null]) {
    await assert.rejects(mn.result(id), BadArgument);
    await assert.rejects(all(mn.followRun(id)), BadArgument);
  }
  await assert.rejects(all(mn.followJob("j", { after: "a\nb" })), BadArgument);
  assert.throws(() => new MirrorNeuron({ url: "http://localhost", token: "se\ncret" }), (failure) => failure instanceof BadArgument && !/cret/.test(failure.message));
});

test("a job that failed is an error for who wants it", async () => {
  const failed = JSON.stringify({ job: { run_id: "r1", status: "failed", reason: "exit code 3" } });
  answers.push({ status: 200, body: failed }, { status: 404, body: "{}" });
  await assert.rejects(mn.wait("j", { check: true }), (failure) => {
    assert.ok(failure instanceof JobFailed && failure instanceof MirrorNeuronError);
    assert.deepEqual([failure.jobId, failure.status, failure.reason, failure.stderr, failure.job.run_id], ["j", "failed", "exit code 3", "", "r1"]);
    return true;
  });
  answers.push({ status: 200, body: failed });
  assert.equal((await mn.wait("j")).status, "failed");
});

test("lists are gone through page by page", async () => {
  answers.push({ status: 200, body: '{"data":[{"run_id":"a"},{"run_id":"b"}],"total":3,"next":"c1"}' }, { status: 200, body: '{"data":[{"run_id":"c"}],"total":3}' });
  assert.deepEqual((await all(mn.runs({ status: "failed", jobId: "j" }))).map((run) => run.run_id), ["a", "b", "c"]);
  assert.deepEqual(asked.slice(-2), ["/api/v1/runs?status=failed&job_id=j&limit=100", "/api/v1/runs?status=failed&job_id=j&limit=100&cursor=c1"]);
  answers.push({ status: 200, body: '{"data":[{"request_id":"a"}],"next":"c2"}' }, { status: 200, body: '{"data":[],"next":null}' });
  assert.deepEqual((await all(mn.questions())).map((question) => question.request_id), ["a"]);
  assert.deepEqual(asked.slice(-2), ["/api/v1/human", "/api/v1/human?cursor=c2"]);
});

test("two that write one file do not mix, and leave alone what is not theirs", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "mn-"));
  const file = path.join(folder, "run.zip");
  writeFileSync(file + ".part", "mine");
  for (const letter of "AB") answers.push({ status: 200, type: "application/zip", pieces: 50, body: letter.repeat(20_000) });
  await Promise.all([mn.export("r", file), mn.export("r", file)]);
  assert.match(readFileSync(file, "utf8"), /^(A{20000}|B{20000})$/);
  assert.deepEqual(readdirSync(folder).sort(), ["run.zip", "run.zip.part"]);
  assert.equal(readFileSync(file + ".part", "utf8"), "mine");
  rmSync(folder, { recursive: true });
});

test("what is empty in the environment is not given", async () => {
  const home = mkdtempSync(path.join(tmpdir(), "mn-"));
  writeFileSync(path.join(home, "runtime-endpoints.json"), JSON.stringify({ api: { base_url: `http://127.0.0.1:${server.address().port}/api/v1` } }));
  writeFileSync(path.join(home, "api.token"), "\ufeffof-home\n");
  const names = ["MN_API_BASE_URL", "MN_API_TOKEN", "MN_API_TOKEN_FILE"];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = "";
  try {
    answers.push({ status: 200, body: "{}" });
    await (await MirrorNeuron.find({ home })).result("r");
    assert.equal(headers.authorization, "Bearer of-home");
  } finally {
    names.forEach((name, i) => (before[i] === undefined ? delete process.env[name] : (process.env[name] = before[i])));
    rmSync(home, { recursive: true });
  }
});

test("times that are longer than a timer can be do not make it ring at once", async () => {
  const from = asked.length;
  answers.push({ status: 503, retryAfter: "3000000" });
  const stream = mn.followJob("j", { patience: Infinity, silence: 1e12, signal: AbortSignal.timeout(300) });
  await assert.rejects(all(stream), { name: "TimeoutError" });
  assert.equal(asked.length - from, 1);
});

test("a record as long as a book takes one pass", async () => {
  const text = "x".repeat(8_000_000);
  answers.push({ status: 200, type: STREAM, body: `data: ${JSON.stringify({ type: text })}\n\nevent: end\ndata: {}\n\n` });
  assert.equal((await all(mn.followJob("j")))[0].type.length, text.length);
});

// A server that answers what no server of ours does today, but one may, or something between us and it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { MirrorNeuron, NotFound, TooBusy } from "mirrorneuron-api/node";
import { all } from "./cutter.mjs";

const answers = [];
let keys = [];
let mn;
const server = createServer((request, response) => {
  keys.push(request.headers["idempotency-key"]);
  const { status, body = "", retryAfter, pieces } = answers.shift();
  if (status === 0) return request.socket.destroy();
  response.writeHead(status, { "content-type": "application/json", ...(retryAfter && { "retry-after": retryAfter }) });
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
    answers.push({ status: 200, pieces: 7, body: first });
    answers.push({ status: 200, pieces: 7, body: 'id: 3\ndata: {"seq":3}\n\nevent: end\ndata: {}\n\n' });
    assert.deepEqual(await all(mn.followJob("j")), [{ seq: 1, type: "ä€😀" }, { type: null, new: [1] }, { seq: 3 }]);
  }
  answers.push({ status: 200, body: 'data: {"payload":null,"type":"t"}\n\nevent: end\ndata:\n\n' });
  assert.equal((await all(mn.followHuman("r")))[0].type, "t");
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
  await assert.rejects(mn.result("r"), (problem) => problem instanceof TooBusy && problem.retry_after === 60);
});

test("what is safe is sent again", async () => {
  keys = [];
  answers.push({ status: 503, retryAfter: "0", body: "{}" }, { status: 0 }, { status: 429, retryAfter: "0", body: "{}" });
  answers.push({ status: 201, body: '{"job_id":"j","new":{"x":1}}' });
  assert.deepEqual((await mn.submit({})).new, { x: 1 });
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys).size, 1);
  answers.push({ status: 503, retryAfter: "0", body: '{"error":"unavailable"}' });
  await assert.rejects(mn.answer("r", "q", "approve"), { error: "unavailable", retry_after: 0 });
  assert.equal(keys.length, 5);
});

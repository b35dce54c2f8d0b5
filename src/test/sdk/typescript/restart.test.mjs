// A server that is killed under its followers and started again on its port; MN is the program.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { MirrorNeuron, Unauthorized } from "mirrorneuron-api/node";
import { all } from "./cutter.mjs";

const SLOW = { name: "slow", steps: Array.from({ length: 16 }, (_, i) => ({ id: `s${i}`, run: ["sh", "-c", "sleep 0.5; echo done"] })) };
const hasSockets = globalThis.WebSocket !== undefined;

async function freePort() {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  return port;
}

async function submitWhenUp(mn) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await mn.submit(SLOW);
    } catch (away) {
      if (attempt === 300) throw away;
      await pause(200);
    }
  }
}

test("followers and waiters go on", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "restart"));
  const port = await freePort();
  const log = openSync(path.join(folder, "log"), "a");
  const env = { ...process.env, MN_API_TOKEN: "s3cret", MN_RESOURCE_ADMISSION_ENABLED: "false", MN_TEMP_DIR: path.join(folder, "tmp") };
  const options = ["up", `--api-port=${port}`, "--grpc-port=0", `--home=${path.join(folder, "home")}`];
  const start = () => spawn(process.env.MN, options, { env, stdio: ["ignore", log, log] });
  let server = start();
  try {
    const url = `http://localhost:${port}`;
    const mn = new MirrorNeuron({ url, token: "s3cret" });
    const { job_id: job } = await submitWhenUp(mn);
    const run = "run-" + job;
    const followed = [all(mn.followJob(job)), all(mn.followRun(run)), hasSockets ? all(mn.realtime("job_events:" + job)) : []];
    for await (const event of mn.followJob(job)) {
      if (event.seq > 20) break; // the others are on their way
    }
    server.kill("SIGKILL");
    await once(server, "exit");
    server = start();
    assert.equal((await mn.wait(job, { timeout: 150 })).status, "completed");
    const [events, records, messages] = await Promise.all(followed);
    assert.deepEqual(events, await all(mn.followJob(job)));
    assert.deepEqual(records, await all(mn.followRun(run)));
    const patches = messages.filter((message) => message.patch).map((message) => message.patch);
    if (hasSockets) assert.deepEqual(patches, events);
    const guess = new MirrorNeuron({ url, token: "guess" });
    await assert.rejects(guess.result(run), Unauthorized);
    await assert.rejects(all(guess.followRun(run)), Unauthorized);
    if (hasSockets) await assert.rejects(all(guess.realtime("job_events:" + job)), Unauthorized);
  } finally {
    server.kill();
    await once(server, "exit");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

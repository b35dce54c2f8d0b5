// Every example of the contract, sent by its typed call; every answer is parsed, and fits its type.
// EXAMPLES is the file of an ExampleServer, which tells the calls one by one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { MirrorNeuron, Problem } from "mirrorneuron-api/node";

const places = JSON.parse(readFileSync(process.env.EXAMPLES, "utf8"));
const tell = async (address) => {
  const told = await fetch(address);
  assert.equal(told.status, 200, address);
  return told.json();
};
/** The members of forms that are files. */
const FILES = { restoreJob: "backup", uploadBundle: "bundle" };
const sent = new Set();
const typed = [];
let last;

const mn = new MirrorNeuron({
  url: places.url,
  token: places.token,
  fetch: async (...request) => {
    last = await fetch(...request);
    return last.clone();
  },
});

/** What a call takes beside its path. */
function options({ operation, parameters, body, file }) {
  const params = Object.fromEntries(Object.entries(parameters).filter(([, values]) => Object.keys(values).length > 0));
  return { ...(Object.keys(params).length > 0 && { params }), ...(body != null && { body }), ...(file != null && { body: { [FILES[operation]]: "" } }) };
}

async function send(call) {
  const given = options(call);
  typed.push({ call, given });
  if (call.file != null) {
    const form = new FormData();
    form.set(FILES[call.operation], new Blob([Buffer.from(call.file, "base64")]), "file.zip");
    given.bodySerializer = () => form;
  }
  const method = mn.api[call.method];
  if (call.status >= 400) {
    await assert.rejects(method(call.path, given), (refused) => refused instanceof Problem && refused.status === call.status);
    return;
  }
  const { data, response } = await method(call.path, { ...given, parseAs: "stream" });
  assert.equal(response.status, call.status);
  const text = await new Response(data).text();
  assert.equal(text, await last.text());
  if ((response.headers.get("content-type") ?? "").includes("json")) typed.at(-1).answer = JSON.parse(text);
}

test("every example is sent and every answer parsed", { timeout: 900_000 }, async (t) => {
  for (const { index } of await tell(places.calls)) {
    const call = await tell(`${places.calls}/${index}`);
    await t.test(`${call.operation}: ${call.name}`, () => send(call));
    sent.add(call.operation);
  }
  assert.ok(sent.size > 100);
});

/** A program with all of these calls and answers written out, as the compiler wants them. */
test("every example and every answer fits its type", { skip: process.env.TSC === undefined && "no compiler was named", timeout: 900_000 }, () => {
  const lines = ['import type { MirrorNeuron, paths } from "mirrorneuron-api";', "export const calls = (mn: MirrorNeuron) => ["];
  const answers = [];
  for (const { call, given, answer } of typed) {
    const { bodySerializer, ...plain } = given;
    lines.push(`  () => mn.api.${call.method}(${JSON.stringify(call.path)}, ${JSON.stringify(plain)}),`);
    const type = `paths[${JSON.stringify(call.path)}]["${call.method.toLowerCase()}"]["responses"][${call.status}]["content"]["application/json"]`;
    if (answer !== undefined) answers.push(`const raw${answers.length} = ${JSON.stringify(answer)}, answer${answers.length}: ${type} = raw${answers.length};`); // by a name, as it may have members of a newer server
  }
  writeFileSync("examples.ts", [...lines, "];", ...answers].join("\n") + "\n");
  assert.ok(answers.length > 80, `${answers.length} answers`);
  writeFileSync("tsconfig.examples.json", JSON.stringify({ extends: "./tsconfig.json", files: ["examples.ts"] }));
  execFileSync(process.execPath, [process.env.TSC, "-p", "tsconfig.examples.json"], { stdio: ["ignore", "inherit", "inherit"] });
});

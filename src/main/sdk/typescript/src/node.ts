import { createWriteStream } from "node:fs";
import { readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { deflateRawSync } from "node:zlib";
import { MirrorNeuron as Client, type Options } from "./client.js";

export * from "./index.js";

/** One server; bundles are folders, zip files or Blobs. `MirrorNeuron.find()` finds the server and its token. */
export class MirrorNeuron extends Client<Blob | string> {
  /**
   * The address is `url`, else `MN_API_BASE_URL`, else that of the server that runs with this home (`home`, else `MN_HOME`,
   * else `~/.mn`), else port 54001 of this machine. The token is `token`, else `MN_API_TOKEN`, else the content of
   * `MN_API_TOKEN_FILE`, else that of the home where the address comes from there too.
   */
  static async find({ home, ...given }: Options & { home?: string } = {}): Promise<MirrorNeuron> {
    const folder = home ?? process.env["MN_HOME"] ?? path.join(homedir(), ".mn");
    const named = given.url ?? process.env["MN_API_BASE_URL"];
    let token = given.token ?? process.env["MN_API_TOKEN"];
    if (token === undefined && process.env["MN_API_TOKEN_FILE"]) token = await content(process.env["MN_API_TOKEN_FILE"]);
    if (token === undefined && named === undefined) token = await content(path.join(folder, "api.token"));
    const url = named ?? (await announced(folder)) ?? "http://localhost:54001";
    return new MirrorNeuron({ ...given, url, token: token?.trim() });
  }

  protected override async pack(bundle: Blob | string): Promise<Blob> {
    if (typeof bundle !== "string") return bundle;
    return (await stat(bundle)).isDirectory() ? zip(bundle) : new Blob([await readFile(bundle)]);
  }

  /** Writes a run to a file, which is there whole or not at all. */
  async export(runId: string, file: string, form: "zip" | "json" | "markdown" = "zip"): Promise<void> {
    const part = file + ".part";
    try {
      await pipeline(Readable.fromWeb((await this.exportStream(runId, form)) as NodeStream), createWriteStream(part));
      await rename(part, file);
    } finally {
      await rm(part, { force: true });
    }
  }
}

async function content(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined;
  }
}

async function announced(home: string): Promise<string | undefined> {
  try {
    const { api } = JSON.parse((await content(path.join(home, "runtime-endpoints.json"))) ?? "{}") as {
      api?: { base_url?: string };
    };
    return api?.base_url || undefined;
  } catch {
    return undefined;
  }
}

/** A folder as a zip; links and hidden files of it are not taken. The same folder gives the same bytes. */
async function zip(folder: string): Promise<Blob> {
  const names = (await files(folder, "")).sort();
  if (!names.some((name) => /^manifest\.(json|ya?ml)$/.test(name))) {
    throw new TypeError(`${folder} has no manifest.json or manifest.yaml`);
  }
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const file = path.join(folder, name);
    const data = await readFile(file);
    const packed = deflateRawSync(data);
    const mode = (await stat(file)).mode & 0o100 ? 0o100755 : 0o100644;
    const encoded = Buffer.from(name, "utf8");
    const entry = Buffer.alloc(26); // version to date are alike in both headers
    entry.writeUInt16LE(20, 0);
    entry.writeUInt16LE(0x0800, 2); // the name is UTF-8
    entry.writeUInt16LE(8, 4); // deflated
    entry.writeUInt16LE(0x21, 8); // 1 January 1980
    entry.writeUInt32LE(crc32(data), 10);
    entry.writeUInt32LE(packed.length, 14);
    entry.writeUInt32LE(data.length, 18);
    entry.writeUInt16LE(encoded.length, 22);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), entry, encoded, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(mode * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), entry, rest, encoded);
    offset += 30 + encoded.length + packed.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(names.length, 4);
  end.writeUInt16LE(names.length, 6);
  end.writeUInt32LE(
    directory.reduce((sum, part) => sum + part.length, 0),
    8,
  );
  end.writeUInt32LE(offset, 12);
  return new Blob([Buffer.concat([...parts, ...directory, Buffer.from("PK\x05\x06", "latin1"), end])], { type: "application/zip" });
}

async function files(folder: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) found.push(...(await files(folder, name)));
    else if (entry.isFile()) found.push(name);
  }
  return found;
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

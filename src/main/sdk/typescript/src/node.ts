import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { MirrorNeuron as Client } from "./client.js";
import type { Options } from "./connection.js";
import { BadArgument, MirrorNeuronError } from "./problem.js";
import { VERSION } from "./version.js";
import { zip } from "./zip.js";

export * from "./index.js";

/** One server; bundles are folders, zip files or Blobs. `MirrorNeuron.find()` finds the server and its token. */
export class MirrorNeuron extends Client<Blob | string> {
  constructor(options: Options = {}) {
    super({ ...options, headers: { "user-agent": `mirrorneuron-api-typescript/${VERSION}`, ...options.headers } });
  }

  /**
   * The address is `url`, else `MN_API_BASE_URL`, else that of the server that runs with this home (`home`, else `MN_HOME`,
   * else `~/.mn`), else port 54001 of this machine. The token is `token`, else `MN_API_TOKEN`, else the content of
   * `MN_API_TOKEN_FILE`, else that of the home where the address comes from there too.
   */
  static async find({ home, ...given }: Options & { home?: string } = {}): Promise<MirrorNeuron> {
    const folder = home ?? (process.env["MN_HOME"] || undefined) ?? path.join(homedir(), ".mn");
    const named = given.url ?? (process.env["MN_API_BASE_URL"] || undefined); // what is empty is not given
    let token = given.token ?? (process.env["MN_API_TOKEN"] || undefined);
    if (token === undefined && process.env["MN_API_TOKEN_FILE"]) token = await content(process.env["MN_API_TOKEN_FILE"]);
    if (token === undefined && named === undefined) token = await content(path.join(folder, "api.token"));
    const url = named ?? (await announced(folder)) ?? "http://localhost:54001";
    return new MirrorNeuron({ ...given, url, token: token?.trim() });
  }

  protected override async pack(bundle: Blob | string): Promise<Blob> {
    if (typeof bundle !== "string") return bundle;
    try {
      return (await stat(bundle)).isDirectory() ? await zip(bundle) : new Blob([await readFile(bundle)]);
    } catch (cause) {
      if (cause instanceof MirrorNeuronError) throw cause;
      throw new BadArgument(`the bundle ${bundle} cannot be read: ${(cause as Error).message}`, { cause });
    }
  }

  /** Writes a run to a file, which is there whole or not at all. */
  async export(runId: string, file: string, form: "zip" | "json" | "markdown" = "zip"): Promise<void> {
    await save(await this.exportStream(runId, form), file);
  }

  /** Writes a file of a run, by its `relative_path`, to a file, which is there whole or not at all. */
  async download(runId: string, artifact: string, to: string): Promise<void> {
    await save(await this.downloadStream(runId, artifact), to);
  }
}

async function save(content: ReadableStream<Uint8Array>, file: string): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  try {
    await pipeline(Readable.fromWeb(content as NodeStream), createWriteStream(part, { flags: "wx" }));
    await rename(part, file);
  } catch (cause) {
    if (cause instanceof MirrorNeuronError) throw cause;
    throw new BadArgument(`${file} cannot be written: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(part, { force: true });
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


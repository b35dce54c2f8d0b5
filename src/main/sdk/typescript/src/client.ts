import createClient, { type Client } from "openapi-fetch";
import { ConnectionLost, MirrorNeuronError, Problem } from "./problem.js";
import { backoff, rest, retrying } from "./retries.js";
import type {
  Event,
  HumanRecord,
  JobDetail,
  JobOfDetail,
  RunDocument,
  RunStreamRecord,
  SubmitRequest,
  SubmittedJob,
  Validation,
  WorkflowProgress,
  paths,
} from "./schema.js";
import { type FollowOptions, follow } from "./streams.js";

const ENDED = ["completed", "failed", "cancelled"];

export interface Options {
  /** The server's address, with or without `/api/v1`; in a page unless said the one that it came from. */
  url?: string | undefined;
  token?: string | undefined;
  /** In place of the global one. */
  fetch?: typeof fetch | undefined;
}

export interface SubmitOptions {
  bundle_path?: string | undefined;
  /** Values of inputs that the manifest declares. */
  inputs?: Record<string, unknown> | undefined;
  /** Text of each payload file by its relative path. */
  payloads?: Record<string, string> | undefined;
  force?: boolean | undefined;
  /** The same key and content give the same job; without one each call makes a new job, also when it has to be sent twice. */
  idempotency_key?: string | undefined;
}

export interface WaitOptions extends Pick<FollowOptions, "patience" | "signal"> {
  /** Seconds. */
  timeout?: number | undefined;
}

/** One server. */
export class MirrorNeuron<Bundle = Blob> {
  /** Every operation of the contract, by path; failures are thrown, so `data` is there. */
  readonly api: Client<paths>;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch;

  constructor({ url, token, fetch: given }: Options = {}) {
    const address = (url ?? globalThis.location?.origin ?? "http://localhost:54001").replace(/\/+$/, "");
    this.#url = address.endsWith("/api/v1") ? address : address + "/api/v1";
    this.#headers = token ? { authorization: `Bearer ${token}` } : {};
    this.#fetch = given ?? ((input, init) => globalThis.fetch(input, init));
    this.api = createClient<paths>({ baseUrl: this.#url, headers: this.#headers, fetch: retrying(this.#fetch) });
    this.api.use({
      async onResponse({ response }) {
        if (!response.ok) throw await Problem.of(response);
        return undefined;
      },
    });
  }

  /** Starts a job of a manifest, or of a bundle that was uploaded. */
  async submit(manifest: Record<string, unknown> | undefined, options: SubmitOptions = {}): Promise<SubmittedJob> {
    const key = options.idempotency_key ?? crypto.randomUUID();
    return value(
      await this.api.POST("/jobs", {
        params: { header: { "Idempotency-Key": key } },
        body: submission(manifest, options),
      }),
    );
  }

  /** Uploads a bundle and starts a job of it. */
  async submitBundle(bundle: Bundle, options: Omit<SubmitOptions, "bundle_path"> = {}): Promise<SubmittedJob> {
    return this.submit(undefined, { ...options, bundle_path: await this.upload(bundle) });
  }

  /** The `bundle_path` of a bundle, good for 24 hours. */
  async upload(bundle: Bundle): Promise<string> {
    const form = new FormData();
    form.set("bundle", await this.pack(bundle), "bundle.zip");
    return value(await this.api.POST("/bundles/upload", { body: { bundle: "" }, bodySerializer: () => form })).bundle_path;
  }

  /** The zip of a bundle. */
  protected async pack(bundle: Bundle): Promise<Blob> {
    if (bundle instanceof Blob) return bundle;
    throw new MirrorNeuronError("a bundle is a Blob here; mirrorneuron-api/node takes folders as well");
  }

  /** What a submission of a manifest or of a bundle would be told; nothing runs. */
  async validate(workflow: Record<string, unknown> | Bundle, options: Pick<SubmitOptions, "inputs"> = {}): Promise<Validation> {
    const body =
      typeof workflow === "object" && !(workflow instanceof Blob)
        ? submission(workflow as Record<string, unknown>, options)
        : submission(undefined, { ...options, bundle_path: await this.upload(workflow as Bundle) });
    return value(await this.api.POST("/jobs:validate", { body }));
  }

  /** Waits until a job has ended, however it did. Restarts of the server are waited for as well. */
  async wait(jobId: string, { timeout, patience = 120, signal }: WaitOptions = {}): Promise<JobOfDetail> {
    const until = timeout === undefined ? Infinity : Date.now() + timeout * 1000;
    let lostAt: number | undefined;
    for (let failures = 0; ; ) {
      const left = Math.max(0, Math.min(50, (until - Date.now()) / 1000));
      try {
        const response = await this.#send(
          `/jobs/${encodeURIComponent(jobId)}?include=status&wait=${Math.trunc(left)}`,
          {},
          either(signal, AbortSignal.timeout(left * 1000 + 20_000)),
        );
        if (!response.ok) throw await Problem.of(response);
        const { job } = (await response.json()) as JobDetail;
        if (ENDED.includes(job.status ?? "")) return job;
        if (Date.now() >= until) throw new MirrorNeuronError(`job ${jobId} is ${job.status} after ${timeout} seconds`);
        failures = 0;
        lostAt = undefined;
        if (left < 1) await rest(left, signal);
      } catch (cause) {
        signal?.throwIfAborted();
        const final = cause instanceof Problem ? cause.status < 500 && cause.status !== 429 : cause instanceof MirrorNeuronError;
        if (final) throw cause;
        lostAt ??= Date.now();
        const pause = Math.max(backoff(failures++), cause instanceof Problem ? (cause.retry_after ?? 0) : 0);
        if (Date.now() + pause * 1000 - lostAt > patience * 1000) {
          throw new ConnectionLost(`job ${jobId}: ${String(cause)}`, { cause });
        }
        await rest(pause, signal);
      }
    }
  }

  /** The events of a job, each once, those of the past first, until it has ended. */
  followJob(jobId: string, options: FollowOptions = {}): AsyncGenerator<Event, void, undefined> {
    return this.#follow(`/jobs/${encodeURIComponent(jobId)}/events`, options);
  }

  /** All that is recorded in a run, each record once, until it is over. */
  followRun(
    runId: string,
    { channels = "events,logs,human,resources", ...options }: FollowOptions & { channels?: string } = {},
  ): AsyncGenerator<RunStreamRecord, void, undefined> {
    return this.#follow(`/runs/${encodeURIComponent(runId)}/stream?channels=${encodeURIComponent(channels)}`, options);
  }

  /** What a run asks people, and what they answer. */
  async *followHuman(runId: string, options: FollowOptions = {}): AsyncGenerator<HumanRecord, void, undefined> {
    for await (const record of this.followRun(runId, { ...options, channels: "human" })) {
      const { ts, run_id, channel, type } = record;
      yield { payload: {}, ts, run_id, channel, type, ...record.payload } as HumanRecord;
    }
  }

  /** How far the steps of a job are, whenever that changes; who is slow gets the newest. */
  followProgress(jobId: string, options: Omit<FollowOptions, "after"> = {}): AsyncGenerator<WorkflowProgress, void, undefined> {
    return this.#follow(`/jobs/${encodeURIComponent(jobId)}/workflow-progress/stream`, options);
  }

  /** Answers what a run asks; `fields` are those of its form. */
  async answer(
    runId: string,
    requestId: string,
    decision?: string,
    { by, ...fields }: { by?: string; [field: string]: unknown } = {},
  ): Promise<HumanRecord> {
    return value(
      await this.api.POST("/runs/{run_id}/human/{request_id}/response", {
        params: { path: { run_id: runId, request_id: requestId } },
        body: { ...fields, ...(decision !== undefined && { decision }), ...(by !== undefined && { by }) },
      }),
    );
  }

  /** What came out of a run. */
  async result(runId: string): Promise<RunDocument> {
    return value(await this.api.GET("/runs/{run_id}/result", { params: { path: { run_id: runId } } }));
  }

  /** A run to take away: `zip`, `json` or `markdown`. */
  async export(runId: string, form: "zip" | "json" | "markdown" = "zip"): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#send(`/runs/${encodeURIComponent(runId)}/export?format=${form}`, {});
    if (!response.ok) throw await Problem.of(response);
    return response.body!;
  }

  #follow<T>(path: string, options: FollowOptions): AsyncGenerator<T, void, undefined> {
    return follow<T>((headers, signal) => this.#send(path, headers, signal), path, options);
  }

  #send(path: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    return this.#fetch(this.#url + path, { headers: { ...this.#headers, ...headers }, ...(signal && { signal }) });
  }
}

function submission(manifest: Record<string, unknown> | undefined, options: SubmitOptions): SubmitRequest {
  const { bundle_path, inputs, payloads, force } = options;
  return {
    ...(manifest && { manifest }),
    ...(bundle_path !== undefined && { bundle_path }),
    ...(inputs && { inputs }),
    ...(payloads && { payloads }),
    ...(force && { force }),
  };
}

/** What a call of `api` answered. */
export function value<T>(answer: { data?: T }): T {
  return answer.data as T;
}

function either(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one ? AbortSignal.any([one, other]) : other;
}

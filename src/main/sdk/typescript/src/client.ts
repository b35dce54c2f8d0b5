import createClient, { type Client } from "openapi-fetch";
import { SECONDS } from "./limits.js";
import { MirrorNeuronError, Problem } from "./problem.js";
import { type Opening, Realtime, type RealtimeOptions, type Topics } from "./realtime.js";
import { Patience, TimedOut, rest, retrying } from "./retries.js";
import type {
  Event,
  HumanRecord,
  JobDetail,
  JobOfDetail,
  RunDocument,
  RunPage,
  RunStreamRecord,
  SubmitRequest,
  SubmittedJob,
  Validation,
  WorkflowProgress,
  paths,
} from "./schema.js";
import { type FollowOptions, follow } from "./streams.js";

const ENDED = ["completed", "failed", "cancelled"];

/** Seconds in which an answer comes, beside those that the contract allows the server for it. */
const ON_THE_WAY = 30;

/** Seconds for all that is as large as somebody's files. */
const LARGE = 600;

export interface Options {
  /** The server's address, with or without `/api/v1`; in a page unless said the one that it came from. */
  url?: string | undefined;
  token?: string | undefined;
  /** In place of the global one. */
  fetch?: typeof fetch | undefined;
  /** In place of the global one, which Node has from 22 on: for `realtime`. */
  WebSocket?: typeof WebSocket | undefined;
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

const UPGRADE_REQUIRED = 426;

/** One server. */
export class MirrorNeuron<Bundle = Blob> {
  /** Every operation of the contract, by path; failures are thrown, so `data` is there. */
  readonly api: Client<paths>;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch;
  readonly #opening: Opening;

  constructor({ url, token, fetch: given, WebSocket: sockets }: Options = {}) {
    const address = (url ?? globalThis.location?.origin ?? "http://localhost:54001").replace(/\/+$/, "");
    this.#url = address.endsWith("/api/v1") ? address : address + "/api/v1";
    this.#headers = token ? { authorization: `Bearer ${token}` } : {};
    this.#fetch = given ?? ((input, init) => globalThis.fetch(input, init));
    const limits = new WeakMap<Request, number>();
    this.api = createClient<paths>({
      baseUrl: this.#url,
      headers: { accept: "application/json, */*;q=0.5", ...this.#headers }, // else what can be followed is a stream
      fetch: retrying(this.#fetch, (request) => limits.get(request) ?? ON_THE_WAY),
    });
    this.api.use({
      onRequest({ request, schemaPath }) {
        const isFile = request.body !== null && !(request.headers.get("content-type") ?? "").includes("json");
        limits.set(request, isFile ? LARGE : ON_THE_WAY + (SECONDS[`${request.method} ${schemaPath}`] ?? 0));
      },
      async onResponse({ response }) {
        if (!response.ok) throw await Problem.of(response);
        return undefined;
      },
    });
    this.#opening = {
      open: (interval) => {
        const Socket = sockets ?? globalThis.WebSocket;
        if (Socket === undefined) {
          throw new MirrorNeuronError("there is no WebSocket here: give one as the option WebSocket (package ws), or take Node 22 or newer");
        }
        return new Socket(`${this.#url.replace(/^http/, "ws")}/realtime?interval=${interval}${token ? "&token=" + encodeURIComponent(token) : ""}`);
      },
      probe: async (signal) => {
        const response = await this.#send("/realtime", {}, signal);
        if (response.status !== UPGRADE_REQUIRED) throw await Problem.of(response);
        await response.body?.cancel();
      },
    };
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
  async wait(jobId: string, { timeout, patience, signal }: WaitOptions = {}): Promise<JobOfDetail> {
    const until = timeout === undefined ? Infinity : Date.now() + timeout * 1000;
    const progress = new Patience(`job ${jobId}`, patience, signal);
    for (;;) {
      const left = Math.max(0, Math.min(50, (until - Date.now()) / 1000));
      try {
        const response = await this.#send(
          `/jobs/${encodeURIComponent(jobId)}?include=status&wait=${Math.trunc(left)}`,
          {},
          either(signal, AbortSignal.timeout(left * 1000 + 20_000)),
        );
        if (!response.ok) throw await Problem.of(response);
        const { job } = (await response.json()) as JobDetail;
        progress.connected();
        progress.gotOn();
        if (ENDED.includes(job.status ?? "")) return job;
        if (Date.now() >= until) throw new TimedOut(`job ${jobId} is ${job.status} after ${timeout} seconds`);
      } catch (cause) {
        await progress.lost(cause);
      }
      if (left < 1) await rest(left, signal);
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

  /** The newest runs, at once and whenever one of them changes; it has no end. */
  followRuns({
    status,
    job_id,
    ...options
  }: Omit<FollowOptions, "after"> & { status?: string; job_id?: string } = {}): AsyncGenerator<RunPage, void, undefined> {
    const query = new URLSearchParams({ ...(status !== undefined && { status }), ...(job_id !== undefined && { job_id }) });
    return this.#follow(`/runs/stream?${query}`, options);
  }

  /** The streams of many topics over one WebSocket: `job_events:JOB_ID`, `run:RUN_ID?channels=logs`, ..., until all have ended. */
  realtime(topics: Topics, options: RealtimeOptions = {}): Realtime {
    return new Realtime(this.#opening, topics, options);
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
  async exportStream(runId: string, form: "zip" | "json" | "markdown" = "zip"): Promise<ReadableStream<Uint8Array>> {
    const params = { path: { run_id: runId }, query: { format: form } };
    return value(await this.api.GET("/runs/{run_id}/export", { params, parseAs: "stream" })) as ReadableStream<Uint8Array>;
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

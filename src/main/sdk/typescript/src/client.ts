import type { Client } from "openapi-fetch";
import { Connection, type Options, segment } from "./connection.js";
import { BadArgument, JobFailed, MirrorNeuronError, Problem, TimedOut, UnreadableAnswer } from "./problem.js";
import { Realtime, type RealtimeOptions, type Topics } from "./realtime.js";
import { type Job, type RunRecord, unwrapped } from "./records.js";
import { Patience, rest } from "./retries.js";
import type {
  AppliedSchedule,
  ArtifactRef,
  DispatchReport,
  Event,
  ForkedJob,
  HumanRecord,
  HumanRequest,
  JobRow,
  LogRecord,
  NewWebhook,
  RunDocument,
  RunPage,
  RunRow,
  RunStreamRecord,
  Schedule,
  StatusChange,
  SubmitRequest,
  SubmittedJob,
  Validation,
  Webhook,
  WorkflowProgress,
  paths,
} from "./schema.js";
import { type FollowOptions, parsed } from "./streams.js";

const TYPES = { zip: "application/zip", json: "application/json", markdown: "text/markdown" };
const ENDED = ["completed", "failed", "cancelled"];

export interface SubmitOptions {
  /** Values of inputs that the manifest declares. */
  inputs?: Record<string, unknown> | undefined;
  /** Text of each payload file by its relative path. */
  payloads?: Record<string, string> | undefined;
  force?: boolean | undefined;
  /** The same key and content give the same job; without one each call makes a new job, also when it has to be sent twice. */
  idempotencyKey?: string | undefined;
}

export interface WaitOptions extends Pick<FollowOptions, "patience" | "signal"> {
  /** Seconds. */
  timeout?: number | undefined;
  /** Whether a job that ends otherwise than completed is thrown as `JobFailed`. */
  check?: boolean | undefined;
}

export interface ForkOptions<Bundle> extends Pick<SubmitOptions, "idempotencyKey"> {
  /** A step, with which all that follows is done again, or the number of an event; the beginning unless given. */
  at?: string | number | undefined;
  /** Whose files the new job runs; those of the job unless given. */
  bundle?: Bundle | undefined;
  /** Bodies by step. */
  inputs?: Record<string, unknown> | undefined;
}

export interface LogFilter {
  /** This level or above. */
  level?: string | undefined;
  step?: string | undefined;
  stream?: "stdout" | "stderr" | undefined;
  /** What the message contains. */
  text?: string | undefined;
  since?: string | undefined;
}

export interface ScheduleOptions {
  cron?: string | string[] | undefined;
  timezone?: string | undefined;
  /** Other members of a schedule, as the contract has them. */
  schedule?: Record<string, unknown> | undefined;
  /** Values of inputs that the manifest declares. */
  inputs?: Record<string, unknown> | undefined;
  reason?: string | undefined;
}

export interface RunFilter {
  status?: string | undefined;
  jobId?: string | undefined;
  blueprintId?: string | undefined;
}

/** One server. */
export class MirrorNeuron<Bundle = Blob> {
  /** Every operation of the contract, by path; failures are thrown, so `data` is there. */
  readonly api: Client<paths>;
  readonly #connection: Connection;

  constructor(options: Options = {}) {
    this.#connection = new Connection(options);
    this.api = this.#connection.api;
  }

  /** Starts a job of a manifest. */
  async submit(manifest: Record<string, unknown>, options: SubmitOptions = {}): Promise<SubmittedJob> {
    return this.#submit({ manifest }, options);
  }

  /** Uploads a bundle and starts a job of it. */
  async submitBundle(bundle: Bundle, options: SubmitOptions = {}): Promise<SubmittedJob> {
    return this.submitUploaded(await this.upload(bundle), options);
  }

  /** Starts a job of a bundle that was uploaded. */
  async submitUploaded(bundlePath: string, options: SubmitOptions = {}): Promise<SubmittedJob> {
    return this.#submit({ bundle_path: bundlePath }, options);
  }

  async #submit(workflow: SubmitRequest, { idempotencyKey = crypto.randomUUID(), ...options }: SubmitOptions): Promise<SubmittedJob> {
    const params = { header: { "Idempotency-Key": idempotencyKey } };
    return value(await this.api.POST("/jobs", { params, body: { ...workflow, ...given(options) } }));
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
    throw new BadArgument("a bundle is a Blob here; mirrorneuron-api/node takes folders as well");
  }

  /** What a submission of a manifest or of a bundle would be told; nothing runs. */
  async validate(workflow: Record<string, unknown> | Bundle, { inputs }: Pick<SubmitOptions, "inputs"> = {}): Promise<Validation> {
    const isManifest = typeof workflow === "object" && !(workflow instanceof Blob);
    const body = isManifest ? { manifest: workflow as Record<string, unknown> } : { bundle_path: await this.upload(workflow as Bundle) };
    return value(await this.api.POST("/jobs:validate", { body: { ...body, ...given({ inputs }) } }));
  }

  /** Waits until a job has ended, however it did unless told to `check`. Restarts of the server are waited for as well. */
  async wait(jobId: string, { timeout, patience, signal, check = false }: WaitOptions = {}): Promise<Job> {
    const until = timeout === undefined ? Infinity : Date.now() + timeout * 1000;
    const progress = new Patience(`job ${jobId} at ${this.#connection.url}`, patience, signal, until);
    for (;;) {
      const left = Math.max(0, Math.min(50, (until - Date.now()) / 1000));
      let job: Job | undefined;
      try {
        job = await this.#status(jobId, left, signal);
        progress.connected();
        progress.gotOn();
      } catch (cause) {
        await progress.lost(cause);
        if (Date.now() >= until) throw new TimedOut(`nothing is known of job ${jobId} after ${timeout} seconds: ${String(cause)}`, { cause });
        continue;
      }
      if (ENDED.includes(job.status)) {
        if (check && job.status !== "completed") throw new JobFailed(job, jobId, await this.#stderr(job.run_id ?? `run-${jobId}`));
        return job;
      }
      if (Date.now() >= until) throw new TimedOut(`job ${jobId} is ${job.status} after ${timeout} seconds`);
      if (left < 1) await rest(left, signal);
    }
  }

  /** Of a job, when it has ended or so many seconds are over; who has no more time than that does not wait much longer for the answer. */
  async #status(jobId: string, seconds: number, signal: AbortSignal | undefined): Promise<Job> {
    const path = `/jobs/${segment(jobId)}?include=status&wait=${Math.trunc(seconds)}`;
    const late = AbortSignal.timeout((seconds + (seconds < 50 ? 2 : 20)) * 1000);
    const response = await this.#connection.send(path, {}, either(signal, late));
    if (!response.ok) throw await Problem.of(response);
    const { job } = parsed<{ job?: Partial<Job> }>(await response.text());
    if (typeof job?.status !== "string") throw new Error("this is no job");
    return job as Job;
  }

  /** Of what failed first, as far as the result tells. */
  async #stderr(runId: string): Promise<string> {
    try {
      const { error } = (await this.result(runId)) as { error?: { details?: { stderr_tail?: unknown } } };
      return String(error?.details?.stderr_tail ?? "");
    } catch (none) {
      if (none instanceof MirrorNeuronError) return "";
      throw none;
    }
  }

  /** Ends a job and its processes. */
  async cancel(jobId: string, { reason }: { reason?: string } = {}): Promise<StatusChange> {
    const params = { path: { job_id: jobId } };
    return value(await this.api.POST("/jobs/{job_id}/cancel", { params, ...(reason !== undefined && { body: { reason } }) }));
  }

  /** Stops a job; programs that run are ended, with `drain` they end by themselves first. */
  async pause(jobId: string, { drain = false }: { drain?: boolean } = {}): Promise<StatusChange> {
    return value(await this.api.POST("/jobs/{job_id}/pause", { params: { path: { job_id: jobId }, query: { drain } } }));
  }

  async resume(jobId: string): Promise<StatusChange> {
    return value(await this.api.POST("/jobs/{job_id}/resume", { params: { path: { job_id: jobId } } }));
  }

  /** A new job that goes on from the middle of this one, perhaps with other files. */
  async fork(jobId: string, { idempotencyKey = crypto.randomUUID(), bundle, ...options }: ForkOptions<Bundle> = {}): Promise<ForkedJob> {
    const params = { path: { job_id: jobId }, header: { "Idempotency-Key": idempotencyKey } };
    const files = bundle === undefined ? {} : { bundle: { bundle_path: await this.upload(bundle) } };
    return value(await this.api.POST("/jobs/{job_id}/fork", { params, body: { ...given(options), ...files } }));
  }

  /** The jobs that changed last, newest first; a server tells the newest 1000. */
  async *jobs({ includeTerminal = true, limit = 1000 }: { includeTerminal?: boolean; limit?: number } = {}): AsyncGenerator<Job<JobRow>, void, undefined> {
    const query = { include_terminal: includeTerminal, limit };
    yield* value(await this.api.GET("/jobs", { params: { query } })).data as Job<JobRow>[];
  }

  /** All runs, newest first, page by page as they are asked for. */
  async *runs({ since, q, ...filter }: RunFilter & { since?: string; q?: string } = {}): AsyncGenerator<RunRow, void, undefined> {
    const query = { ...wire(filter), ...given({ since, q }), limit: 100 };
    yield* paged(async (cursor) => value(await this.api.GET("/runs", { params: { query: { ...query, ...cursor } } })));
  }

  /** What people are asked and have not answered yet, of all runs that are not over, page by page as it is asked for. */
  async *questions({ runId, status }: { runId?: string; status?: string } = {}): AsyncGenerator<HumanRequest, void, undefined> {
    const query = given({ run_id: runId, status });
    yield* paged(async (cursor) => value(await this.api.GET("/human", { params: { query: { ...query, ...cursor } } })));
  }

  /** What the programs of a run have printed so far, oldest first, page by page as it is asked for; `followRun` waits for more. */
  async *logs(runId: string, filter: LogFilter = {}): AsyncGenerator<LogRecord, void, undefined> {
    for (let after = "0"; ; ) {
      const params = { path: { run_id: runId }, query: { ...given(filter), after, limit: 1000 } };
      const { data, next } = value(await this.api.GET("/runs/{run_id}/logs", { params }));
      yield* data;
      if (data.length === 0 || next === undefined) return;
      after = String(next);
    }
  }

  /** All schedules, oldest first, page by page as they are asked for. */
  async *schedules({ kind, status }: { kind?: string; status?: string } = {}): AsyncGenerator<Schedule, void, undefined> {
    const query = given({ kind, status });
    yield* paged(async ({ cursor: after }) => value(await this.api.GET("/schedules", { params: { query: { ...query, ...given({ after }) } } })));
  }

  /** Makes the schedule of this name, or gives it this bundle; its history stays, and the same again changes nothing. */
  async applySchedule(name: string, bundle: Bundle, { cron, timezone, schedule, ...options }: ScheduleOptions = {}): Promise<AppliedSchedule> {
    const times = { ...schedule, ...given({ crons: cron === undefined ? undefined : [cron].flat(), timezone }) };
    const body = { bundle_path: await this.upload(bundle), ...given(options), ...(Object.keys(times).length > 0 && { schedule: times }) };
    return value(await this.api.PUT("/schedules/by-name/{name}", { params: { path: { name } }, body }));
  }

  /** Makes a job of a schedule now, also of a paused one; the report says which, or why there is none. */
  async runSchedule(
    scheduleId: string,
    { payload, idempotencyKey = crypto.randomUUID() }: { payload?: Record<string, unknown>; idempotencyKey?: string } = {},
  ): Promise<DispatchReport> {
    const params = { path: { schedule_id: scheduleId }, header: { "Idempotency-Key": idempotencyKey } };
    return value(await this.api.POST("/schedules/{schedule_id}/dispatch", { params, body: given({ payload }) }));
  }

  /** All webhooks: the addresses at which others tell this server, and the targets that it tells. */
  async webhooks(): Promise<Webhook[]> {
    return value(await this.api.GET("/webhooks")).data;
  }

  /** With `url` a target that is told `events`, else an address at which others tell theirs. Only this answer has the `secret`. */
  async createWebhook(name: string, options: Omit<NewWebhook, "name"> = {}): Promise<Webhook> {
    const direction = options.url ? ({ direction: "outbound" } as const) : {};
    return value(await this.api.POST("/webhooks", { body: { ...direction, ...options, name } }));
  }

  /** The files of a run, each with its `relative_path`. */
  async artifacts(runId: string): Promise<ArtifactRef[]> {
    return value(await this.api.GET("/runs/{run_id}/artifacts", { params: { path: { run_id: runId } } })).artifacts;
  }

  /** The content of a file of a run, by its `relative_path`. */
  async downloadStream(runId: string, path: string): Promise<ReadableStream<Uint8Array>> {
    const params = { path: { run_id: runId, artifact_path: path } };
    return value(await this.api.GET("/runs/{run_id}/artifacts/{artifact_path}", { params, parseAs: "stream" })) as ReadableStream<Uint8Array>;
  }

  /** The events of a job, each once, those of the past first, until it has ended. */
  followJob(jobId: string, options: FollowOptions = {}): AsyncGenerator<Event, void, undefined> {
    return this.#connection.follow(`/jobs/${segment(jobId)}/events`, options);
  }

  /** All that is recorded in a run, each record once, until it is over. */
  async *followRun(
    runId: string,
    { channels = "events,logs,human,resources", ...options }: FollowOptions & { channels?: string } = {},
  ): AsyncGenerator<RunRecord, void, undefined> {
    const path = `/runs/${segment(runId)}/stream?channels=${encodeURIComponent(channels)}`;
    for await (const record of this.#connection.follow<RunStreamRecord>(path, options)) yield unwrapped(record);
  }

  /** What a run asks people, and what they answer. */
  followHuman(runId: string, options: FollowOptions = {}): AsyncGenerator<RunRecord, void, undefined> {
    return this.followRun(runId, { ...options, channels: "human" });
  }

  /** How far the steps of a job are, whenever that changes; who is slow gets the newest. */
  followProgress(jobId: string, options: Omit<FollowOptions, "after"> = {}): AsyncGenerator<WorkflowProgress, void, undefined> {
    return this.#connection.follow(`/jobs/${segment(jobId)}/workflow-progress/stream`, options);
  }

  /** The newest runs, at once and whenever one of them changes; it has no end. */
  followRuns({ status, jobId, blueprintId, ...options }: Omit<FollowOptions, "after"> & RunFilter = {}): AsyncGenerator<RunPage, void, undefined> {
    return this.#connection.follow(`/runs/stream?${new URLSearchParams(wire({ status, jobId, blueprintId }))}`, options);
  }

  /** The streams of many topics over one WebSocket: `job_events:JOB_ID`, `run:RUN_ID?channels=logs`, ..., until all have ended. */
  realtime(topics: Topics, options: RealtimeOptions = {}): Realtime {
    return new Realtime(this.#connection.opening, topics, options);
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
        body: { ...fields, ...given({ decision, by }) },
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
    const { data, response } = await this.api.GET("/runs/{run_id}/export", { params, parseAs: "stream" });
    const type = response.headers.get("content-type") ?? "nothing of a known type";
    if (data && type.startsWith(TYPES[form])) return data as ReadableStream<Uint8Array>;
    await response.body?.cancel();
    throw new UnreadableAnswer(`GET ${response.url}: ${response.status} and ${type} instead of ${TYPES[form]}`);
  }
}

async function* paged<T>(page: (cursor: { cursor?: string }) => Promise<{ data: T[]; next?: string | null }>): AsyncGenerator<T, void, undefined> {
  let cursor = {};
  for (;;) {
    const { data, next } = await page(cursor);
    yield* data;
    if (next === undefined || next === null) return;
    cursor = { cursor: next };
  }
}

function wire({ status, jobId, blueprintId }: RunFilter): Record<string, string> {
  return given({ status, job_id: jobId, blueprint_id: blueprintId });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function given<T extends object>(members: T): Given<T> & Record<string, Exclude<T[keyof T], undefined>> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)) as never;
}

/** What a call of `api` answered. */
export function value<T>(answer: { data?: T }): T {
  return answer.data as T;
}

function either(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one ? AbortSignal.any([one, other]) : other;
}

// What a program of somebody else may look like: only has to fit the types, with compilers old and new.
import { ConnectionLost, Invalid, JobFailed, MirrorNeuron, NotFound, Problem, TopicRefused, patchOf, value } from "mirrorneuron-api";
import type { Event, FollowOptions, Job, RunRecord, SubmittedJob, TopicMessage, Validation, WorkflowProgress } from "mirrorneuron-api";

export async function run(url: string, token: string, zip: Blob, signal: AbortSignal): Promise<string[]> {
  const mn = new MirrorNeuron({ url, token });
  const report: Validation = await mn.validate({ name: "x", steps: [] });
  if (!report.ok) return report.errors.map(String);
  const job: SubmittedJob = await mn.submitBundle(zip, { inputs: { amount: 7 }, idempotencyKey: "k" });
  const options: FollowOptions = { after: 3, patience: 10, silence: 30, signal };
  const lines: string[] = [];
  try {
    for await (const event of mn.followJob(job.job_id, options)) lines.push(named(event));
    for await (const record of mn.followRun("run-" + job.job_id, { channels: "logs" })) lines.push(channel(record));
    for await (const progress of mn.followProgress(job.job_id)) lines.push(state(progress));
    const topics = mn.realtime({ ["job_events:" + job.job_id]: 3, "run:r": undefined }, { byHand: true });
    for await (const message of topics) {
      lines.push(told(message));
      topics.acknowledge(message);
    }
    const ended: Job = await mn.wait(job.job_id, { timeout: 10 });
    const page = value(await mn.api.GET("/jobs", { params: { query: { limit: 20 } } }));
    return [...lines, ended.status, ...page.data.map((row) => row.job_id ?? "")];
  } catch (failure) {
    if (failure instanceof NotFound || failure instanceof Invalid) return [failure.error, failure.code ?? ""];
    if (failure instanceof Problem) return [String(failure.status), String(failure.retryAfter), String(failure.validation?.ok)];
    if (failure instanceof JobFailed) return [failure.status, failure.reason, failure.stderr];
    if (failure instanceof TopicRefused) return [failure.topic, failure.code];
    if (failure instanceof ConnectionLost) return [failure.message];
    throw failure;
  }
}

const named = (event: Event): string => `${event.type} ${event.agent_id} ${event.step_id} ${JSON.stringify(event.payload)}`;
const channel = (record: RunRecord): string => `${record.channel} ${record.payload["message"]} ${record.record.seq}`;
const state = (progress: WorkflowProgress): string => progress.status ?? "";
const told = (message: TopicMessage): string => `${message.topic} ${message.version} ${JSON.stringify(message.patch)} ${patchOf(message, "job_events")?.type} ${patchOf(message, "run")?.channel}`;

export function wrong(mn: MirrorNeuron): void {
  // @ts-expect-error there is no such path
  void mn.api.GET("/jobz");
  // @ts-expect-error a limit is a number
  void mn.api.GET("/jobs", { params: { query: { limit: "20" } } });
  // @ts-expect-error a fork begins somewhere
  void mn.api.POST("/jobs/{job_id}/fork", { params: { path: {} }, body: {} });
  // @ts-expect-error no such helper
  void mn.followJobs("j");
  // @ts-expect-error a slip of the pen
  void mn.wait("j").then((done) => done.statuss);
  // @ts-expect-error no job has this status
  void mn.wait("j").then((done) => done.status === 7);
  // @ts-expect-error no such member
  void mn.api.GET("/health").then(({ data }) => data?.statuss);
}

/** As the class of the package ws is typed: it has no dispatchEvent. */
declare class WebSocketOfOthers {
  constructor(address: string | URL, options?: object);
  readonly readyState: 0 | 1 | 2 | 3;
  send(data: string | Uint8Array, callback?: (failure?: Error) => void): void;
  close(code?: number, data?: string | Uint8Array): void;
  addEventListener<K extends "open" | "error" | "message" | "close">(type: K, listener: (event: { type: K }) => void, options?: object): void;
}
export const withOther = new MirrorNeuron({ WebSocket: WebSocketOfOthers, timeout: 5, retries: 0, headers: { a: "b" } });

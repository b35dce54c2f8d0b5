import type { JobOfDetail, JobRow, RunStreamRecord } from "./schema.js";

/** Known words; a newer server may have others. */
export type JobStatus =
  | "pending"
  | "validated"
  | "scheduled"
  | "running"
  | "pausing"
  | "paused"
  | "cancelling"
  | "completed"
  | "failed"
  | "cancelled"
  | (string & {});

/** A job with known words of its status. */
export type Job<T extends JobOfDetail | JobRow = JobOfDetail> = Omit<T, "status"> & { status: JobStatus };

/** What is recorded in a run, in one shape for all channels. */
export interface RunRecord {
  channel: "events" | "logs" | "human" | "resources" | "errors" | "timeline" | (string & {});
  /** What it is, for example `human_input_requested`. */
  type: string;
  /** What is particular to its type: of a question its `request_id` and `prompt`, of a log its `message` and `stream`. */
  payload: Record<string, any>;
  /** All that the server sent, with `ts`, and `seq`, which is the cursor for `after`. */
  record: RunStreamRecord;
}

/** The log's own record is the payload of what the stream sends, and may have one in turn. */
export function unwrapped(record: RunStreamRecord): RunRecord {
  const logged = (record.payload ?? {}) as Record<string, unknown>;
  const inner = logged["payload"];
  const payload = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : logged;
  return { channel: record.channel, type: record.type, payload: payload as RunRecord["payload"], record };
}

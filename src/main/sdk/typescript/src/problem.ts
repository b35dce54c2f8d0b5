import type { JobOfDetail, ProblemFault, ValidationReport } from "./schema.js";

/** Whatever this package throws. */
export class MirrorNeuronError extends Error {
  override name = "MirrorNeuronError";
}

/** A server gave no whole answer in time, or a stream could not be continued for as long as the caller wanted to wait. */
export class ConnectionLost extends MirrorNeuronError {
  override name = "ConnectionLost";
}

/** What was given cannot be sent: an address that is none, a folder without a manifest, a file that cannot be written. */
export class BadArgument extends MirrorNeuronError {
  override name = "BadArgument";
}

/** What came as a webhook was not signed with its secret, or too long ago: answer it with 403. */
export class NotVerified extends MirrorNeuronError {
  override name = "NotVerified";
}

/** What came is no answer of the contract: perhaps another server is at this address. */
export class UnreadableAnswer extends MirrorNeuronError {
  override name = "UnreadableAnswer";
}

/** A job has not ended in the time that `wait` was given. */
export class TimedOut extends MirrorNeuronError {
  override name = "TimedOut";
}

/** A job that `wait` was to `check` ended otherwise than completed. */
export class JobFailed extends MirrorNeuronError {
  override name = "JobFailed";
  readonly jobId: string;
  /** `failed` or `cancelled`. */
  readonly status: string;
  /** Why, in words for people. */
  readonly reason: string;

  constructor(
    /** Its last state. */
    readonly job: JobOfDetail,
    jobId: string,
    /** The end of what the program that failed wrote to stderr; empty where there is none. */
    readonly stderr: string,
  ) {
    const status = job.status ?? "";
    const reason = job.reason ?? "";
    super(`job ${jobId} is ${status}${reason && ": " + reason}${stderr && "\n" + stderr.trimEnd()}`);
    this.jobId = jobId;
    this.status = status;
    this.reason = reason;
  }
}

/** What the server refused, or could not do, in its own words. Frequent kinds have types of their own. */
export class Problem extends MirrorNeuronError {
  override name = "Problem";
  /** The word for programs, for example `job_not_found`. */
  readonly error: string;
  /** A sentence for people. */
  readonly detail: string;
  /** Faults of the request, or issues of the manifest. */
  readonly errors: ProblemFault[];
  /** The report of a refused manifest. */
  readonly validation: ValidationReport | undefined;
  readonly requestId: string | undefined;

  constructor(
    readonly status: number,
    /** The whole answer. */
    readonly body: Record<string, unknown>,
    /** After how many seconds the same request is worth another try. */
    readonly retryAfter: number | undefined,
  ) {
    const error = typeof body["error"] === "string" ? body["error"] : `http_${status}`;
    const detail = String(body["detail"] ?? body["title"] ?? "");
    super(`${status} ${error}: ${detail}`);
    this.error = error;
    this.detail = detail;
    this.errors = Array.isArray(body["errors"]) ? (body["errors"] as ProblemFault[]) : [];
    this.validation = body["validation"] as ValidationReport | undefined;
    this.requestId = body["request_id"] as string | undefined;
  }

  /** The code of the first fault or issue. */
  get code(): string | undefined {
    const first = this.errors[0] as { code?: string; type?: string } | undefined;
    return first?.code ?? first?.type;
  }

  /** The error for an answer, whatever stands between the server and us. */
  static async of(response: Response): Promise<Problem> {
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    const known = typeof body === "object" && body !== null && !Array.isArray(body);
    const Kind = KINDS[response.status] ?? Problem;
    return new Kind(
      response.status,
      known ? (body as Record<string, unknown>) : { detail: text.slice(0, 500) },
      retryAfter(response),
    );
  }
}

/** 401: the token is missing or wrong. */
export class Unauthorized extends Problem {
  override name = "Unauthorized";
}

/** 403: the token's role is too small, or the page may not call. */
export class Forbidden extends Problem {
  override name = "Forbidden";
}

/** 404: no such job, run, file. */
export class NotFound extends Problem {
  override name = "NotFound";
}

/** 409: it was done already, or something else was done with the same key. */
export class Conflict extends Problem {
  override name = "Conflict";
}

/** 400 and 422: the request or the manifest does not fit; `errors` and `validation` say where. */
export class Invalid extends Problem {
  override name = "Invalid";
}

/** 429 and 503: not now. */
export class TooBusy extends Problem {
  override name = "TooBusy";
}

const KINDS: Record<number, typeof Problem | undefined> = {
  400: Invalid,
  401: Unauthorized,
  403: Forbidden,
  404: NotFound,
  409: Conflict,
  422: Invalid,
  429: TooBusy,
  503: TooBusy,
};

/** Seconds; dates are not understood, since no server of ours sends one. */
export function retryAfter(response: Response): number | undefined {
  const value = response.headers.get("retry-after") ?? "";
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

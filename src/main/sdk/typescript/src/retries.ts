import { ConnectionLost, MirrorNeuronError, Problem, retryAfter } from "./problem.js";

const TRIES = 4;
const LONGEST_PAUSE = 30;

/**
 * Tries again where that is safe: what the server refused before it did anything (429), and what changes
 * nothing or has a key by which the server knows it again (503, or no whole answer at all). An answer that is
 * late is an error; of files only the beginning can be late.
 */
export function retrying(inner: typeof fetch, seconds: (request: Request) => number): (request: Request) => Promise<Response> {
  return async (request) => {
    const repeatable = ["GET", "HEAD", "PUT"].includes(request.method) || request.headers.has("idempotency-key");
    for (let attempt = 1; ; attempt++) {
      let pause: number;
      try {
        const response = await inTime(inner, attempt < TRIES && request.body !== null ? request.clone() : request, seconds(request));
        const asked = retryAfter(response);
        const refused = response.status === 429 || (response.status === 503 && repeatable);
        if (!refused || asked === undefined || asked > LONGEST_PAUSE || attempt === TRIES) return response;
        await response.body?.cancel();
        pause = asked * (1 + 0.1 * Math.random());
      } catch (failure) {
        if (!repeatable || attempt === TRIES || request.signal.aborted) throw failure;
        pause = backoff(attempt);
      }
      await rest(pause, request.signal);
    }
  };
}

/** An answer in JSON is there as a whole. */
async function inTime(inner: typeof fetch, request: Request, seconds: number): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new TimedOut(`no answer to ${request.method} ${request.url} in ${seconds} seconds`)), seconds * 1000);
  const stop = (): void => late.abort(request.signal.reason);
  request.signal.addEventListener("abort", stop, { once: true });
  let isWhole = true;
  try {
    const response = await inner(request, { signal: late.signal });
    isWhole = response.body === null || (response.headers.get("content-type") ?? "").includes("json");
    if (!isWhole || response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(await response.arrayBuffer(), { status, statusText, headers });
  } finally {
    clearTimeout(timer);
    if (isWhole) request.signal.removeEventListener("abort", stop);
  }
}

/** Something took longer than it may. */
export class TimedOut extends MirrorNeuronError {
  override name = "TimedOut";
}

/** How long a caller still waits for a server that is away. */
export class Patience {
  #failures = 0;
  #lostAt: number | undefined;

  constructor(
    private readonly what: string,
    private readonly seconds = 120,
    private readonly signal?: AbortSignal | undefined,
  ) {}

  /** The server answered: patience begins anew, while pauses stay long until something comes. */
  connected(): void {
    this.#lostAt = undefined;
  }

  gotOn(): void {
    this.#failures = 0;
  }

  /** Rests before the next try; throws what is final: the caller's own end, and the server's word. */
  async lost(cause: unknown): Promise<void> {
    this.signal?.throwIfAborted();
    let pause = backoff(this.#failures++);
    if (cause instanceof Problem) {
      if (cause.status < 500 && cause.status !== 429) throw cause;
      pause = Math.max(pause, cause.retry_after ?? 0);
    } else if (cause instanceof MirrorNeuronError) throw cause;
    const now = Date.now();
    this.#lostAt ??= now;
    if (now + pause * 1000 - this.#lostAt > this.seconds * 1000) {
      throw new ConnectionLost(`${this.what}: ${String(cause)}`, { cause });
    }
    await rest(pause, this.signal);
  }
}

/** Seconds before try number attempt + 1: doubled each time, half of it by chance. */
export function backoff(attempt: number): number {
  const longest = Math.min(10, 0.25 * 2 ** Math.min(attempt, 10));
  return longest / 2 + (Math.random() * longest) / 2;
}

export function rest(seconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, seconds * 1000);
    function done(): void {
      signal?.removeEventListener("abort", stopped);
      resolve();
    }
    function stopped(): void {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    }
    if (signal?.aborted) stopped();
    else signal?.addEventListener("abort", stopped, { once: true });
  });
}

import { ConnectionLost, MirrorNeuronError, Problem, retryAfter } from "./problem.js";

const LONGEST_PAUSE = 30;

/** Seconds that an answer which is as long as a file may pause. */
const SILENCE = 50;

/** How one call is sent. */
export interface Retrying {
  /** In which an answer comes. */
  seconds: number;
  retries: number;
  /** May it be sent again when it may have been done? */
  isSafe: boolean;
}

/**
 * Tries again where that is safe: what the server refused before it did anything (429), and what changes
 * nothing or is known to the server when it comes again (503, or no whole answer at all). That none came, or
 * too late, is `ConnectionLost` in the end; of files only the beginning can be late.
 */
export function retrying(inner: typeof fetch, of: (request: Request) => Retrying): (request: Request) => Promise<Response> {
  return async (request) => {
    const { seconds, retries, isSafe } = of(request);
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt > retries;
      let pause: number;
      try {
        const response = await inTime(inner, !isLast && request.body !== null ? request.clone() : request, seconds);
        const asked = retryAfter(response);
        const refused = response.status === 429 || (response.status === 503 && isSafe);
        if (!refused || asked === undefined || asked > LONGEST_PAUSE || isLast) return response;
        await response.body?.cancel();
        pause = asked * (1 + 0.1 * Math.random());
      } catch (failure) {
        if (request.signal.aborted) throw failure;
        if (!isSafe || isLast || isHopeless(failure)) throw lost(request, failure);
        pause = backoff(attempt);
      }
      await rest(pause, request.signal);
    }
  };
}

function lost({ method, url }: Request, cause: unknown): ConnectionLost {
  return new ConnectionLost(`${method} ${url}: ${why(cause)}`, { cause });
}

/** What happened, where fetch only says that it failed. */
function why(failure: unknown): string {
  const { message, cause } = failure as { message?: string; cause?: { message?: string; code?: string } };
  const deeper = cause?.message || cause?.code;
  return deeper ? `${message}: ${deeper}` : String(message ?? failure);
}

/** Where another try would end in the same way: a port that fetch does not open, a certificate that does not fit. */
export function isHopeless(failure: unknown): boolean {
  const { message, code } = ((failure as { cause?: unknown }).cause ?? {}) as { message?: string; code?: string };
  return message === "bad port" || /CERT|ERR_TLS|ERR_SSL|ERR_INVALID_URL/.test(code ?? "");
}

/** An answer in JSON is there as a whole. */
async function inTime(inner: typeof fetch, request: Request, seconds: number): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer in ${seconds} seconds`)), milliseconds(seconds));
  const stop = (): void => late.abort(request.signal.reason);
  request.signal.addEventListener("abort", stop, { once: true });
  let isWhole = true;
  try {
    const response = await inner(request, { signal: late.signal, redirect: "manual" });
    const { body, status, statusText, headers } = response;
    isWhole = body === null || (headers.get("content-type") ?? "").includes("json");
    if (body === null) return response;
    const content = isWhole ? await response.arrayBuffer() : told(request, body);
    return new Response(content, { status, statusText, headers });
  } finally {
    clearTimeout(timer);
    if (isWhole) request.signal.removeEventListener("abort", stop);
  }
}

/** The same bytes; that they end early, or pause for too long, is an error of ours. */
function told(request: Request, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing came for ${SILENCE} seconds`)), SILENCE * 1000);
      });
      try {
        const { done, value } = await Promise.race([reader.read(), silence]);
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        controller.error(request.signal.aborted ? cause : lost(request, cause));
        reader.cancel(cause).catch(() => undefined);
      } finally {
        clearTimeout(timer);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** How long a caller still waits for a server that is away. */
export class Patience {
  #failures = 0;
  #lostAt: number | undefined;

  constructor(
    private readonly what: string,
    private readonly seconds = 120,
    private readonly signal?: AbortSignal | undefined,
    /** When nobody waits any more, whatever happens; as `Date.now()` counts. */
    private readonly until = Infinity,
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
      pause = Math.max(pause, cause.retryAfter ?? 0);
    } else if (cause instanceof MirrorNeuronError) throw cause;
    const now = Date.now();
    this.#lostAt ??= now;
    const left = this.#lostAt + this.seconds * 1000 - now;
    if (left <= 0 || isHopeless(cause)) throw new ConnectionLost(`${this.what}: ${why(cause)}`, { cause });
    await rest(Math.min(pause, left / 1000, Math.max(0, this.until - now) / 1000), this.signal); // the last try is at the end of patience
  }
}

/** Seconds before try number attempt + 1: doubled each time, half of it by chance. */
export function backoff(attempt: number): number {
  const longest = Math.min(10, 0.25 * 2 ** Math.min(attempt, 10));
  return longest / 2 + (Math.random() * longest) / 2;
}

/** Milliseconds, as many as timers can count. */
export function milliseconds(seconds: number): number {
  return Math.min(seconds * 1000, 0x7fff_ffff);
}

export function rest(seconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds(seconds));
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

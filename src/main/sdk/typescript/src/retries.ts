import { retryAfter } from "./problem.js";

const TRIES = 4;
const LONGEST_PAUSE = 30;

/**
 * Tries again where that is safe: what the server refused before it did anything (429), and what changes
 * nothing or has a key by which the server knows it again (503, or no answer at all).
 */
export function retrying(inner: typeof fetch): (request: Request) => Promise<Response> {
  return async (request) => {
    const repeatable = ["GET", "HEAD", "PUT"].includes(request.method) || request.headers.has("idempotency-key");
    for (let attempt = 1; ; attempt++) {
      let pause: number;
      try {
        const response = await inner(attempt < TRIES ? request.clone() : request);
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

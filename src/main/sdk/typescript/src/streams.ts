import { BadArgument, Problem, UnreadableAnswer } from "./problem.js";
import { Patience, milliseconds } from "./retries.js";

/** How a stream is followed. */
export interface FollowOptions {
  /** The cursor of the last record already known. */
  after?: string | number | undefined;
  /** Seconds without a connection after which it is given up; 120 unless said. */
  patience?: number | undefined;
  /** Seconds without a sign of life (the server gives one every 15) after which a connection is taken for lost; 50 unless said. */
  silence?: number | undefined;
  /** Ends it by throwing the signal's reason: an `AbortError` unless one was given to `abort`. */
  signal?: AbortSignal | undefined;
}

interface ServerEvent {
  name: string;
  id: string | undefined;
  data: string;
}

/** Server-sent events out of bytes that come in pieces; what was cut off before its blank line is forgotten. */
export class Parser {
  readonly #decoder = new TextDecoder();
  #pieces: string[] = [];
  #wasReturn = false;
  #event: ServerEvent = { name: "message", id: undefined, data: "" };
  #hasData = false;

  *feed(piece: Uint8Array): Generator<ServerEvent> {
    const came = this.#decoder.decode(piece, { stream: true });
    if (came === "") return; // a part of a character
    const text = this.#wasReturn && came.startsWith("\n") ? came.slice(1) : came;
    this.#wasReturn = came.endsWith("\r");
    this.#pieces.push(text);
    if (!/[\r\n]/.test(text)) return; // a long line is put together once
    const lines = this.#pieces.join("").split(/\r\n|\r|\n/);
    this.#pieces = [lines.pop() ?? ""];
    for (const line of lines) {
      if (line !== "") {
        this.#field(line);
        continue;
      }
      if (this.#hasData) yield this.#event;
      this.#event = { name: "message", id: undefined, data: "" };
      this.#hasData = false;
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event.name = value;
    else if (name === "id") this.#event.id = value;
    else if (name === "data") {
      this.#event.data += (this.#hasData ? "\n" : "") + value;
      this.#hasData = true;
    }
  }
}

/** Seconds: silence longer than three heartbeats is a lost connection. */
export const SILENCE = 50;

/** The records of a stream, each once, over as many connections as it takes, until the server says that it is over. */
export async function* follow<T>(
  open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>,
  what: string,
  { after, patience: seconds, silence = SILENCE, signal }: FollowOptions,
): AsyncGenerator<T, void, undefined> {
  const patience = new Patience(what, seconds, signal);
  let cursor = after === undefined ? undefined : String(after);
  if (cursor !== undefined && !/^[ -~]*$/.test(cursor)) throw new BadArgument(`${JSON.stringify(cursor)} can be no cursor`);
  for (;;) {
    const connection = new AbortController();
    const stop = (): void => connection.abort(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(new Error("the stream is silent")), milliseconds(silence));
    };
    try {
      signal?.throwIfAborted();
      alive();
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (cursor !== undefined) headers["last-event-id"] = cursor;
      const response = await open(headers, connection.signal);
      if (!response.ok) throw await Problem.of(response);
      if (response.status === 204) return; // nothing follows what is known
      const type = response.headers.get("content-type") ?? "nothing of a known type";
      if (!type.startsWith("text/event-stream") || response.body === null) throw new Error(`no stream comes, but ${type}`);
      patience.connected();
      const parser = new Parser();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) throw new Error("the stream ended early");
        alive();
        for (const event of parser.feed(value)) {
          if (event.name === "end") return;
          if (event.name === "error") throw new Error("the server could not read the stream: " + event.data);
          const record = parsed<T>(event.data);
          cursor = event.id ?? cursor;
          patience.gotOn();
          clearTimeout(timer); // whoever takes long over a record is not the server's silence
          yield record;
          alive();
        }
      }
    } catch (cause) {
      await patience.lost(cause);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      connection.abort();
    }
  }
}

/** A record, which is JSON whatever else may come. */
export function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new UnreadableAnswer("a record that cannot be read: " + text.slice(0, 200), { cause });
  }
}

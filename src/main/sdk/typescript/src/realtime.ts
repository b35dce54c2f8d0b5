import { MirrorNeuronError, Unauthorized, UnreadableAnswer } from "./problem.js";
import { type RunRecord, unwrapped } from "./records.js";
import { Patience, milliseconds } from "./retries.js";
import type { Event, LaunchNews, RealtimeMessage, ResourcePage, RunStreamRecord, WorkflowProgress } from "./schema.js";
import { type FollowOptions, SILENCE, parsed } from "./streams.js";

/** Behind how many messages the server is told, where nobody waits for more. */
const ACKNOWLEDGED_AT_ONCE = 100;
const REFUSED = 1008;

/** Names of topics, or for each the cursor of the last record already known (`undefined` for none). */
export type Topics = string | readonly string[] | Readonly<Record<string, string | number | undefined>>;

export interface RealtimeOptions extends Omit<FollowOptions, "after" | "silence"> {
  /** Seconds without a sign of life after which a socket is taken for lost; the server is told to give three in that time. */
  silence?: number | undefined;
  /** `acknowledge` is called for what is done with; unless said a message counts as such when the next is asked for. */
  byHand?: boolean | undefined;
}

/** A record of a topic (`patch`), or without one the topic's end. */
export type TopicMessage = RealtimeMessage & { topic: string; version: number };

/** What the records of each kind of topic are; a topic is `KIND:ID`, perhaps with parameters of its stream. */
export interface Patches {
  job_events: Event;
  workflow_progress: WorkflowProgress;
  run: RunRecord;
  resources: ResourcePage["data"][number];
  launch_progress: LaunchNews["data"][number];
}

const KINDS: readonly (keyof Patches)[] = ["job_events", "workflow_progress", "run", "resources", "launch_progress"];

/** The record of a message of a topic of this kind, as the follower of the kind gives it; undefined for other topics, and at the end. */
export function patchOf<K extends keyof Patches>({ topic, patch }: TopicMessage, kind: K): Patches[K] | undefined {
  if (patch === undefined || topic.split(":", 1)[0] !== kind) return undefined;
  return (kind === "run" ? unwrapped(patch as RunStreamRecord) : patch) as Patches[K];
}

/** As much of a WebSocket as is needed; the class of the package ws has it too. */
export interface Socket {
  readonly readyState: number;
  // what comes is read with care: the classes that there are have events of their own
  addEventListener(type: "open" | "error" | "message" | "close", listener: (event: any) => void): void;
  send(text: string): void;
  close(): void;
}

export type SocketClass = new (url: string) => Socket;

/** The server does not give a topic: there is none of this name, or not for this caller. */
export class TopicRefused extends MirrorNeuronError {
  override name = "TopicRefused";

  constructor(
    readonly topic: string,
    /** The word for programs, for example `TOPIC_NOT_FOUND`. */
    readonly code: string,
    detail: string,
  ) {
    const isKnown = KINDS.some((kind) => topic.startsWith(kind + ":"));
    super(`${code} ${topic}: ${detail}${isKnown ? "" : ` (topics are ${KINDS.map((kind) => kind + ":ID").join(", ")})`}`);
  }
}

/** What a socket is opened with. */
export interface Opening {
  /** For people. */
  url: string;
  /** @param interval seconds between heartbeats */
  open(interval: number): Socket;
  /** Asks without a socket, as sockets do not tell why they are refused; throws a Problem then. */
  probe(signal: AbortSignal): Promise<void>;
}

/**
 * Many streams over one WebSocket, each record once, over as many sockets as it takes, until all of them have
 * ended. Of each topic the server sends 1000 messages at most that are not acknowledged, so who is slow is waited for.
 * It can be gone through once.
 */
export class Realtime implements AsyncIterable<TopicMessage> {
  readonly #open = new Map<string, string | number | undefined>();
  readonly #acknowledged = new Map<string, number>();
  readonly #untold = new Map<string, number>();
  readonly #messages: AsyncGenerator<TopicMessage, void, undefined>;
  #count = 0;
  #inbox: Inbox | undefined;

  constructor(opening: Opening, topics: Topics, options: RealtimeOptions) {
    const names = typeof topics === "string" ? [topics] : topics;
    for (const [name, after] of Array.isArray(names) ? names.map((name: string) => [name, undefined] as const) : Object.entries(names)) {
      this.#open.set(name, after as string | number | undefined);
    }
    this.#messages = this.#all(opening, options);
  }

  [Symbol.asyncIterator](): AsyncGenerator<TopicMessage, void, undefined> {
    return this.#messages;
  }

  /** Up to this message all of its topic is done with. */
  acknowledge({ topic, version }: TopicMessage): void {
    if (version <= (this.#acknowledged.get(topic) ?? -1)) return;
    this.#acknowledged.set(topic, version);
    if (!this.#open.has(topic)) return;
    this.#untold.set(topic, version);
    if (++this.#count >= ACKNOWLEDGED_AT_ONCE || this.#inbox?.isAwaited) this.#tell();
  }

  /** What was acknowledged last of each topic: with it as `topics` another goes on. */
  get cursors(): Record<string, number> {
    return Object.fromEntries(this.#acknowledged);
  }

  async *#all(opening: Opening, options: RealtimeOptions): AsyncGenerator<TopicMessage, void, undefined> {
    const { byHand = false, silence = SILENCE, signal } = options;
    const patience = new Patience(opening.url, options.patience, signal);
    while (this.#open.size > 0) {
      try {
        signal?.throwIfAborted();
        this.#inbox = new Inbox(opening.open(Math.max(0.25, Math.min(15, silence / 3))), silence, signal);
        await this.#subscribe(this.#inbox, opening, silence);
        patience.connected();
        while (this.#open.size > 0) {
          const message = this.#accept(await this.#next(this.#inbox));
          if (message === undefined) continue;
          patience.gotOn();
          yield message;
          if (!byHand) this.acknowledge(message);
        }
      } catch (cause) {
        this.#inbox?.close();
        await patience.lost(cause);
      } finally {
        this.#inbox?.close();
        this.#untold.clear();
        this.#count = 0;
      }
    }
  }

  async #subscribe(inbox: Inbox, opening: Opening, silence: number): Promise<void> {
    try {
      await inbox.opened;
    } catch (cause) {
      await opening.probe(AbortSignal.timeout(milliseconds(silence)));
      throw cause;
    }
    for (const [topic, after] of this.#open) {
      inbox.send({ action: "subscribe", topic, ...(after !== undefined && { after }), ack: true, requestId: topic });
    }
  }

  #next(inbox: Inbox): Promise<RealtimeMessage> {
    if (inbox.isEmpty) this.#tell();
    return inbox.next();
  }

  #tell(): void {
    for (const [topic, version] of this.#untold) this.#inbox?.send({ action: "ack", topic, version, requestId: "ack" });
    this.#untold.clear();
    this.#count = 0;
  }

  #accept(message: RealtimeMessage): TopicMessage | undefined {
    const { topic, version } = message;
    if (message.patch === undefined && message.type === "error" && message.requestId !== "ack") {
      if (message.code === "UNAVAILABLE") throw new Error(message.message);
      throw new TopicRefused(topic ?? "", message.code ?? "", message.message ?? "");
    }
    if (topic === undefined || version === undefined || !this.#open.has(topic)) return undefined; // a heartbeat, or of the future
    if (message.patch !== undefined) this.#open.set(topic, version);
    else if (message.type === "end") this.#open.delete(topic);
    else return undefined;
    return { ...message, topic, version };
  }
}

/** What has come over a socket, until it is taken. */
class Inbox {
  readonly opened: Promise<void>;
  readonly #waiting: RealtimeMessage[] = [];
  #heard = Date.now();
  #closed: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly silence: number,
    signal: AbortSignal | undefined,
  ) {
    const stop = (): void => this.#close(signal?.reason as Error);
    signal?.addEventListener("abort", stop, { once: true });
    socket.addEventListener("open", () => this.#wake?.());
    socket.addEventListener("error", () => this.#close(new Error("the socket failed"))); // not each Node says that it is closed then
    socket.addEventListener("message", ({ data }: { data: unknown }) => {
      this.#heard = Date.now();
      try {
        const message = parsed<RealtimeMessage | null>(String(data));
        if (message === null || typeof message !== "object") throw new UnreadableAnswer("a message that is none");
        if (message.type !== "heartbeat" || message.patch !== undefined) this.#waiting.push(message);
      } catch (failure) {
        this.#close(failure as Error);
      }
      this.#wake?.();
    });
    socket.addEventListener("close", ({ code, reason }: { code: number; reason: string }) => {
      signal?.removeEventListener("abort", stop);
      this.#close(code === REFUSED ? new Unauthorized(401, { error: reason, detail: "the server closed the socket" }, undefined) : new Error(`the socket was closed (${code})`));
    });
    this.opened = this.#until(() => socket.readyState !== WebSocketState.CONNECTING).then(() => {
      if (this.#closed) throw this.#closed;
    });
    this.opened.catch(() => undefined); // whoever awaits it is told
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Is somebody waiting for the next message now? */
  get isAwaited(): boolean {
    return this.#wake !== undefined;
  }

  async next(): Promise<RealtimeMessage> {
    await this.#until(() => this.#waiting.length > 0);
    const message = this.#waiting.shift();
    if (message === undefined) throw this.#closed!;
    return message;
  }

  send(message: Record<string, unknown>): void {
    if (this.socket.readyState === WebSocketState.OPEN) this.socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#close(new Error("the socket was left"));
  }

  #close(why: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    this.socket.close();
    this.#wake?.();
  }

  /** Until it is so, or the socket is closed, or silent for too long. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && this.#closed === undefined) {
      const left = this.#heard + this.silence * 1000 - Date.now();
      if (left <= 0) {
        this.#close(new Error("the socket is silent"));
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 0x7fff_ffff));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
  }
}

const WebSocketState = { CONNECTING: 0, OPEN: 1 } as const;

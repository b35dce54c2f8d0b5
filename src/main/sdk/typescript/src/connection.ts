import createClient, { type Client } from "openapi-fetch";
import { SECONDS } from "./limits.js";
import { BadArgument, MirrorNeuronError, Problem, UnreadableAnswer } from "./problem.js";
import type { Opening, SocketClass } from "./realtime.js";
import { type Retrying, retrying } from "./retries.js";
import type { paths } from "./schema.js";
import { type FollowOptions, follow } from "./streams.js";

/** Seconds for all that is as large as somebody's files. */
const LARGE = 600;

/** What the server knows again when it comes twice, beside what has an idempotency key. */
const COUNTS_ONCE = "/runs/{run_id}/human/{request_id}/response";

const UPGRADE_REQUIRED = 426;

export interface Options {
  /** The server's address, with or without `/api/v1`; in a page unless said the one that it came from. */
  url?: string | undefined;
  token?: string | undefined;
  /** Seconds in which an answer comes, beside those that the contract allows the server for some calls; 30 unless said. */
  timeout?: number | undefined;
  /** How often a call is sent again, where that is safe, before it fails; 3 unless said. */
  retries?: number | undefined;
  /** Sent with every request, for example for a proxy. */
  headers?: Record<string, string> | undefined;
  /** In place of the global one: with it come proxies and certificates of your own. */
  fetch?: typeof fetch | undefined;
  /** In place of the global one, which Node has from 22 on, for `realtime`; that of the package ws fits. */
  WebSocket?: SocketClass | undefined;
}

/** How requests get to one server. */
export class Connection {
  readonly url: string;
  readonly api: Client<paths>;
  readonly #headers: Record<string, string>;
  readonly #fetch: typeof fetch;
  readonly #token: string | undefined;
  readonly #sockets: SocketClass | undefined;

  constructor({ url, token, timeout = 30, retries = 3, headers, fetch: given, WebSocket: sockets }: Options) {
    this.url = address(url ?? globalThis.location?.origin ?? "http://localhost:54001");
    if (token && !/^[!-~]+$/.test(token)) throw new BadArgument("the token has a character that no header may have");
    this.#headers = { ...headers, ...(token && { authorization: `Bearer ${token}` }) };
    this.#fetch = given ?? ((input, init) => globalThis.fetch(input, init));
    this.#token = token;
    this.#sockets = sockets;
    const calls = new WeakMap<Request, Retrying>();
    this.api = readable(createClient<paths>({
      baseUrl: this.url,
      headers: { accept: "application/json, */*;q=0.5", ...this.#headers }, // else what can be followed is a stream
      fetch: retrying(this.#fetch, (request) => calls.get(request) ?? { seconds: timeout, retries, isSafe: false }),
    }));
    this.api.use({
      onRequest({ request, schemaPath, params }) {
        Object.values(params.path ?? {}).forEach((id) => segment(id));
        const isFile = request.body !== null && !(request.headers.get("content-type") ?? "").includes("json");
        const seconds = isFile ? Math.max(LARGE, timeout) : timeout + (SECONDS[`${request.method} ${schemaPath}`] ?? 0);
        const isSafe = ["GET", "HEAD", "PUT"].includes(request.method) || request.headers.has("idempotency-key") || schemaPath === COUNTS_ONCE;
        calls.set(request, { seconds, retries, isSafe });
      },
      async onResponse({ response }) {
        if (!response.ok) throw await Problem.of(response);
        return undefined;
      },
    });
  }

  /** Sends one request, once. */
  send(path: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return this.#fetch(this.url + path, { redirect: "manual", headers: { ...this.#headers, ...headers }, ...(signal && { signal }) });
  }

  follow<T>(path: string, options: FollowOptions): AsyncGenerator<T, void, undefined> {
    return follow<T>((headers, signal) => this.send(path, headers, signal), this.url + path, options);
  }

  get opening(): Opening {
    return {
      url: `${this.url}/realtime`,
      open: (interval) => {
        const Socket = this.#sockets ?? (globalThis.WebSocket as SocketClass | undefined);
        if (Socket === undefined) {
          throw new MirrorNeuronError("there is no WebSocket here: give one as the option WebSocket (package ws), or take Node 22 or newer");
        }
        const query = `interval=${interval}${this.#token ? "&token=" + encodeURIComponent(this.#token) : ""}`;
        return new Socket(`${this.url.replace(/^http/, "ws")}/realtime?${query}`);
      },
      probe: async (signal) => {
        const response = await this.send("/realtime", {}, signal);
        if (response.status !== UPGRADE_REQUIRED) throw await Problem.of(response);
        await response.body?.cancel();
      },
    };
  }
}

/** An id in a path; what would be another path is said. */
export function segment(id: unknown): string {
  if (id === undefined || id === null || ["", ".", ".."].includes(String(id))) throw new BadArgument(`${id === "" ? '""' : String(id)} can be no id`);
  return encodeURIComponent(String(id));
}

/** Says as an error of ours that an answer is no JSON. */
function readable(api: Client<paths>): Client<paths> {
  const calls = api as unknown as Record<string, (path: string, ...options: unknown[]) => Promise<unknown>>;
  for (const method of ["GET", "PUT", "POST", "DELETE", "PATCH"]) {
    const call = calls[method]!;
    calls[method] = (path, ...options) =>
      call(path, ...options).catch((cause: unknown) => {
        throw cause instanceof SyntaxError ? new UnreadableAnswer(`${method} ${path}: ${cause.message}`, { cause }) : cause;
      });
  }
  return api;
}

/** Of the API; what cannot be one is said at once. */
function address(given: string): string {
  let url: URL | undefined;
  try {
    url = new URL(given);
  } catch {
    url = undefined;
  }
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw new BadArgument(`${given} is no address of a server: it is like http://localhost:54001`);
  }
  const plain = given.trim().replace(/\/+$/, "");
  return plain.endsWith("/api/v1") ? plain : plain + "/api/v1";
}

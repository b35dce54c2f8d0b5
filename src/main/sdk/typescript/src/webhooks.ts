import { BadArgument, NotVerified } from "./problem.js";
import type { TriggerEvent } from "./schema.js";

/** Seconds that a signature is good for. */
const TOLERANCE = 300;
const text = new TextEncoder();

/**
 * The event in a request to the target of a webhook, whose `secret` this is. `body` is as it came. It may come twice: take each
 * `event_id` once. Throws NotVerified for what the server did not send, and for what is older than five minutes,
 * BadArgument for what can be no secret.
 */
export async function verifiedEvent(
  secret: string,
  headers: Headers | Record<string, string | string[] | undefined>,
  body: string | Uint8Array,
): Promise<TriggerEvent> {
  const told = new Map([...(headers instanceof Headers ? headers : Object.entries(headers))].map(([name, one]) => [name.toLowerCase(), String(one)]));
  const time = told.get("webhook-timestamp") ?? "";
  if (!/^\d+$/.test(time) || Math.abs(Date.now() / 1000 - Number(time)) > TOLERANCE)
    throw new NotVerified("the webhook-timestamp is missing, or more than five minutes away from the time here");
  const content = typeof body === "string" ? text.encode(body) : body;
  const signed = new Uint8Array([...text.encode(`${told.get("webhook-id")}.${time}.`), ...content]);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  for (const one of (told.get("webhook-signature") ?? "").split(" ")) {
    if (one.startsWith("v1,") && (await crypto.subtle.verify("HMAC", key, decoded(one.slice(3)), signed))) return read(content);
  }
  throw new NotVerified("no webhook-signature is one of this body with this secret");
}

function read(content: Uint8Array): TriggerEvent {
  try {
    const event: unknown = JSON.parse(new TextDecoder().decode(content));
    if (typeof event === "object" && event !== null && !Array.isArray(event)) return event as TriggerEvent;
  } catch {
    // told below
  }
  throw new NotVerified("the body is no event");
}

function bytes(secret: string): Uint8Array<ArrayBuffer> {
  const key = secret.startsWith("whsec_") ? decoded(secret.slice(6)) : text.encode(secret);
  if (key.length === 0) throw new BadArgument("the secret is empty, or no base64 behind whsec_");
  return key;
}

/** Nothing of what is no base64. */
function decoded(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

export { MirrorNeuron, value } from "./client.js";
export type { Options, SubmitOptions, WaitOptions } from "./client.js";
export { Conflict, ConnectionLost, Forbidden, Invalid, MirrorNeuronError, NotFound, Problem, TooBusy, Unauthorized } from "./problem.js";
export { Realtime, TopicRefused } from "./realtime.js";
export type { RealtimeOptions, TopicMessage, Topics } from "./realtime.js";
export { TimedOut } from "./retries.js";
export type { FollowOptions } from "./streams.js";
export type * from "./schema.js";

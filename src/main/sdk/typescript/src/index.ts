export { MirrorNeuron, value } from "./client.js";
export type { Options, SubmitOptions, WaitOptions } from "./client.js";
export { ConnectionLost, MirrorNeuronError, Problem } from "./problem.js";
export type { FollowOptions } from "./streams.js";
export type * from "./schema.js";

package io.mirrorneuron.runtime.remote;

/** What follows a step of following a program on another node. */
enum RemoteStep {
  /** The next one, at once. */
  STEP,
  /** The next one, after a pause; at once when it was left. */
  PAUSE,
  /** The next one, once its outcome is recorded, or after some time. */
  RECORD,
  /** Nothing. */
  NONE
}

package io.mirrorneuron.port;

/**
 * Answer to a dead letter that was delivered again; {@code replayed} is true.
 *
 * @param agentId who has the message now
 * @param index of the dead letter among those of the job, from 0
 */
public record ReplayedLetter(boolean replayed, String jobId, String agentId, int index) {}

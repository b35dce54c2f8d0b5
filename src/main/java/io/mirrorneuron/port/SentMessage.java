package io.mirrorneuron.port;

/** Answer to a message that is durable now; {@code accepted} is true. */
public record SentMessage(boolean accepted, String jobId, String agentId, String messageId) {}

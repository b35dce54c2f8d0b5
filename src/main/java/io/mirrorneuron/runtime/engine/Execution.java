package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * One run of an executor's program for one message.
 *
 * @param executionId unique for each start, also across restarts of the server
 * @param runId the run-store id of the job
 * @param config the node's {@code config} object
 * @param message the full message: {@code {envelope, headers, body, artifacts, stream}}
 * @param agentState the agent's private state, or a null node
 * @param workflow the {@code workflow} member of the context file; empty without a ledger
 * @param payloads the bundle's payload folder, or null when the bundle has no files
 * @param attempt 1 for the first try of this message
 */
public record Execution(
    String executionId,
    String jobId,
    String runId,
    String agentId,
    String agentType,
    String templateType,
    ObjectNode config,
    ObjectNode message,
    JsonNode agentState,
    ObjectNode workflow,
    Path payloads,
    int attempt) {}

package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.runtime.workflow.AgentSettings.Completion;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask;
import io.mirrorneuron.runtime.workflow.AgentSettings.Retry;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.stream.Collectors;

/** Reads the members of a node's {@code config} that the engine uses. */
final class AgentConfig {
  private static final int BACKOFF_MS = 500;
  private static final List<String> REPEATABLE =
      List.of("safe_to_retry", "idempotent", "idempotency_key", "recovery_idempotency_key");

  /** Members for agents of every type; all other members are the author's own. */
  static final Members MEMBERS =
      Members.open()
          .with(Shape.BOOLEAN, "complete_on_message", "complete_run", "terminal_sink")
          .with(Shape.BOOLEAN, "collect_all")
          .with(Shape.BOOLEAN, "complete_job", "complete_job?")
          .with(Shape.COUNT, "complete_after")
          .with(Shape.NAME, "emit_type", "output_message_type")
          .with(null, "constraints")
          .meaning("placement_requirements beside config", "placement_requirements")
          .meaning("services beside config", "services")
          .meaning("requires_services beside config", "requires_services", "requiresServices");

  private AgentConfig() {}

  /**
   * @param config with the new word for {@code complete_run}; wrong members were reported before,
   *     and count as absent
   * @param human question to people, or null
   */
  static AgentSettings read(ObjectNode config, HumanTask human) {
    JsonNode output = config.path("output_message_type");
    return new AgentSettings(
        config.path("emit_type").asText(null),
        output.asText(null),
        output.isNull(),
        new Completion(
            flag(config, "complete_on_message"),
            config.path("complete_after").asInt(),
            flag(config, "collect_all"),
            flag(config, "complete_run")),
        new Retry(
            config.path("max_attempts").asInt(),
            config.path("retry_backoff_ms").asLong(BACKOFF_MS),
            Json.elements(config.path("no_retry_exit_codes"))
                .map(JsonNode::asInt)
                .collect(Collectors.toSet())),
        config.path("pool").asText("default"),
        config.path("pool_slots").asInt(1),
        config.path("startup_delay_ms").asLong(),
        REPEATABLE.stream().anyMatch(config::hasNonNull),
        human);
  }

  private static boolean flag(ObjectNode config, String member) {
    return config.path(member).asBoolean();
  }
}

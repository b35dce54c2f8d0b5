package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.DeployedBy;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.wire.Json;
import java.util.Map;

/**
 * The deployment by whose doing a job is what it is, as its record tells it; {@code grpc.md} 5.2.
 *
 * @param phase {@code changing} while some of its agents are to become others, else {@code settled}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobDeployment(
    String deploymentId,
    String deploymentKey,
    String deploymentVersion,
    String deploymentRole,
    Map<String, Object> deploymentPolicy,
    String phase) {

  /** Nothing where no deployment has made or changed the job. */
  static void put(ObjectNode job, JobDefinition definition) {
    DeployedBy by = definition.by();
    if (by != null) {
      job.set(
          "deployment",
          Json.MAPPER.valueToTree(
              new JobDeployment(
                  by.deploymentId(),
                  by.key(),
                  by.version(),
                  by.role(),
                  by.policy() == null ? null : by.policy().told(),
                  definition.pending() == null ? "settled" : "changing")));
    }
  }
}

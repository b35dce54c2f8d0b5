package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.runtime.state.StoredDefinition;
import io.mirrorneuron.wire.Json;
import java.util.Set;

/** Changes agents of the jobs that are open on this node. */
public final class LocalChanges implements AgentChanges {
  private final JobAccess access;

  public LocalChanges(JobAccess access) {
    this.access = access;
  }

  @Override
  public String redefine(String jobId, String order) {
    var change =
        Json.read(order, StoredDefinition.Order.class, "order_json")
            .understood(access.manifests()::parse);
    return Answers.await(access.engine().definitions().redefine(jobId, change)).word();
  }

  @Override
  public String play(String jobId, String role) {
    return Answers.await(access.engine().definitions().play(jobId, role)).word();
  }

  @Override
  public String retire(String jobId, Set<String> spared, String reason) {
    return Answers.await(access.engine().definitions().retire(jobId, spared, reason)).word();
  }
}

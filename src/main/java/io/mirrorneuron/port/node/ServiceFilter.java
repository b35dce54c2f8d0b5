package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Which instances of services somebody wants; null is any.
 *
 * @param tags all of which an instance must have
 * @param passingOnly null leaves it to the question: a list has all, and what is resolved passes
 * @param deploymentRole null is none, or the primary one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceFilter(
    String name,
    String node,
    String jobId,
    String agentId,
    String status,
    List<String> tags,
    Boolean passingOnly,
    String deploymentRole) {
  public ServiceFilter {
    tags = tags == null ? List.of() : List.copyOf(tags);
  }

  /** Any with these tags. */
  public static ServiceFilter tagged(List<String> tags, boolean passingOnly) {
    return new ServiceFilter(null, null, null, null, null, tags, passingOnly, null);
  }
}

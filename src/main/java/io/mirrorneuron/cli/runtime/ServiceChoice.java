package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.port.node.ServiceFilter;
import java.util.List;
import picocli.CommandLine.Option;

/** Which instances of services are shown. */
final class ServiceChoice {
  @Option(names = "--node", paramLabel = "NODE", description = "Only those of this node.")
  private String node;

  @Option(names = "--tag", paramLabel = "TAG", description = "With this tag, each of them.")
  private List<String> tags;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "Of their job in a deployment: primary, candidate or retired.")
  private String role;

  @Option(names = "--all", description = "Also those that do not pass.")
  private boolean all;

  /** Null is any. */
  ServiceFilter filter(String name, String jobId, String status) {
    return new ServiceFilter(name, node, jobId, null, status, tags, !all, role);
  }
}

package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.HostedPrograms;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The endpoint of this node for other nodes on the same store.
 *
 * @param token required of callers; if not set, none is admitted
 * @param owner this node as the owner of jobs: commands for another owner are refused
 * @param jobs of this node alone, so that no call is forwarded twice
 * @param changes of the agents of those jobs
 * @param programs remote tasks here
 * @param reads what they may read; available once the areas serve
 * @param opened receives the address of the open port, {@code host:port}
 * @param describes receives the source of this node's record, which other nodes see
 */
public record NodeEndpoint(
    Secret token,
    String owner,
    JobsPort jobs,
    AgentChanges changes,
    HostedPrograms programs,
    DeferredReads reads,
    Consumer<String> opened,
    Consumer<Supplier<String>> describes) {}

package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.HostedPrograms;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What other nodes on the same store may ask of this one.
 *
 * @param token that they show; nobody can when it is not set
 * @param owner this node as the owner of jobs: commands for another one are not for it
 * @param jobs of this node alone, so that nothing is passed on twice
 * @param changes of the agents of those jobs
 * @param programs what this node runs for jobs of others
 * @param reads what they may read; open when the areas serve
 * @param opened is told where the door is open, {@code host:port}
 * @param describes is told what makes the record of this node, which others see
 */
public record NodeEndpoint(
    Secret token,
    String owner,
    JobsPort jobs,
    AgentChanges changes,
    HostedPrograms programs,
    OpenReads reads,
    Consumer<String> opened,
    Consumer<Supplier<String>> describes) {}

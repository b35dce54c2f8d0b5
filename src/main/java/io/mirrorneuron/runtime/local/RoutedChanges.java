package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.AgentChanges;
import java.util.Set;
import java.util.function.Function;

/** Changes agents of jobs of all nodes, by the node on which the job is open. */
public final class RoutedChanges implements AgentChanges {
  private final AgentChanges here;
  private final PeerJobs peers;
  private final OwnerCalls owners;

  /**
   * @param here changes the jobs of this node alone
   */
  public RoutedChanges(AgentChanges here, JobAccess access, RoutedJobs.Neighbours others) {
    this.here = here;
    this.peers = others.peers();
    this.owners = new OwnerCalls(access, others);
  }

  @Override
  public String redefine(String jobId, String order) {
    return command(jobId, changes -> changes.redefine(jobId, order));
  }

  @Override
  public String play(String jobId, String role) {
    return command(jobId, changes -> changes.play(jobId, role));
  }

  @Override
  public String retire(String jobId, Set<String> spared, String reason) {
    return command(jobId, changes -> changes.retire(jobId, spared, reason));
  }

  private String command(String jobId, Function<AgentChanges, String> command) {
    try {
      return command.apply(here);
    } catch (MnException refused) {
      if (!refused.error().equals(PeerJobs.NOT_OWNER)) {
        throw refused;
      }
    }
    return owners.ask(jobId, here, peers::changesAt, command);
  }
}

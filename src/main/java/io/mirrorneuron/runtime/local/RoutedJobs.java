package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobPlan;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.ReplayedLetter;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.port.JobsPort.SentMessage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.function.Function;

/**
 * The jobs of all nodes on one store. Calls that need the owner of an open job go to its node; all
 * others are served here. A node that is alone asks no other and reads nothing in addition.
 */
public final class RoutedJobs implements JobsPort {
  private final JobsPort here;
  private final PeerJobs peers;
  private final OwnerCalls owners;
  private final DeadLetters letters;

  /**
   * The other nodes, as this one sees them.
   *
   * @param owner this node as the owner of jobs
   */
  public record Neighbours(String owner, NodeRegistry nodes, PeerJobs peers) {}

  /**
   * @param here the jobs of this node alone
   */
  public RoutedJobs(JobsPort here, JobAccess access, Neighbours others) {
    this.here = here;
    this.peers = others.peers();
    this.owners = new OwnerCalls(access, others);
    this.letters = new DeadLetters(access.engine(), access.history());
  }

  private <T> T command(String jobId, Function<JobsPort, T> command) {
    try {
      return command.apply(here);
    } catch (MnException refused) {
      if (!refused.error().equals(PeerJobs.NOT_OWNER)) {
        throw refused;
      }
    }
    return owners.ask(jobId, here, peers::at, command);
  }

  @Override
  public String cancel(String jobId, String by, String reason) {
    return command(jobId, jobs -> jobs.cancel(jobId, by, reason));
  }

  @Override
  public String pause(String jobId, boolean drain, String by) {
    return command(jobId, jobs -> jobs.pause(jobId, drain, by));
  }

  @Override
  public String resume(String jobId, String by) {
    return command(jobId, jobs -> jobs.resume(jobId, by));
  }

  @Override
  public SentMessage send(String jobId, String agentId, ObjectNode message) {
    return command(jobId, jobs -> jobs.send(jobId, agentId, message));
  }

  /** The message has an id, so it counts once. */
  @Override
  public ReplayedLetter replayDeadLetter(String jobId, int index) {
    try {
      return here.replayDeadLetter(jobId, index);
    } catch (MnException refused) {
      if (!refused.error().equals(PeerJobs.NOT_OWNER)) {
        throw refused;
      }
    }
    return letters.replay(jobId, index, (to, message) -> send(jobId, to, message.json()));
  }

  @Override
  public Backup backup(String jobId) {
    return command(jobId, jobs -> jobs.backup(jobId));
  }

  @Override
  public ForkedJob fork(String jobId, ForkRequest request) {
    return command(jobId, jobs -> jobs.fork(jobId, request));
  }

  @Override
  public ObjectNode decide(String jobId, HumanDecision decision) {
    return command(jobId, jobs -> jobs.decide(jobId, decision));
  }

  @Override
  public SubmittedJob submit(Submission submission) {
    return here.submit(submission);
  }

  @Override
  public Validation validate(Submission submission) {
    return here.validate(submission);
  }

  @Override
  public JobPlan plan(Submission submission) {
    return here.plan(submission);
  }

  @Override
  public RestoredJob restore(Backup backup, String blueprintId, String runId, String by) {
    return here.restore(backup, blueprintId, runId, by);
  }

  @Override
  public int clear(String adminToken, List<String> jobIds) {
    return here.clear(adminToken, jobIds);
  }

  @Override
  public JobDetail get(String jobId) {
    return here.get(jobId);
  }

  @Override
  public JobDetail brief(String jobId) {
    return here.brief(jobId);
  }

  /** Only the owner of the job knows why its programs wait. */
  @Override
  public Why why(String jobId) {
    Why stored = here.why(jobId);
    return stored.isOver()
        ? stored
        : owners.look(jobId, stored, there -> peers.at(there).why(jobId), stored::notOf);
  }

  @Override
  public JobPage list(JobPage.Query query) {
    return here.list(query);
  }

  @Override
  public EventPage events(String jobId, long after, int limit) {
    return here.events(jobId, after, limit);
  }

  @Override
  public EventPage lastEvents(String jobId, int limit) {
    return here.lastEvents(jobId, limit);
  }

  @Override
  public Subscription watch(String jobId, Runnable onChange) {
    return here.watch(jobId, onChange);
  }
}

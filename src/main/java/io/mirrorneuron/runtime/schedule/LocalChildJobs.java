package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.runtime.local.JobIds;
import io.mirrorneuron.runtime.local.OrderedJobs;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Child jobs of the runtime in this process. */
public record LocalChildJobs(OrderedJobs derived, JobsPort jobs) implements ChildJobs {
  private static final Logger LOG = LoggerFactory.getLogger(LocalChildJobs.class);
  private static final int MOST_ASKED = 5;

  /** The cause that {@link Why} reports for a wait for a person. */
  private static final String PERSON = "person";

  @Override
  public Kept keep(String schedule, Submission submission) {
    OrderedJobs.Kept kept = derived.keep(schedule, submission);
    return new Kept(kept.bundle(), kept.graphId());
  }

  @Override
  public List<String> entrypoints(String manifest) {
    return derived.entrypoints(manifest);
  }

  @Override
  public String jobId(String graphId, long millis, String hex) {
    return JobIds.jobId(graphId, millis, hex);
  }

  @Override
  public void make(Order order) {
    derived.make(
        new OrderedJobs.Order(
            order.schedule(),
            order.jobId(),
            order.key(),
            order.manifest(),
            order.bundle(),
            order.by(),
            null,
            order.atOnce()));
  }

  @Override
  public Set<String> open(List<String> jobIds) {
    return derived.open(jobIds);
  }

  /** Asks the node of each job, so only for a few jobs. */
  @Override
  public Map<String, String> asking(Collection<String> jobIds) {
    Map<String, String> asking = new LinkedHashMap<>();
    for (String id : jobIds.stream().limit(MOST_ASKED).toList()) {
      try {
        Why why = jobs.why(id);
        if (why.isForPeople()) {
          why.explanations().stream()
              .filter(one -> PERSON.equals(one.cause()))
              .findFirst()
              .ifPresent(one -> asking.put(id, one.text()));
        }
      } catch (MnException e) {
        LOG.debug("what job {} waits for is not known now", id, e);
      }
    }
    return asking;
  }

  @Override
  public boolean made(String jobId) {
    return derived.made(jobId);
  }

  @Override
  public void cancel(String jobId, String reason) {
    jobs.cancel(jobId, null, reason);
  }

  @Override
  public boolean isCancelled(String jobId, String reason) {
    return derived.isCancelled(jobId, reason);
  }
}

package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.local.DerivedJobs;
import io.mirrorneuron.runtime.local.JobIds;
import java.util.List;
import java.util.Set;

/** Jobs of the runtime in this process. */
public record LocalChildJobs(DerivedJobs derived, JobsPort jobs) implements ChildJobs {
  @Override
  public Kept keep(String schedule, Submission submission) {
    DerivedJobs.Kept kept = derived.keep(schedule, submission);
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
        new DerivedJobs.Order(
            order.schedule(),
            order.jobId(),
            order.key(),
            order.manifest(),
            order.bundle(),
            order.by(),
            null));
  }

  @Override
  public Set<String> open(List<String> jobIds) {
    return derived.open(jobIds);
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

package io.mirrorneuron.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.jobs.view.plan.Plan;
import io.mirrorneuron.jobs.view.plan.Plans;
import io.mirrorneuron.jobs.view.progress.Fold;
import io.mirrorneuron.jobs.view.progress.Progress;
import io.mirrorneuron.jobs.view.progress.Ticking;
import io.mirrorneuron.jobs.view.stored.JobEvent;
import io.mirrorneuron.jobs.view.stored.JobRecord;
import java.util.List;

/**
 * What the events of one job have told so far, and the views made of it. Takes the events in order
 * and each once; how they are divided makes no difference. Confined to whoever holds it.
 */
public final class JobStory {
  private final String jobId;
  private final Plan plan;
  private final Fold fold;
  private final Traffic traffic = new Traffic();
  private long seq;

  /**
   * @param first with the manifest or the topology, as {@code JobsClient.get} answers
   */
  public JobStory(String jobId, JobRecord first) {
    this.jobId = jobId;
    this.plan = Plans.of(first);
    this.fold = new Fold(plan);
  }

  /** The number of the last event that was told; 0 before the first. */
  public long seq() {
    return seq;
  }

  /** An event has ended the job. */
  public boolean hasEnded() {
    return fold.hasEnded();
  }

  /** How much it holds: about so many steps, agents and ways. */
  public int weight() {
    return fold.weight() + traffic.ways().size();
  }

  /** Goes on with what follows {@link #seq}, as JSON texts. */
  public void add(List<String> texts) {
    List<JobEvent> events = texts.stream().map(JobEvent::parse).toList();
    fold.applyAll(events);
    events.forEach(traffic::apply);
    seq = events.isEmpty() ? seq : Math.max(seq + events.size(), events.getLast().seq());
  }

  /** The workflow progress, {@code rest.md} section 9.2. */
  public Ticking progress(JobRecord record) {
    return Ticking.of(new Progress(plan, fold, record).snapshot(jobId, seq));
  }

  /** Whether {@link #progress} shows a job that has ended. */
  public boolean isFinal(JobRecord record) {
    return hasEnded() || record.isFinal();
  }

  /** Who talks to whom, {@code rest.md} section 10. */
  public ObjectNode agentGraph(JobRecord record) {
    return AgentGraph.of(jobId, plan, traffic, record);
  }
}

package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the events of one job have told so far, and the views made of it. Takes the events in order
 * and each once, in portions of any size. Events that programs of the run wrote themselves are put
 * between them by time, if they are known by then. Not thread-safe.
 */
public final class JobStory {
  private final String jobId;
  private final Plan plan;
  private final EventDigest digest;
  private final Traffic traffic = new Traffic();
  private final Deque<JobEvent> ofPrograms = new ArrayDeque<>();
  private long seq;
  private long lastOfPrograms;

  /**
   * @param first with the manifest or the topology, as {@code JobsPort.get} answers
   */
  public JobStory(String jobId, JobRecord first) {
    this.jobId = jobId;
    this.plan = PlanReader.of(first);
    this.digest = new EventDigest(plan);
  }

  /** The number of the job's last event that was told; 0 before the first. */
  public long seq() {
    return seq;
  }

  /** Grows with all that is told, by the job and by programs. */
  public long version() {
    return seq + lastOfPrograms;
  }

  /** An event has ended the job. */
  public boolean hasEnded() {
    return digest.hasEnded();
  }

  /** How much it holds: about so many steps, agents and ways. */
  public int weight() {
    return digest.weight() + traffic.ways().size();
  }

  /** Goes on with what follows {@link #seq}, as JSON texts. */
  public void add(List<String> texts) {
    List<JobEvent> events = texts.stream().map(JobEvent::parse).toList();
    List<JobEvent> all = new ArrayList<>();
    for (JobEvent event : events) {
      while (!ofPrograms.isEmpty() && ofPrograms.peek().at() < event.at()) {
        all.add(ofPrograms.poll());
      }
      all.add(event);
    }
    apply(all);
    seq = events.isEmpty() ? seq : Math.max(seq + events.size(), events.getLast().seq());
  }

  /**
   * Will go on with these, each before the first event of the job that is later; how the job itself
   * stands only the runtime tells.
   *
   * @param last the number of the last of them among all records of the run
   */
  public void addOfPrograms(List<ObjectNode> events, long last) {
    events.stream()
        .map(JobEvent::new)
        .filter(event -> !event.type().startsWith("job_"))
        .forEach(ofPrograms::add);
    lastOfPrograms = Math.max(lastOfPrograms, last);
  }

  /** Goes on with those that no event of the job was later than. */
  public void settle() {
    apply(List.copyOf(ofPrograms));
    ofPrograms.clear();
  }

  private void apply(List<JobEvent> events) {
    digest.applyAll(events);
    events.forEach(traffic::apply);
  }

  /** The workflow progress, {@code rest.md} section 9.2. */
  public ClockTemplate progress(JobRecord record) {
    return ClockTemplate.of(new ProgressSnapshot(plan, digest, record).snapshot(jobId, version()));
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

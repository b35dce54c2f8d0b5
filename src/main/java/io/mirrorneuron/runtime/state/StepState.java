package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A step of a job, or an instance of a step: its place in the graph, its mailboxes, its progress.
 */
public final class StepState extends StepProgress {
  private final String id;
  private final Step declared;
  private final int order;
  private final int mapIndex;
  private final ParentOutcomes parents;
  private final Changes changes;
  private final StepMailboxes mailboxes;
  private int instances = -1;

  /**
   * A step of the manifest.
   *
   * @param order its place in the manifest
   * @param agents the state of an agent by its id
   */
  StepState(Step declared, int order, Changes changes, Function<String, AgentState> agents) {
    this.id = declared.id();
    this.declared = declared;
    this.order = order;
    this.mapIndex = -1;
    this.parents = new ParentOutcomes();
    this.changes = changes;
    this.mailboxes = new StepMailboxes(this, agents, changes);
  }

  /**
   * An instance of a template, which shares its place in the graph.
   *
   * @param mapIndex number of the item that the instance works on, from 0
   */
  StepState(StepState template, int mapIndex, Function<String, AgentState> agents) {
    this.id = template.instanceId(mapIndex);
    this.declared = template.declared;
    this.order = template.order;
    this.mapIndex = mapIndex;
    this.parents = template.parents;
    this.changes = template.changes;
    this.mailboxes = new StepMailboxes(this, agents, changes);
  }

  public String id() {
    return id;
  }

  String instanceId(int index) {
    return id + "[" + index + "]";
  }

  /** The step as in the manifest; of an instance, that of its template. */
  public Step declared() {
    return declared;
  }

  public int order() {
    return order;
  }

  /** Number of the item that an instance works on; -1 when it is no instance. */
  public int mapIndex() {
    return mapIndex;
  }

  public boolean isInstance() {
    return mapIndex >= 0;
  }

  /** Number of instances of a template; -1 for a step without instances. */
  public int instances() {
    return instances;
  }

  /** Outcomes of its parents. */
  public ParentOutcomes parents() {
    return parents;
  }

  /** Whether it may start, as far as its parents go. */
  public ParentOutcomes.Verdict verdict() {
    return parents.verdict(declared.trigger());
  }

  public StepMailboxes mailboxes() {
    return mailboxes;
  }

  public String attemptId() {
    return id + ":attempt:" + attempt();
  }

  /** The mailbox of its input message. */
  public Mailbox inputMailbox() {
    return mailboxes.of(input().to());
  }

  @Override
  void touched() {
    changes.touch(this);
  }

  @Override
  void produced() {
    changes.output(this);
  }

  @Override
  String name() {
    return "step " + id;
  }

  /** Its parents do not let it start yet. */
  public void awaitParents() {
    awaitParents(mailboxes.hasMessage());
  }

  /** The present attempt begins: its program has its slots, or its agent needs none. */
  public void beginAttempt(long at) {
    beginAttempt(at, declared.timeoutMs());
  }

  /**
   * Its work is done by so many instances. The number is not stored itself (instances are counted
   * when the record is read), so the record is written only with another transition.
   */
  void scatter(int number) {
    if (isInstance()) {
      throw new IllegalStateException(name() + " is an instance itself");
    }
    instances = number;
  }

  @Override
  public void inherit(Message message) {
    super.inherit(message);
    changes.added(message);
  }

  StoredStep stored() {
    boolean started = isStarted();
    return new StoredStep(
        status().word(),
        isInstance() ? declared.id() : null,
        isInstance() ? mapIndex : null,
        instances >= 0 ? instances : null,
        outcome() == null ? null : outcome().word(),
        reason(),
        attempts().error(),
        attempt(),
        times(),
        attempts().storedAttempts(),
        started ? input().seq() : null,
        started ? isInputConsumed() : null,
        mailboxes.stored());
  }

  @Override
  void restore(StoredStep stored) {
    super.restore(stored);
    instances = stored.instances() == null ? -1 : stored.instances();
    mailboxes.restore(stored.mailboxes());
  }

  /** Takes over the progress of the same step of another job except input and output; for forks. */
  public void inherit(StepState other) {
    restore(other.stored());
  }

  /** The mailboxes of one step, one for each agent that works for it, in manifest order. */
  public static final class StepMailboxes implements Iterable<Mailbox> {
    private final Map<String, Mailbox> byAgent = new LinkedHashMap<>();

    StepMailboxes(StepState step, Function<String, AgentState> agents, Changes changes) {
      for (String agentId : step.declared().agentIds()) {
        byAgent.put(agentId, new Mailbox(agents.apply(agentId), step, changes));
      }
    }

    /** The mailbox of an agent, or null when the agent does not work for the step. */
    public Mailbox of(String agentId) {
      return byAgent.get(agentId);
    }

    public boolean has(String agentId) {
      return byAgent.containsKey(agentId);
    }

    /** The mailbox for messages of other steps. */
    public Mailbox entry() {
      return byAgent.values().iterator().next();
    }

    public Stream<Mailbox> stream() {
      return byAgent.values().stream();
    }

    @Override
    public Iterator<Mailbox> iterator() {
      return stream().iterator();
    }

    /** Whether no message waits and no program runs: then the step has nothing left to do. */
    public boolean areQuiet() {
      return stream().allMatch(mailbox -> mailbox.isEmpty() && mailbox.flight() == null);
    }

    /**
     * Whether a program was ordered whose outcome is unknown, including one that a pause has
     * stopped.
     */
    public boolean isAnyFlying() {
      return stream().anyMatch(mailbox -> mailbox.flight() != null);
    }

    public boolean hasMessage() {
      return stream().anyMatch(mailbox -> !mailbox.isEmpty());
    }

    /** By agent, those that differ from new ones; null when none does. */
    Map<String, Mailbox.Stored> stored() {
      Map<String, Mailbox.Stored> boxes = new LinkedHashMap<>();
      byAgent.forEach(
          (agent, mailbox) -> {
            Mailbox.Stored box = mailbox.stored();
            if (!box.equals(Mailbox.Stored.NEW)) {
              boxes.put(agent, box);
            }
          });
      return boxes.isEmpty() ? null : boxes;
    }

    void restore(Map<String, Mailbox.Stored> stored) {
      if (stored != null) {
        stored.forEach((agent, box) -> byAgent.get(agent).restore(box));
      }
    }
  }
}

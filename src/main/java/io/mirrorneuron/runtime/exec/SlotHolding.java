package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.exec.pool.Pools.Holder;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.pool.SlotClaim;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The slots of one execution: asked for, held, and given to others while its program only waits for
 * a person. Thread-safe.
 */
final class SlotHolding {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Pools pools;
  private final Duration longest;
  private final SlotRequest want;
  private final Notice.Inbox inbox;

  /** Its place in the queue, then its slots; null before. */
  private volatile SlotClaim claim;

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private volatile long begunAt;
  private volatile PersonWait person;

  /**
   * @param longest wait for slots; zero is for ever
   * @param inbox is told when all is given
   */
  SlotHolding(Pools pools, Duration longest, Execution execution, Notice.Inbox inbox) {
    this.pools = pools;
    this.longest = longest;
    this.want =
        new SlotRequest(
            execution.executionId(),
            execution.jobId(),
            execution.agentId(),
            execution.request(),
            execution.rank());
    this.inbox = inbox;
  }

  /** To be closed when the program is gone. */
  SlotClaim ask(ExecutorSettings settings) throws NotStarted {
    claim =
        pools.claim(settings.pool(), settings.slots(), want, () -> inbox.put(new Notice.Granted()));
    asked.complete(null);
    return claim;
  }

  /** Completes when it has asked for slots, or never will. */
  CompletableFuture<Void> asked() {
    return asked;
  }

  /**
   * Waits for slots for a limited time, and for other things of the node as long as it takes. Who
   * waits for those has the node looked at again: devices come, and other programs close their
   * ports, without telling.
   *
   * @param listener is told once when it has to wait for those
   * @return false when it was stopped meanwhile
   */
  boolean await(SlotClaim asked, String pool, Listener listener) throws NotStarted {
    Deadline limit = limit();
    Hold first = hold();
    if (first != null) {
      listener.signal(new Signal.Held(first));
    }
    while (true) {
      boolean lacks = asked.lack().isPresent();
      switch (inbox.await(lacks ? Deadline.in(LOOK_AGAIN) : limit)) {
        case Notice.Granted() -> {
          return true;
        }
        case null -> {
          if (!lacks) {
            throw new NotStarted(
                "executor_pool_queue_timeout: no slots of pool \"%s\" within %d ms"
                    .formatted(pool, longest.toMillis()));
          }
          limit = limit();
          pools.lookAgain(LOOK_AGAIN);
        }
        default -> {
          return false;
        }
      }
    }
  }

  private Deadline limit() {
    return longest.isPositive() ? Deadline.in(longest) : Deadline.NEVER;
  }

  /**
   * Its program begins.
   *
   * @param at milliseconds since the epoch
   */
  void begun(long at) {
    begunAt = at;
  }

  /** When its program began, in milliseconds since the epoch; 0 when it did not. */
  long begunAt() {
    return begunAt;
  }

  /** Where it waits for slots, or null. */
  QueuePlace place() {
    SlotClaim waiting = claim;
    return waiting == null ? null : waiting.place();
  }

  /** What else of the node it waits for, or null. */
  Hold hold() {
    SlotClaim waiting = claim;
    return waiting == null
        ? null
        : waiting
            .lack()
            .map(
                lack ->
                    new Hold(
                        lack.byLimits() ? Hold.Cause.LIMITS : Hold.Cause.RESOURCES,
                        lack.sentence()))
            .orElse(null);
  }

  /** What it was given besides slots, or null. */
  Allocation allocation() {
    return claim.allocation();
  }

  /** What it has now; empty while it waits. */
  Optional<Holder> holder() {
    SlotClaim asked = claim;
    return asked == null ? Optional.empty() : asked.holder(want.jobId(), want.agentId());
  }

  /** For whose answer its program waits, or null. */
  PersonWait person() {
    return person;
  }

  /**
   * @param wait for whose answer its program waits from now on; null for nobody's
   */
  void await(PersonWait wait) {
    person = wait;
    if (wait == null) {
      claim.takeBack();
    } else {
      claim.lend();
    }
  }
}

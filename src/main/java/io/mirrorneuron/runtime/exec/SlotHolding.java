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
 * The slots of one execution: requested, held, and lent while its program only waits for a person.
 * Thread-safe.
 */
final class SlotHolding {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Pools pools;
  private final Duration longest;
  private final SlotRequest want;
  private final Notice.Inbox inbox;

  /** Its place in the queue, then its slots; null before the request. */
  private volatile SlotClaim claim;

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private volatile long begunAt;
  private volatile PersonWait person;

  /**
   * @param longest wait for slots; zero means no limit
   * @param inbox gets {@link Notice.Granted}
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

  /** The caller closes the claim when the program is gone. */
  SlotClaim ask(ExecutorSettings settings) throws NotStarted {
    claim =
        pools.claim(settings.pool(), settings.slots(), want, () -> inbox.put(new Notice.Granted()));
    asked.complete(null);
    return claim;
  }

  /** Completes when slots have been requested, or never will be. */
  CompletableFuture<Void> asked() {
    return asked;
  }

  /**
   * Waits for slots up to the limit, and for other resources of the node without limit. Devices
   * appear and ports become free without a notice, so the node is polled meanwhile.
   *
   * @param listener is signalled once if the execution waits for other resources
   * @return false when the execution was stopped meanwhile
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
   * @param at start of the program, in milliseconds since the epoch
   */
  void begun(long at) {
    begunAt = at;
  }

  /** In milliseconds since the epoch; 0 before the program began. */
  long begunAt() {
    return begunAt;
  }

  /** Its place in the queue, or null. */
  QueuePlace place() {
    SlotClaim waiting = claim;
    return waiting == null ? null : waiting.place();
  }

  /** The resource besides slots that it waits for, or null. */
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

  /** Resources besides slots, or null. */
  Allocation allocation() {
    return claim.allocation();
  }

  /** Empty while it waits. */
  Optional<Holder> holder() {
    SlotClaim asked = claim;
    return asked == null ? Optional.empty() : asked.holder(want.jobId(), want.agentId());
  }

  /** The wait for a person during which the slots are lent, or null. */
  PersonWait person() {
    return person;
  }

  /**
   * Lends the slots while the program waits for a person, or takes them back.
   *
   * @param wait null when the wait is over
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

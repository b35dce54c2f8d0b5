package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.RunSinks.PersonWaits;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lends the slots of programs that only wait for a person, and counts them again when the wait
 * ends, even if the pool is full by then: such programs have begun and continue at once. Checks
 * programs that hold slots five times a second, those that lend them once a second.
 */
final class SlotLender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlotLender.class);
  private static final long LOOK_MS = 200;
  private static final int LOOKS_PER_LOOK_AT_LENT = 5;

  private final Supplier<Collection<ExecutionRun>> runs;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mn-slot-lender").factory());
  private int looks;
  private boolean failed;

  SlotLender(Supplier<Collection<ExecutionRun>> runs) {
    this.runs = runs;
  }

  void start(PersonWaits waits) {
    thread.scheduleWithFixedDelay(() -> look(waits), LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private void look(PersonWaits waits) {
    try {
      lookAt(runs.get().stream().filter(run -> run.slots().begunAt() != 0).toList(), waits);
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.warn("it cannot be seen which programs wait for people", e);
      }
      failed = true;
    }
  }

  private void lookAt(List<ExecutionRun> begun, PersonWaits waits) {
    boolean all = ++looks % LOOKS_PER_LOOK_AT_LENT == 0;
    Map<String, Long> ofRun =
        begun.stream()
            .collect(Collectors.groupingBy(run -> run.execution().runId(), Collectors.counting()));
    for (ExecutionRun run : begun) {
      SlotHolding slots = run.slots();
      if (all || slots.person() == null) {
        boolean alone = ofRun.get(run.execution().runId()) == 1;
        slots.await(waits.awaited(run.execution(), alone, slots.begunAt()).orElse(null));
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

package io.mirrorneuron.run.human;

import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.storage.OutOfRoom;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service that records decisions and the inbox that lists open requests. Both share the same
 * logs, so that each file is read once.
 */
public record HumanDecisions(DecisionService service, HumanInbox inbox) {

  /**
   * @param ids unique texts
   */
  public static HumanDecisions of(RunStore runs, Clock clock, Supplier<String> ids) {
    HumanLogs logs = new HumanLogs();
    return new HumanDecisions(
        new DecisionService(runs, logs, clock, ids), new HumanInbox(runs, logs, clock));
  }

  /** Starts closing overdue requests. */
  public AutoCloseable startClock() {
    return HumanClock.start(inbox, service);
  }

  /**
   * Checks the open runs each second: completes decisions whose recording a crash interrupted,
   * records which defaults are refused, and closes overdue requests. Several clocks may work on the
   * same runs: {@link DecisionService} records each decision once. All state is in the files, so a
   * restart loses no time limit.
   */
  private static final class HumanClock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HumanClock.class);

    private final HumanInbox inbox;
    private final DecisionService service;
    private final Set<OpenRequests.Item> failed = new HashSet<>();
    private final ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mn-human-clock").factory());

    private HumanClock(HumanInbox inbox, DecisionService service) {
      this.inbox = inbox;
      this.service = service;
    }

    public static HumanClock start(HumanInbox inbox, DecisionService service) {
      HumanClock clock = new HumanClock(inbox, service);
      clock.thread.scheduleWithFixedDelay(clock::tick, 0, 1, TimeUnit.SECONDS);
      return clock;
    }

    private void tick() {
      try {
        inbox.lookEverywhere().forEach(service::mend);
        inbox.withRefusedDefaults().forEach(item -> attempt(item, service::refuseDefault));
        inbox.overdue().forEach(item -> attempt(item, service::timeOut));
      } catch (RuntimeException e) {
        LOG.error("The requests to people cannot be looked at", e);
      }
    }

    /** A failure is retried, but logged once. */
    private void attempt(OpenRequests.Item item, BiConsumer<String, String> record) {
      try {
        record.accept(item.runId(), item.request().id());
        failed.remove(item);
      } catch (RuntimeException e) {
        if (failed.add(item) && !OutOfRoom.isIn(e)) { // a full disk fails all of them
          LOG.error(
              "What is due of request {} of run {} cannot be recorded",
              item.request().id(),
              item.runId(),
              e);
        }
      }
    }

    /** Waits for the current check. */
    @Override
    public void close() {
      thread.close();
    }
  }
}

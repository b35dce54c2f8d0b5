package io.mirrorneuron.run.human;

import io.mirrorneuron.run.RunStore;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * The desk, at which people decide, and the inbox, which lists what waits for them. Both read the
 * same logs, so that each is read once.
 */
public record HumanDecisions(HumanDesk desk, HumanInbox inbox) {

  /**
   * @param ids unique texts
   */
  public static HumanDecisions of(RunStore runs, Clock clock, Supplier<String> ids) {
    HumanLogs logs = new HumanLogs();
    return new HumanDecisions(
        new HumanDesk(runs, logs, clock, ids), new HumanInbox(runs, logs, clock));
  }

  /** Begins to close the requests whose time is over. */
  public AutoCloseable startClock() {
    return HumanClock.start(inbox, desk);
  }
}

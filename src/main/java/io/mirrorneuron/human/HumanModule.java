package io.mirrorneuron.human;

import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.runstore.RunStore;
import java.time.Clock;
import java.util.function.Supplier;

/** The area {@code human}, and the clock that decides where the runtime is when nobody did. */
public final class HumanModule {
  private final HumanVerticle verticle;
  private final HumanInbox inbox;
  private final HumanDesk desk;

  private HumanModule(HumanVerticle verticle, HumanInbox inbox, HumanDesk desk) {
    this.verticle = verticle;
    this.inbox = inbox;
    this.desk = desk;
  }

  /**
   * @param ids unique texts
   */
  public static HumanModule of(RunStore runs, Clock clock, Supplier<String> ids) {
    HumanLogs logs = new HumanLogs();
    HumanDesk desk = new HumanDesk(runs, logs, clock, ids);
    HumanInbox inbox = new HumanInbox(runs, logs, clock);
    return new HumanModule(new HumanVerticle(desk, inbox), inbox, desk);
  }

  /** Begins to close the requests whose time is over. */
  public AutoCloseable startClock() {
    return HumanClock.start(inbox, desk);
  }

  public AreaVerticle verticle() {
    return verticle;
  }
}

package io.mirrorneuron.runtime.schedule.cron;

import java.util.List;
import java.util.OptionalLong;

/** Computes the times of cron expressions. Pure. */
public interface Calendar {
  /**
   * @param zone an id that {@link java.time.ZoneId} knows
   * @param after milliseconds since the epoch
   * @return the first time strictly later; empty when there is none before year 10000
   */
  OptionalLong next(List<String> crons, String zone, long after);

  /** The fault of an expression; null for none. */
  String fault(String cron);
}

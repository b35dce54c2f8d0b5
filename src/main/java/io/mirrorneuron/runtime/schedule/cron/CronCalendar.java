package io.mirrorneuron.runtime.schedule.cron;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.CronSyntaxException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;

/** Cron in time zones. Caches the last expressions. Thread-safe. */
public final class CronCalendar implements Calendar {
  private static final int KEPT = 1_000;

  private record Key(List<String> crons, String zone) {}

  private final Cache<Key, CronSchedule> read =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT).build();

  public CronSchedule of(List<String> crons, String zone) {
    return read.get(
        new Key(crons, zone), key -> CronSchedule.of(key.crons(), ZoneId.of(key.zone())));
  }

  @Override
  public OptionalLong next(List<String> crons, String zone, long after) {
    return of(crons, zone)
        .next(Instant.ofEpochMilli(after))
        .map(next -> OptionalLong.of(next.toEpochMilli()))
        .orElse(OptionalLong.empty());
  }

  @Override
  public String fault(String cron) {
    try {
      boolean isEver =
          CronSchedule.of(List.of(cron), ZoneOffset.UTC).next(Instant.EPOCH).isPresent();
      return isEver
          ? null
          : "invalid cron expression \"%s\": no year has such a day".formatted(cron);
    } catch (CronSyntaxException e) {
      return e.getMessage();
    }
  }
}

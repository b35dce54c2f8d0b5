package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.e2e.Submissions.Accepted;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Tally;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Kills a server and its Redis by SIGKILL, at moments that a seed chooses, and keeps account. */
final class Deaths {
  /** Whose death it is. */
  enum Of {
    SERVER,
    REDIS,
    BOTH,
    STARTING_SERVER
  }

  /**
   * One start of the server. Times are milliseconds since 1970.
   *
   * @param killedAt when the server before it died
   * @param startedAt when its process was started
   */
  private record Start(long killedAt, long startedAt) {}

  final Map<Of, Integer> count = new EnumMap<>(Of.class);
  final List<Long> movingAfterMillis = new ArrayList<>();
  int metOpenJobs;
  int cutShort;

  private final PackagedServer server;
  private final Random random;
  private final List<Start> starts = new ArrayList<>();
  private final List<Long> moments = new ArrayList<>();

  Deaths(PackagedServer server, Random random) {
    this.server = server;
    this.random = random;
  }

  /**
   * Lets them live for a moment and kills one or both of them; the server is up again thereafter.
   */
  void next() {
    live(600);
    kill(draw());
  }

  /** Kills the server at once. */
  void ofServer() {
    kill(Of.SERVER);
  }

  private void kill(Of victim) {
    count.merge(victim, 1, Integer::sum);
    long killedAt = System.currentTimeMillis();
    moments.add(killedAt);
    if (victim == Of.REDIS || victim == Of.BOTH) {
      Tally.kill(runningRedis());
    }
    if (victim != Of.REDIS) {
      server.kill9();
      if (victim == Of.STARTING_SERVER) {
        server.restartAndKill9(() -> live(1200));
      }
      starts.add(new Start(killedAt, System.currentTimeMillis()));
      server.restart();
    }
  }

  private Of draw() {
    int draw = random.nextInt(100);
    return draw < 40 ? Of.SERVER : draw < 75 ? Of.REDIS : draw < 90 ? Of.BOTH : Of.STARTING_SERVER;
  }

  private void live(int maxMillis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(maxMillis));
    Eventually.eventually("time passes", () -> System.nanoTime() > end);
  }

  /** One may have been killed just before, and the server is about to start the next. */
  private ProcessHandle runningRedis() {
    Eventually.eventually("Redis runs", () -> server.findRedis().isPresent());
    return server.findRedis().orElseThrow();
  }

  /**
   * Finds out how long it took, after each start since the last call, until each job that was open
   * when the server died had an event again.
   *
   * @param events of each of these jobs, to its end
   */
  void account(Map<Accepted, List<JsonNode>> events) {
    for (Start start : starts) {
      long moving =
          events.entrySet().stream()
              .filter(job -> job.getKey().at() < start.killedAt)
              .mapToLong(job -> firstAfter(start, job.getValue()))
              .max()
              .orElse(0);
      long nextDeath =
          moments.stream().filter(at -> at > start.startedAt).findFirst().orElse(Long.MAX_VALUE);
      metOpenJobs += moving > 0 ? 1 : 0;
      if (moving > nextDeath) {
        cutShort++;
      } else if (moving > 0) {
        movingAfterMillis.add(moving - start.startedAt);
      }
    }
    starts.clear();
    moments.clear();
  }

  /** Time of the first event after the start, or 0 when the job had ended before the death. */
  private static long firstAfter(Start start, List<JsonNode> events) {
    long[] times =
        events.stream()
            .mapToLong(event -> Instant.parse(event.path("timestamp").asText()).toEpochMilli())
            .toArray();
    return times[times.length - 1] <= start.killedAt
        ? 0
        : Arrays.stream(times).filter(time -> time >= start.startedAt).findFirst().orElse(0);
  }
}

package io.mirrorneuron.store.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a job costs Redis and the disk at most: who exceeds a bound has made every job dearer. Bytes
 * of the index and of events that may start jobs, which are the same for each job, come to what is
 * kept.
 */
@Timeout(120)
class JobCostIT {
  private static final Keys KEYS = new Keys("mn");
  private static final int JOBS = 20;

  /** Commands of this test. */
  private static final Set<String> OWN = Set.of("sismember", "info", "keys", "memory");

  private static final Pattern CALLS = Pattern.compile("cmdstat_([a-z]+):calls=(\\d+)");
  private static final Pattern AOF = Pattern.compile("aof_current_size:(\\d+)");

  /**
   * Of one job, rounded up. What is counted over all of Redis has a share of what servers do from
   * time to time, so the bounds of it are wide.
   *
   * @param keys of the job's own
   * @param bytes that these keys take
   * @param turns that were written before the last
   * @param commands calls of all commands, those of scripts too
   * @param written bytes of the append-only file
   * @param disk names in the folders of runs and submissions, and blocks of 4 KiB for them
   */
  private record Cost(
      long keys, long bytes, long turns, long commands, long written, DiskUse disk) {
    void assertAtMost(Cost bound) {
      assertThat(keys).as("keys of the job").isLessThanOrEqualTo(bound.keys);
      assertThat(bytes).as("bytes of its keys").isLessThanOrEqualTo(bound.bytes);
      assertThat(turns).as("turns before the last").isLessThanOrEqualTo(bound.turns);
      assertThat(commands).as("commands").isLessThanOrEqualTo(bound.commands);
      assertThat(written).as("bytes of the file").isLessThanOrEqualTo(bound.written);
      assertThat(disk.files()).as("files").isLessThanOrEqualTo(bound.disk.files());
      assertThat(disk.folders()).as("folders").isLessThanOrEqualTo(bound.disk.folders());
      assertThat(disk.links()).as("links").isLessThanOrEqualTo(bound.disk.links());
      assertThat(disk.blocks()).as("blocks").isLessThanOrEqualTo(bound.disk.blocks());
    }
  }

  private Cost costOf(Path folder, String manifest, String write) {
    try (RedisFixture redis = RedisFixture.start(folder);
        WholeServer server =
            WholeServer.start(
                folder.resolve("home"),
                Map.of("redis.url", redis.uri(), "redis.namespace", "mn", "runs.write", write))) {
      ended(redis, server, manifest);
      long[] before = counts(redis);
      DiskUse used = DiskUse.below(folder.resolve("home"));
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < JOBS; i++) {
        jobs.add(ended(redis, server, manifest));
      }
      long[] after = counts(redis);
      long keys = 0;
      long bytes = 0;
      for (String job : jobs) {
        for (Response key : redis.ask(Command.KEYS, "mn:{job:" + job + "}:*")) {
          keys++;
          bytes += redis.ask(Command.MEMORY, "USAGE", key, "SAMPLES", 0).toLong();
        }
      }
      return new Cost(
          each(keys),
          each(bytes),
          each(after[0] - before[0]),
          each(after[1] - before[1]),
          each(after[2] - before[2]),
          DiskUse.below(folder.resolve("home")).since(used).each(JOBS));
    }
  }

  private static long each(long all) {
    return (all + JOBS - 1) / JOBS;
  }

  private static String ended(RedisFixture redis, WholeServer server, String manifest) {
    String job = server.jobs().submit(Submission.of(manifest)).jobId();
    Eventually.eventually(
        "the run of " + job + " is written to its end",
        () -> !redis.ask(Command.SISMEMBER, KEYS.unrecordedJobs(), job).toBoolean());
    return job;
  }

  /** Turns of open jobs, calls of all commands, and bytes of the append-only file until now. */
  private static long[] counts(RedisFixture redis) {
    long turns = 0;
    long commands = 0;
    Matcher calls = CALLS.matcher(redis.ask(Command.INFO, "commandstats").toString());
    while (calls.find()) {
      long number = Long.parseLong(calls.group(2));
      String command = calls.group(1);
      if (!OWN.contains(command)) {
        commands += number;
      }
      if (command.equals("xadd")) {
        turns += number;
      }
    }
    Matcher size = AOF.matcher(redis.ask(Command.INFO, "persistence").toString());
    return new long[] {turns, commands, size.find() ? Long.parseLong(size.group(1)) : 0};
  }

  @Test
  void aJobWithoutPrograms(@TempDir Path folder) {
    costOf(folder, SampleManifests.routers("routers", 2), "always")
        .assertAtMost(new Cost(2, 1_100, 0, 50, 4_000, new DiskUse(9, 1, 0, 10)));
  }

  @Test
  void aJobWithoutProgramsWhoseRunNobodyLooksAt(@TempDir Path folder) {
    costOf(folder, SampleManifests.routers("routers", 2), "on_demand")
        .assertAtMost(new Cost(2, 1_100, 0, 50, 4_000, new DiskUse(0, 0, 0, 0)));
  }

  @Test
  void aJobOfThreePrograms(@TempDir Path folder) {
    costOf(
            folder,
            SampleManifests.programs("programs", 3, id -> new String[] {"/bin/true"}),
            "always")
        .assertAtMost(new Cost(2, 1_900, 6, 120, 30_000, new DiskUse(10, 6, 3, 20)));
  }
}

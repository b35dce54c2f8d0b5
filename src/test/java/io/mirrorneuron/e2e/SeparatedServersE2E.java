package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.Hosts;
import io.mirrorneuron.testing.OldRedis;
import io.mirrorneuron.testing.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two packaged servers on hosts of their own before one Redis on a third. Skipped, with the reason,
 * where there can be no network namespaces.
 */
@Timeout(300)
@Proof.Cluster
class SeparatedServersE2E {
  private static final int REDIS = 1;
  private static final Duration TAKE_OVER = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Hosts hosts;
  private Process redis;
  private HostServer first;
  private HostServer second;

  @BeforeEach
  void start() throws IOException {
    String obstacle = Hosts.obstacle();
    assumeTrue(obstacle == null, obstacle);
    hosts = Hosts.up(3);
    redis =
        new ProcessBuilder(
                hosts.on(
                    REDIS,
                    OldRedis.unpack(folder.resolve("program")).toString(),
                    "--bind",
                    "0.0.0.0",
                    "--protected-mode",
                    "no",
                    "--appendonly",
                    "yes",
                    "--dir",
                    Files.createDirectories(folder.resolve("data")).toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("redis.log").toFile())
            .start();
    String url = "redis://" + hosts.address(REDIS) + ":6379";
    Eventually.eventually("Redis has started", () -> log("redis.log").contains("Ready to accept"));
    first = HostServer.start(hosts, 2, folder.resolve("a"), url);
    second = HostServer.start(hosts, 3, folder.resolve("b"), url);
    first.meetOthers();
  }

  @AfterEach
  void stop() {
    for (HostServer server : new HostServer[] {first, second}) {
      if (server != null) {
        server.close();
      }
    }
    if (redis != null) {
      redis.destroyForcibly();
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  private String log(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A program each copy of which says each 20 ms that it runs, until told to end. */
  private String beating(Path beats) throws IOException {
    Files.createDirectories(beats);
    return "while [ ! -e %s/end ]; do date +%%s%%3N >> %s/$$; sleep 0.02; done; echo second"
        .formatted(beats, beats);
  }

  /** Times at which one copy ran. */
  private record Copy(String pid, long began, long last) {}

  /** The copies so far, the one that began first before the others. */
  private static List<Copy> copies(Path beats) {
    List<Copy> copies = new ArrayList<>();
    try (var files = Files.list(beats)) {
      for (Path file :
          files.filter(each -> each.getFileName().toString().matches("\\d+")).toList()) {
        List<String> times = Files.readAllLines(file);
        if (!times.isEmpty()) {
          copies.add(
              new Copy(
                  file.getFileName().toString(),
                  Long.parseLong(times.getFirst()),
                  Long.parseLong(
                      times.get(times.size() - (times.getLast().length() < 13 ? 2 : 1)))));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    copies.sort((a, b) -> Long.compare(a.began(), b.began()));
    return copies;
  }

  private static void run(Path beats, int wanted) {
    Eventually.eventually(
        wanted + " copies have begun", TAKE_OVER, () -> copies(beats).size() == wanted);
  }

  @Test
  void whoIsCutOffHasEndedItsProgramsBeforeTheSecondCopyBegins() throws Exception {
    Path beats = folder.resolve("beats");
    String job = first.submit("cut", beating(beats));
    run(beats, 1);

    hosts.cut(2);
    run(beats, 2);

    List<Copy> copies = copies(beats);
    assertThat(copies.getFirst().last()).isLessThan(copies.getLast().began());
    assertThat(ProcessHandle.of(Long.parseLong(copies.getFirst().pid()))).isEmpty();
    System.out.println(
        "cut off: the first copy was gone %d ms before the second began"
            .formatted(copies.getLast().began() - copies.getFirst().last()));
    assertThat(first.call("GET", "/health/ready", null).status()).isEqualTo(503);
    assertThat(first.call("GET", "/health", null).status()).isEqualTo(200);

    hosts.heal(2);
    Eventually.eventually(
        "it is ready again",
        TAKE_OVER,
        () -> first.call("GET", "/health/ready", null).status() == 200);
    Files.createFile(beats.resolve("end"));
    for (HostServer server : List.of(first, second)) {
      Eventually.eventually("all see its end", () -> server.statusOf(job).equals("completed"));
    }
    assertThat(copies(beats)).hasSize(2);
  }

  @Test
  void whoStoodStillBeyondItsLeaseEndsItsProgramsWithinASecondAndIsNotHeard() throws Exception {
    Path beats = folder.resolve("beats");
    String job = first.submit("still", beating(beats));
    run(beats, 1);
    Path reported = Files.createDirectories(beats.resolve("told"));
    String late =
        first.submit(
            "late",
            "if mkdir %1$s/once; then while [ ! -e %1$s/a ]; do sleep 0.02; done; echo from-the-old; "
                    .formatted(reported)
                + "else touch %1$s/again; while [ ! -e %1$s/b ]; do sleep 0.02; done; echo from-the-new; fi"
                    .formatted(reported));
    Eventually.eventually("it runs", () -> Files.exists(reported.resolve("once")));

    long goesOn;
    try (var _ = Frozen.process(first.pid())) {
      run(beats, 2);
      Eventually.eventually(
          "the other, too", TAKE_OVER, () -> Files.exists(reported.resolve("again")));
      Files.createFile(reported.resolve("a")); // the old copy ends; its server will hear of it late
      goesOn = System.currentTimeMillis();
    }
    Eventually.eventually(
        "the first copy has ended",
        () -> ProcessHandle.of(Long.parseLong(copies(beats).getFirst().pid())).isEmpty());
    long end = copies(beats).getFirst().last();
    System.out.println("continued: the first copy ended after %d ms".formatted(end - goesOn));
    assertThat(end).isLessThan(goesOn + 1000);

    Eventually.eventually(
        "it is ready again",
        TAKE_OVER,
        () -> first.call("GET", "/health/ready", null).status() == 200);
    assertThat(second.statusOf(late)).as("the old end does not count").isEqualTo("running");
    Files.createFile(reported.resolve("b"));
    Files.createFile(beats.resolve("end"));
    Eventually.eventually("it has ended", () -> first.statusOf(late).equals("completed"));
    Eventually.eventually("so has the other", () -> first.statusOf(job).equals("completed"));
    assertThat(
            second
                .call("GET", "/jobs/" + late + "?include=full", null)
                .body()
                .at("/job/result")
                .toString())
        .contains("from-the-new")
        .doesNotContain("stdout\":\"from-the-old");
    assertThat(copies(beats)).hasSize(2);
  }

  @Test
  void aRedisThatStandsStillIsAnsweredForAndLosesNothing() throws Exception {
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      accepted.add(first.submit("before-" + i, "echo " + i));
    }
    Path beats = folder.resolve("beats");
    String job = second.submit("still", beating(beats));
    accepted.add(job);
    run(beats, 1);

    try (var _ = Frozen.process(redis.pid())) {
      for (int i = 0; i < 8; i++) {
        for (HostServer server : List.of(first, second)) {
          for (String path : List.of("/jobs", "/jobs/" + job, "/health", "/jobs/" + job + "/why")) {
            HostServer.Answer answer = server.call("GET", path, null);
            assertThat(answer.took()).as(path).isLessThan(Duration.ofSeconds(3));
            assertThat(answer.status()).as(path).isEqualTo(path.equals("/health") ? 200 : 503);
          }
          String given = server.submit("during-" + i, "echo " + i);
          if (given != null) {
            accepted.add(given);
          }
        }
      }
      assertThat(first.call("GET", "/health/ready", null).body().toString())
          .contains("Redis does not answer");
      Eventually.eventually(
          "both have ended their programs",
          TAKE_OVER,
          () -> second.log().contains("ending its programs"));
    }
    for (HostServer server : List.of(first, second)) {
      Eventually.eventually(
          "it is ready again",
          TAKE_OVER,
          () -> server.call("GET", "/health/ready", null).status() == 200);
    }
    run(beats, 2);
    Files.createFile(beats.resolve("end"));
    for (String one : accepted) {
      Eventually.eventually(
          "each job that was accepted ends", () -> first.statusOf(one).equals("completed"));
    }
    List<Copy> copies = copies(beats);
    assertThat(copies.getFirst().last()).isLessThan(copies.getLast().began());
  }
}

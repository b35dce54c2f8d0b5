package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisTrio;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Tally;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server whose Redis is replaced by a replica, each answer acknowledged by one. */
@Timeout(180)
@Proof.Cluster
class SentinelServerIT {
  @TempDir Path folder;
  private RedisTrio redis;
  private WholeServer server;

  @BeforeEach
  void start() throws IOException {
    redis = RedisTrio.start(folder);
    Sentinels sentinels = redis.sentinels();
    server =
        WholeServer.start(
            folder.resolve("home"),
            Map.of(
                "redis.sentinels", String.join(",", sentinels.addresses()),
                "redis.master_name", sentinels.master(),
                "redis.password", sentinels.password().value(),
                "redis.sentinel_password", sentinels.ownPassword().value(),
                "redis.acknowledge", "replica"));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    redis.close();
  }

  private String submit(String script) {
    return server
        .jobs()
        .submit(Submission.of(SampleManifests.program("counted", "sh", "-c", script)))
        .jobId();
  }

  private String status(String job) {
    try {
      return server.jobs().get(job).facts().status();
    } catch (MnException e) {
      return e.error(); // Redis is away
    }
  }

  private int health(String path) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(server.uri(path)).timeout(Duration.ofSeconds(9)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatWasAcceptedEndsAndNoProgramRunsTwice() throws IOException {
    Path starts = Files.createDirectories(folder.resolve("starts"));
    Path gate = folder.resolve("gate");
    String begun = "echo x >> " + starts + "/$MN_JOB_ID; ";
    List<String> accepted = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      accepted.add(submit(begun + "until [ -e " + gate + " ]; do sleep 0.05; done"));
    }
    eventually("they run", () -> starts.toFile().list().length == 3);

    Tally.kill(redis.first().redis().toHandle());
    int refused = 0;
    while (!redis.isReplaced() || accepted.size() < 10) {
      try {
        accepted.add(submit(begun));
      } catch (MnException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        refused++;
      }
    }
    Files.createFile(gate);

    for (String job : accepted) {
      eventually("each that was accepted ends", () -> status(job).equals("completed"));
      assertThat(Files.readAllLines(starts.resolve(job))).as(job).hasSize(1);
    }
    System.out.println(
        "master killed under a server: %d submissions accepted, all ended; %d refused"
            .formatted(accepted.size(), refused));
  }

  @Test
  void withoutAReplicaItIsNotReadyAndRefusesUntilOneIsBack() {
    assertThat(health("/health/ready")).isEqualTo(200);
    long second = redis.members().get(1).redis().pid();
    long third = redis.members().get(2).redis().pid();

    try (var _ = Frozen.process(second);
        var _ = Frozen.process(third)) {
      eventually("it is not ready", () -> health("/health/ready") == 503);
      assertThat(health("/health")).isEqualTo(200);
    }

    eventually("it is ready again", () -> health("/health/ready") == 200);
    String job = submit("true");
    eventually("it works", () -> status(job).equals("completed"));
  }
}

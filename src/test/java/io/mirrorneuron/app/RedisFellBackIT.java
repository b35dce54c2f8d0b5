package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that does not write each answer to disk comes back as it was before the last ones. */
@Timeout(120)
@Proof.Cluster
class RedisFellBackIT {
  @TempDir Path folder;

  @Test
  void aJobWhoseEndIsLostEndsAgain() throws IOException {
    Path gate = folder.resolve("gate");
    Path data = folder.resolve("theirs/redis");
    Path before = folder.resolve("before");
    RedisServer redis = RedisFixture.server(folder.resolve("theirs"));
    try (WholeServer server =
        WholeServer.start(folder.resolve("home"), Map.of("redis.url", redis.uri()))) {
      String waits = "until [ -e " + gate + " ]; do sleep 0.05; done";
      String job =
          server
              .jobs()
              .submit(Submission.of(SampleManifests.program("waits", "sh", "-c", waits)))
              .jobId();
      eventually(
          "its program runs",
          () -> server.jobs().lastEvents(job, 1).events().getFirst().contains("lease_acquired"));
      copy(data, before);
      Files.createFile(gate);
      eventually("it has ended", () -> status(server, job).equals("completed"));

      redis.close();
      copy(before, data);
      redis = RedisFixture.server(folder.resolve("theirs"));

      eventually("it has ended again", () -> status(server, job).equals("completed"));
      assertThat(server.jobs().list(0, true).data()).hasSize(1);
    } finally {
      redis.close();
    }
  }

  private static String status(WholeServer server, String job) {
    try {
      return server.jobs().get(job).facts().status();
    } catch (MnException e) {
      return e.error(); // Redis is away
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      for (Path old : tree(to, Comparator.reverseOrder())) {
        Files.delete(old);
      }
    }
    for (Path path : tree(from, Comparator.naturalOrder())) {
      if (Files.isDirectory(path) || Files.isRegularFile(path)) { // no socket
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private static List<Path> tree(Path root, Comparator<Path> order) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.sorted(order).toList();
    }
  }
}

package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events over a connection that does not hold. */
@Timeout(120)
@Whole
class EventStreamE2E {
  private static final long SEED = 20;
  private static final int CUTS = 20;

  @TempDir static Path folder;
  private static PackagedServer server;

  @BeforeAll
  static void start() {
    server = PackagedServer.start(folder.resolve("home"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void follow(EventFollower follower, long bytes) throws IOException {
    assertThat(follower.follow(server::request, bytes))
        .as("a stream ends with its end event")
        .isTrue();
  }

  @Test
  void everyEventComesOnceHoweverOftenTheConnectionIsCut() throws IOException {
    List<String> workers = IntStream.range(0, 40).mapToObj("w%02d"::formatted).toList();
    Path end = Files.createDirectories(PackagedServer.shared(server.home())).resolve("end");
    String last = "until [ -e '%s' ]; do sleep 0.05; done".formatted(end);
    String job =
        server.submit(
            SampleManifests.fanOut(
                "followed",
                workers,
                worker ->
                    worker.equals("w00")
                        ? new String[] {"sh", "-c", last}
                        : new String[] {"sleep", "0.1"}));
    Random random = new Random(SEED);
    EventFollower follower = new EventFollower(job);

    for (int cut = 0; cut < CUTS; cut++) {
      follow(follower, 200 + random.nextInt(1500));
    }
    assertThat(follower.hasEnded()).as("the job had not ended before the last cut").isFalse();
    Files.createFile(end);
    follow(follower, Long.MAX_VALUE);

    assertThat(follower.hasEnded()).isTrue();
    assertThat(follower.events()).isEqualTo(server.events(job));
    assertThat(follower.events())
        .extracting(event -> event.path("seq").asInt())
        .isEqualTo(IntStream.rangeClosed(1, follower.events().size()).boxed().toList());
    assertThat(follower.events().getLast().path("type").asText()).isEqualTo("job_completed");
  }

  @Test
  void aStreamGoesOnAfterTheServerWasKilled() throws IOException {
    List<String> workers = IntStream.range(0, 10).mapToObj("w%02d"::formatted).toList();
    String job =
        server.submit(
            SampleManifests.fanOut(
                "interrupted", workers, worker -> new String[] {"sleep", "0.2"}));
    EventFollower follower = new EventFollower(job);
    follow(follower, 2000);
    server.kill9();
    server.restart();
    follow(follower, Long.MAX_VALUE);

    assertThat(follower.events()).isEqualTo(server.events(job));
  }
}

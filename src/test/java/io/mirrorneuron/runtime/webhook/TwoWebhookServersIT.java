package io.mirrorneuron.runtime.webhook;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewTarget;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.WebhookReceiver;
import io.mirrorneuron.testing.WebhookReceiver.Received;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one Redis: one delivers what happens on both. */
@Whole
class TwoWebhookServersIT {
  private static final Map<String, String> HERE = Map.of("MN_WEBHOOKS_ADDRESSES", "127.0.0.1");

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture other;

  @BeforeEach
  void start() throws Exception {
    Path home = Files.createDirectory(folder.resolve("one"));
    one = new RuntimeFixture(home, RuntimeFixture.config(home, HERE));
    other = RuntimeFixture.beside(one, Files.createDirectory(folder.resolve("other")), HERE);
  }

  @AfterEach
  void stop() {
    other.close();
    one.close();
  }

  private static void run(RuntimeFixture server) {
    String manifest = SampleManifests.program("quick", "true");
    server.awaitEnd(server.jobs().submit(Submission.of(manifest)).jobId());
  }

  @Test
  void whatHappensOnEitherIsToldOnceWhoeverLeadsAndLeaves() {
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      String id =
          one.runtime()
              .webhooks()
              .outbound()
              .create(new NewTarget("t", receiver.url(), List.of("job_completed"), null))
              .webhookId();
      eventually("the other one knows it", () -> knows(other, id));
      run(one);
      run(other);
      eventually("both are told", () -> receiver.received().size() == 2);

      // else the next leader tells the last one again, as nobody has noted the yes
      eventually("both are settled", () -> delivered(id) == 2);
      one.leave(); // it led, as it was first
      run(other);
      run(other);
      eventually("so are these", () -> delivered(id) == 4);
      assertThat(receiver.received()).extracting(Received::id).doesNotHaveDuplicates();
      one.startAgain();
    }
  }

  private long delivered(String id) {
    return other.runtime().webhooks().outbound().get(id).delivered();
  }

  private static boolean knows(RuntimeFixture server, String id) {
    return server.runtime().webhooks().outbound().list().stream()
        .anyMatch(target -> target.webhookId().equals(id));
  }
}

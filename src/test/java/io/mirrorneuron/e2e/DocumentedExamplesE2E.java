package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.DocumentedSession;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pages of the documentation show to be typed does what they say. */
@Timeout(120)
@Whole
class DocumentedExamplesE2E {
  @TempDir static Path home;
  private static PackagedServer server;

  @BeforeAll
  static void start() {
    server = PackagedServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** The number keeps a block that is not recognised from going unseen. */
  @ParameterizedTest
  @CsvSource({"embedding, 2", "first-hour, 8", "people, 11", "programs, 5"})
  void aPageCanBeFollowed(String page, int commands, @TempDir Path folder) throws IOException {
    String text = Files.readString(Path.of("docs", page + ".md"));
    String programs =
        String.join(
            ":",
            Path.of("target").toAbsolutePath().toString(),
            Path.of(System.getProperty("java.home"), "bin").toString(),
            System.getenv("PATH"));
    Map<String, String> environment =
        Map.of(
            "PATH", programs,
            "JAVA_HOME", System.getProperty("java.home"),
            "MN_HOME", home.toString(),
            "MN_GRPC_TARGET", server.grpc(),
            "MN_API_BASE_URL", "http://" + server.api());
    try (DocumentedSession session = new DocumentedSession(folder, environment)) {
      assertThat(session.follow(text)).isEqualTo(commands);
    }
  }
}

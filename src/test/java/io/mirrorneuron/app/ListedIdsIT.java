package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lists that shells complete ids from find one by its beginning, however old it is. */
@Timeout(60)
class ListedIdsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private static Shell shell;
  private static String first;
  private static String second;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
    shell =
        new Shell(Main::commandLine, home)
            .set("MN_API_BASE_URL", server.uri("").toString())
            .set("MN_GRPC_TARGET", server.grpc().toString());
    first = submit("early-one");
    second = submit("early-two");
    for (int i = 0; i < 3; i++) {
      submit("late");
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String submit(String graph) {
    return server.jobs().submit(Submission.of(SampleManifests.routers(graph, 1))).jobId();
  }

  /** As the scripts of {@code mn completion} ask. */
  private static List<String> ids(String member, String... line) {
    String[] asked = Stream.concat(Stream.of(line), Stream.of("--json")).toArray(String[]::new);
    return Json.elements(shell.run(asked).json().path("data"))
        .map(row -> row.path(member).asText())
        .toList();
  }

  private static List<String> beginning(String member, String prefix) {
    return ids(member, "run", "list", "--limit", "1", "--id-prefix=" + prefix);
  }

  @Test
  void aRunIsFoundByTheBeginningOfItsIdOrOfThatOfItsJob() {
    assertThat(beginning("run_id", "run-early-o")).containsExactly("run-" + first);
    assertThat(beginning("job_id", "early-o")).containsExactly(first);
    assertThat(beginning("job_id", "early-")).containsExactly(second);
    assertThat(beginning("run_id", "arly")).isEmpty();
  }

  @Test
  void whereNothingIsTypedAllAreThere() {
    assertThat(ids("run_id", "run", "list", "--limit", "200", "--id-prefix="))
        .hasSize(5)
        .endsWith("run-" + second, "run-" + first);
    assertThat(ids("job_id", "job", "list", "--limit", "200")).hasSize(5).contains(first, second);
  }
}

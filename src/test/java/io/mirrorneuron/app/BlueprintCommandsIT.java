package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn blueprint} before a server with the catalog that comes with the program. */
@Timeout(60)
@Whole
class BlueprintCommandsIT {
  @TempDir static Path home;
  private static WholeServer server;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void allOrThoseOfSomeCategoriesAreListed() {
    assertThat(shell.run("blueprint", "list").out()).contains("story-desk", "nightly-check");
    String some = shell.run("blueprint", "list", "--category", "Data,writing").out();
    assertThat(some).contains("story-desk", "word-count").doesNotContain("nightly-check");
    assertThat(shell.run("blueprint", "list", "--json").json().at("/blueprints")).hasSize(6);
  }

  @Test
  void oneIsShownWithWhatItIsGoodFor() {
    String shown = shell.run("blueprint", "show", "story-desk").out();
    assertThat(shown).contains("Story desk", "Writing", "human approval", "Free");
    assertThat(shown).doesNotContain("Revision");
    Ended json = shell.run("blueprint", "show", "story-desk", "--json");
    assertThat(json.json().at("/blueprint/category_slug").asText()).isEqualTo("writing");
  }

  @Test
  void oneThatIsNotThereIsSaid() {
    Ended ended = shell.run("blueprint", "show", "no-such");
    assertThat(ended.exitCode()).isEqualTo(5);
    assertThat(ended.err()).contains("blueprint not found");
    assertThat(shell.run("blueprint", "show", "a/b").exitCode()).isNotZero();
  }
}

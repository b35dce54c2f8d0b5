package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is no member of a cluster pays nothing for those that are. */
@Timeout(120)
@Whole
class ClusterOffE2E {
  @TempDir Path folder;

  @Test
  void noClassOfHazelcastIsLoaded() throws Exception {
    Path loaded = folder.resolve("classes.log");
    String option = "-Xlog:class+load:file=" + loaded;
    PackagedServer server =
        PackagedServer.start(folder.resolve("home"), Map.of("MN_JAVA_OPTS", option));
    try {
      server.request("/health");
    } finally {
      server.close();
    }

    List<String> classes = Files.readAllLines(loaded);
    assertThat(classes).anyMatch(line -> line.contains("io.mirrorneuron.app.App$ServerVertx"));
    assertThat(classes.stream().filter(line -> line.matches(".*(?i:hazelcast).*"))).isEmpty();
  }
}

package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server says that cannot start, and how it leaves its home when it can. */
@Timeout(900)
@Whole
class StartUpE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** One start that fails: what is set, and what the one sentence must hold. */
  private record Row(
      Map<String, String> variables, List<String> arguments, int exitCode, String... words) {
    static Row of(String variable, String value, int exitCode, String... words) {
      return new Row(Map.of(variable, value), List.of(), exitCode, words);
    }

    static Row with(String argument, int exitCode, String... words) {
      return new Row(Map.of(), List.of(argument), exitCode, words);
    }
  }

  /** All that can be in the way is in {@code StartObstaclesIT}; this is what a process adds. */
  @Test
  void whatIsInTheWayIsSaidInOneSentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      String closed = "redis://me:secret@127.0.0.1:1";
      SoftAssertions all = new SoftAssertions();
      for (Row row :
          List.of(
              Row.of("MN_REDIS_URL", "redis://:se/cret@h", 2, "redis.url", "redis://***@h"),
              Row.of(
                  "MN_REDIS_URL",
                  closed,
                  1,
                  "redis.url redis://***@127.0.0.1:1",
                  "MN_REDIS_URL",
                  "answer"),
              Row.with(
                  "--api-port=" + port, 1, "localhost:" + port, "api.port", "another program"))) {
        check(row, all);
      }
      all.assertAll();
    }
  }

  private void check(Row row, SoftAssertions all) {
    List<String> arguments = new ArrayList<>(List.of("up"));
    for (String port : List.of("--api-port", "--grpc-port")) {
      if (row.arguments().stream().noneMatch(argument -> argument.startsWith(port))) {
        arguments.add(port + "=0");
      }
    }
    arguments.addAll(row.arguments());
    Process process =
        PackagedServer.launch(
            folder.resolve("home"), row.variables(), arguments.toArray(String[]::new));
    String said =
        PackagedServer.said(process)
            .lines()
            .filter(line -> !line.contains("BlockedThreadChecker")) // tells of a busy machine
            .collect(Collectors.joining("\n"));
    int exitCode = PackagedServer.exitCode(process, PATIENCE);
    all.assertThat(said).as("%s", row).hasLineCount(1).startsWith("mn: ").contains(row.words());
    all.assertThat(said)
        .doesNotContain("Exception", "io.netty", "io.vertx", "secret", "unexpected");
    all.assertThat(exitCode).as(said).isEqualTo(row.exitCode());
  }

  /** No virtual thread can be made, which Java tells by an error when the home is taken already. */
  @Test
  void anErrorEndsTheProcessAndLetsGoOfTheHome() throws IOException {
    Path home = folder.resolve("home");
    Process process =
        PackagedServer.launch(
            home,
            Map.of("MN_JAVA_OPTS", "-Djdk.virtualThreadScheduler.parallelism=none"),
            "up",
            "--api-port=0",
            "--grpc-port=0");
    String said = PackagedServer.said(process);
    assertThat(PackagedServer.exitCode(process, PATIENCE)).as(said).isEqualTo(1);
    assertThat(said.lines().filter(line -> line.startsWith("mn: ")))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("unexpected: java.lang.ExceptionInInitializerError");
    assertThat(said).doesNotContain("Exception in thread");

    try (PackagedServer server = PackagedServer.start(home)) {
      assertThat(server.get("/health").path("status").asText()).isEqualTo("ok");
    }
  }

  @Test
  void theHomeIsClosedToOtherUsersHoweverItWas() throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    Path runs = Files.createDirectories(home.resolve("runs"));
    Path apart = Files.createDirectories(folder.resolve("apart"));
    for (Path open : List.of(home, runs, apart)) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path token = Files.writeString(home.resolve("grpc_auth.token"), "kept\n");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
    try (PackagedServer server =
        PackagedServer.start(home, Map.of("MN_LOGS_ROOT", apart.toString()))) {
      assertThat(server.isAlive()).isTrue();
      assertThat(token).hasContent("kept");
      assertThat(permissions(home)).isEqualTo("rwx------");
      try (Stream<Path> inside = Files.list(home)) {
        for (Path each : inside.toList()) {
          assertThat(permissions(each))
              .as("%s", each)
              .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
        }
      }
      assertThat(permissions(apart)).as("named, and there before").isEqualTo("rwxr-xr-x");
      assertThat(Files.readString(apart.resolve("mn.log")))
          .contains(runs + " was open to other users (rwxr-xr-x)")
          .containsPattern("WARN .*" + token + " was open to other users [(]rw-r--r--[)]");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aMisspeltVariableIsToldAndTheServerStarts() throws IOException {
    Path home = folder.resolve("home");
    Map<String, String> variables =
        Map.of("MN_API_PROT", "1", "MN_CLUSTER_MODE", "x", "MN_RUN_ID", "run-1");
    try (PackagedServer server = PackagedServer.start(home, variables)) {
      assertThat(server.get("/health").path("status").asText()).isEqualTo("ok");
      assertThat(Files.readString(home.resolve("logs/mn.log")))
          .contains("MN_API_PROT sets nothing", "did you mean MN_API_PORT?")
          .contains("this build does not use MN_CLUSTER_MODE")
          .doesNotContain("MN_RUN_ID");
    }
  }
}

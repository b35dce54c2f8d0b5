package io.mirrorneuron.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerIT {
  private static final Secret PASSWORD = new Secret("0123456789abcdef");

  @TempDir Path home;

  private static RedisServer.Options options(Path home) {
    return new RedisServer.Options(
        home.resolve("redis"),
        null,
        "/usr/bin:/usr/local/bin",
        Config.Fsync.EVERYSEC,
        PASSWORD,
        home.resolve("logs/redis.log"));
  }

  private static RedisServer start(Path home) {
    return RedisServer.launch(options(home)).awaitReady();
  }

  private static RedisAddress addressOf(RedisServer server, Path home) {
    return server.uri().startsWith("unix:")
        ? new RedisAddress.Unix(home.resolve("redis/redis.sock"))
        : new RedisAddress.Tcp(
            Integer.parseInt(server.uri().substring(server.uri().lastIndexOf(':') + 1)));
  }

  private static String ask(RedisServer server, Path home, String... words) throws IOException {
    try (RedisSession session = RedisSession.brief(addressOf(server, home), PASSWORD.value())) {
      return session.ask(words);
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** A process that ended but was not collected yet has no command any more. */
  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
  }

  @Test
  void dataIsThereAgainAfterARestart() throws Exception {
    long first;
    try (RedisServer server = start(home)) {
      ask(server, home, "SET", "k", "v");
      first = server.pid();
    }
    assertThat(isAlive(first)).isFalse();
    try (RedisServer server = start(home)) {
      assertThat(ask(server, home, "GET", "k")).isEqualTo("v");
      assertThat(server.pid()).isNotEqualTo(first);
    }
  }

  @Test
  void onlyThisUserWithThePasswordGetsIn() throws Exception {
    try (RedisServer server = start(home)) {
      assertThatThrownBy(() -> RedisSession.brief(addressOf(server, home), "wrong").close())
          .hasMessageContaining("WRONGPASS");
      assertThat(server.uri()).startsWith("unix:///").endsWith("?password=" + PASSWORD.value());
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("redis"))))
          .isEqualTo("rwx------");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(home.resolve("redis/redis.conf"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aPathTooLongForASocketMeansALoopbackPort() throws Exception {
    Path deep = home.resolve("d".repeat(100));
    try (RedisServer server = start(deep)) {
      assertThat(server.uri()).startsWith("redis://:").contains("@127.0.0.1:");
      assertThat(ask(server, deep, "SET", "k", "v")).isEqualTo("OK");
    }
  }

  @Test
  void aServerThatDiesIsStartedAgainWithItsData() throws Exception {
    try (RedisServer server = start(home)) {
      ask(server, home, "SET", "k", "v");
      long first = server.pid();
      ProcessHandle.of(first).orElseThrow().destroyForcibly();
      await(() -> server.pid() != first);
      server.awaitReady();
      await(() -> answers(server));
      assertThat(ask(server, home, "GET", "k")).isEqualTo("v");
    }
  }

  private boolean answers(RedisServer server) {
    try {
      return ask(server, home, "PING").equals("PONG");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theServerOfAKilledOwnerIsTakenOver() throws Exception {
    long orphan = runAndKillOwner();
    try (RedisServer server = start(home)) {
      assertThat(server.pid()).isEqualTo(orphan);
      assertThat(ask(server, home, "GET", "owner")).isEqualTo("first");
    }
    assertThat(isAlive(orphan)).isFalse();
  }

  @Test
  void anOrphanThatDoesNotKnowThePasswordIsReplaced() throws Exception {
    long orphan = runAndKillOwner();
    RedisServer.Options same = options(home);
    Secret other = new Secret("another");
    try (RedisServer server =
        RedisServer.launch(
                new RedisServer.Options(
                    same.folder(), null, same.searchPath(), Config.Fsync.ALWAYS, other, same.log()))
            .awaitReady()) {
      assertThat(isAlive(orphan)).isFalse();
      try (RedisSession session = RedisSession.brief(addressOf(server, home), other.value())) {
        assertThat(session.ask("GET", "owner")).isEqualTo("first");
      }
    }
  }

  /** Starts an owner in a process of its own, kills it and returns the id of its server. */
  private long runAndKillOwner() throws Exception {
    Process owner =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                home.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = owner.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      while (line != null && !line.startsWith("pid ")) {
        line = output.readLine();
      }
      owner.destroyForcibly().waitFor();
      assertThat(line).isNotNull();
      long pid = Long.parseLong(line.substring(4));
      assertThat(isAlive(pid)).isTrue();
      return pid;
    }
  }

  static final class Owner {
    public static void main(String[] arguments) throws IOException {
      Path home = Path.of(arguments[0]);
      RedisServer server = start(home);
      ask(server, home, "SET", "owner", "first");
      System.out.println("pid " + server.pid());
      System.in.read();
    }
  }

  @Test
  void aProgramThatDoesNotRunIsNamed() {
    RedisServer.Options some = options(home);
    RedisServer.Options broken =
        new RedisServer.Options(
            some.folder(), Path.of("/bin/false"), "", some.fsync(), PASSWORD, some.log());
    try (RedisServer server = RedisServer.launch(broken)) {
      assertThatThrownBy(server::awaitReady)
          .isInstanceOf(MnException.class)
          .hasMessageContaining("/bin/false");
    }
  }
}

package io.mirrorneuron.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisProcess.RedisSession;
import io.mirrorneuron.testing.OldRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RedisServerIT {
  private static final Secret PASSWORD = new Secret("0123456789abcdef");

  @TempDir Path home;

  private static RedisServer.Options options(Path home) {
    return new RedisServer.Options(
        home.resolve("redis"),
        null,
        "",
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
    long orphan = runAndKillOwner(null);
    try (RedisServer server = start(home)) {
      assertThat(server.pid()).isEqualTo(orphan);
      assertThat(ask(server, home, "GET", "owner")).isEqualTo("first");
    }
    assertThat(isAlive(orphan)).isFalse();
  }

  @Test
  void anOrphanThatDoesNotKnowThePasswordIsReplaced() throws Exception {
    long orphan = runAndKillOwner(null);
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
  private long runAndKillOwner(Path program) throws Exception {
    Process owner =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                home.toString(),
                program == null ? "" : program.toString())
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
      RedisServer.Options same = options(home);
      Path program = arguments[1].isEmpty() ? null : Path.of(arguments[1]);
      RedisServer server =
          RedisServer.launch(
                  new RedisServer.Options(
                      same.folder(),
                      program,
                      same.searchPath(),
                      same.fsync(),
                      PASSWORD,
                      same.log()))
              .awaitReady();
      ask(server, home, "SET", "owner", "first");
      System.out.println("pid " + server.pid());
      System.in.read();
    }
  }

  private RedisServer.Options with(Path program, Config.Fsync fsync) {
    RedisServer.Options some = options(home);
    return new RedisServer.Options(some.folder(), program, "", fsync, PASSWORD, some.log());
  }

  /** What a store writes: strings, hashes, sets, streams, and all of it from a script too. */
  private void write(RedisServer server, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      ask(server, home, "SET", "s" + i, "v" + i);
      ask(server, home, "HSET", "h", "f" + i, "v" + i);
      ask(server, home, "ZADD", "z", String.valueOf(i), "m" + i);
      ask(server, home, "XADD", "x", "*", "n", String.valueOf(i));
      ask(
          server,
          home,
          "EVAL",
          "\"return(redis.call('RPUSH',KEYS[1],ARGV[1]))\"",
          "1",
          "l",
          "e" + i);
    }
  }

  private void assertWritten(RedisServer server, int count) throws IOException {
    String all = String.valueOf(count);
    assertThat(ask(server, home, "GET", "s" + (count - 1))).isEqualTo("v" + (count - 1));
    assertThat(ask(server, home, "HLEN", "h")).isEqualTo(all);
    assertThat(ask(server, home, "ZCARD", "z")).isEqualTo(all);
    assertThat(ask(server, home, "XLEN", "x")).isEqualTo(all);
    assertThat(ask(server, home, "LLEN", "l")).isEqualTo(all);
    assertThat(ask(server, home, "DBSIZE")).isEqualTo(String.valueOf(count + 4));
  }

  @Test
  void dataOfTheOldServerIsReadByTheNewOne() throws Exception {
    Path old = OldRedis.unpack(home.resolve("old"));
    try (RedisServer server = RedisServer.launch(with(old, Config.Fsync.EVERYSEC)).awaitReady()) {
      write(server, 0, 20);
      ask(server, home, "BGREWRITEAOF");
      await(() -> ask(server, home, "INFO", "persistence").contains("aof_rewrite_in_progress:0"));
      write(server, 20, 30);
    }
    assertThat(home.resolve("redis/appendonly.aof")).exists();
    try (RedisServer server = start(home)) {
      assertThat(server.version()).hasToString("Redis 7.0.15");
      assertWritten(server, 30);
      write(server, 30, 40);
      assertThat(home.resolve("redis/appendonlydir")).exists();
    }
    try (RedisServer server = start(home)) {
      assertWritten(server, 40);
    }
  }

  @Test
  void theOldServerOfAKilledOwnerIsTakenOverAndReplacedWhenItEnds() throws Exception {
    Path old = OldRedis.unpack(home.resolve("old"));
    long orphan = runAndKillOwner(old);
    try (RedisServer server = start(home)) {
      assertThat(server.pid()).isEqualTo(orphan);
      assertThat(server.version().line()).isEqualTo(602);
      write(server, 0, 10);
      ProcessHandle.of(orphan).orElseThrow().destroyForcibly();
      await(() -> server.pid() != orphan);
      await(() -> answers(server));
      assertThat(server.version()).hasToString("Redis 7.0.15");
      assertThat(ask(server, home, "GET", "owner")).isEqualTo("first");
      assertThat(ask(server, home, "LLEN", "l")).isEqualTo("10");
    }
  }

  @Test
  void anOlderServerIsNotStartedOnNewerData() throws Exception {
    try (RedisServer server = start(home)) {
      write(server, 0, 3);
    }
    Path old = OldRedis.unpack(home.resolve("old"));
    try (RedisServer server = RedisServer.launch(with(old, Config.Fsync.EVERYSEC))) {
      assertThatThrownBy(server::awaitReady)
          .isInstanceOf(MnException.class)
          .hasMessageStartingWith("redis.server: " + old + " is Redis 6.2.")
          .hasMessageContaining("cannot read what Redis 7.0.15 wrote in " + home.resolve("redis"));
    }
    try (RedisServer server = start(home)) {
      assertWritten(server, 3);
    }
  }

  @Test
  void writesAreSyncedAsTheSettingsSayAlsoByAServerThatWasTakenOver() throws Exception {
    try (RedisServer server = RedisServer.launch(with(null, Config.Fsync.ALWAYS)).awaitReady()) {
      assertThat(settings(server)).contains("appendfsync always").contains("appendonly yes");
    }
    runAndKillOwner(null);
    try (RedisServer server = RedisServer.launch(with(null, Config.Fsync.ALWAYS)).awaitReady()) {
      assertThat(settings(server)).contains("appendfsync always");
    }
  }

  private String settings(RedisServer server) throws IOException {
    try (SocketChannel channel = addressOf(server, home).connect()) {
      String asked = "AUTH " + PASSWORD.value() + "\r\nCONFIG GET append*\r\nQUIT\r\n";
      channel.write(ByteBuffer.wrap(asked.getBytes(StandardCharsets.UTF_8)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("\r\n(\\$\\d+\r\n)?", " ");
    }
  }

  @Test
  void ofAServerBelowThePatchedOnesIsToldWhatReachesItWithoutAWarning() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(RedisServer.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    logger.setLevel(Level.INFO);
    try (RedisServer server = start(home)) {
      assertThat(said.list).isEmpty();
      server.logVersion();
      assertThat(said.list.stream().map(ILoggingEvent::getFormattedMessage))
          .anyMatch(line -> line.startsWith("Redis 7.0.15 serves as process " + server.pid()))
          .filteredOn(line -> line.startsWith("Redis 7.0.15 has publicly known security holes"))
          .singleElement()
          .asString()
          .endsWith("; only who has the password in the home of this server reaches it");
      assertThat(said.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    } finally {
      logger.setLevel(null);
      logger.detachAppender(said);
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

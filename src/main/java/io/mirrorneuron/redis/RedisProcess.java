package io.mirrorneuron.redis;

import io.mirrorneuron.config.ServiceMark;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server process of one folder. It runs as a daemon in a session of its own, so that Ctrl-C in
 * our terminal does not end it before our last writes. Not thread-safe, but {@link #pid} may be
 * called from anywhere.
 */
final class RedisProcess {
  private static final Pattern PROCESS_ID = Pattern.compile("process_id:(\\d+)");

  /** What Redis gets of this process's variables: none that holds a secret. */
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH");

  private static final long SECONDS_TO_ANSWER = 15;
  private static final long POLL_MILLIS = 3;

  private final RedisServer.Options options;
  private final RedisFolder folder;
  private final RedisAddress address;
  private final RedisDaemon daemon;
  private final DataVersion data;
  private volatile long pid;
  private volatile RedisVersion version;
  private String program = "taken over";

  private RedisProcess(RedisServer.Options options, RedisFolder folder, RedisAddress address) {
    this.options = options;
    this.folder = folder;
    this.address = address;
    this.daemon = new RedisDaemon(folder.configuration());
    this.data = new DataVersion(options.folder());
  }

  static RedisProcess at(RedisServer.Options options) throws IOException {
    RedisFolder folder = new RedisFolder(options);
    folder.create();
    return new RedisProcess(options, folder, folder.address());
  }

  String uri() {
    return address.uri(options.password().value());
  }

  /** The process that serves; 0 before the first one does. */
  long pid() {
    return pid;
  }

  /** What serves; null before it does. */
  RedisVersion version() {
    return version;
  }

  /** Where the program of the server was found, for people. */
  String program() {
    return program;
  }

  /** Blocks until the server hangs up, which it does when it ends. */
  void awaitHangUp() {
    try (RedisSession session = RedisSession.patient(address, options.password().value())) {
      session.awaitEnd();
    } catch (IOException e) {
      // it is gone already
    }
  }

  /**
   * Takes over the server of this folder when it answers, else starts one; returns when it serves.
   *
   * @param cancelled ends the wait early when complete
   */
  void bringUp(CompletableFuture<Void> cancelled) throws IOException {
    OptionalLong running = answering();
    if (running.isPresent() && !folder.isExposedAsBefore()) {
      daemon.end(running.getAsLong());
      running = OptionalLong.empty();
    }
    if (running.isEmpty()) {
      folder.filedPid().ifPresent(daemon::end);
      start();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_ANSWER);
      for (running = answering(); running.isEmpty(); running = answering()) {
        OptionalLong started = folder.filedPid();
        boolean died = started.isPresent() && !daemon.isRunning(started.getAsLong());
        if (died || System.nanoTime() > deadline) {
          throw new IOException("Redis does not come up: " + folder.lastLogLine());
        }
        if (RedisDaemon.isDoneWithin(cancelled, POLL_MILLIS)) {
          throw new IOException("stopped before Redis was up");
        }
      }
    }
    pid = running.getAsLong();
    awaitLoaded(cancelled);
    data.write(version);
  }

  /** The process that listens at our address, when it knows our password. */
  private OptionalLong answering() {
    try (RedisSession session = session()) {
      String info = session.ask("INFO", "server");
      Matcher id = PROCESS_ID.matcher(info);
      version = RedisVersion.ofInfo(info).orElse(version);
      return id.find() && version != null
          ? OptionalLong.of(Long.parseLong(id.group(1)))
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private RedisSession session() throws IOException {
    return RedisSession.brief(address, options.password().value());
  }

  /** Waits until the data is loaded, for as long as the process lives: a long log takes time. */
  private void awaitLoaded(CompletableFuture<Void> cancelled) throws IOException {
    while (true) {
      try (RedisSession session = session()) {
        session.ask("PING");
        session.ask("CONFIG", "SET", "appendfsync", folder.fsync());
        return;
      } catch (IOException e) {
        if (!daemon.isRunning(pid) || RedisDaemon.isDoneWithin(cancelled, 50)) {
          throw new IOException("Redis ended while it loaded: " + folder.lastLogLine(), e);
        }
      }
    }
  }

  private void start() throws IOException {
    Path program = options.program() != null ? named() : found();
    this.program = program.toString();
    folder.writeConfiguration(address);
    Files.deleteIfExists(folder.pidFile());
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), folder.configuration().toString())
            .redirectErrorStream(true);
    builder.environment().keySet().retainAll(INHERITED);
    Process starter = ServiceMark.start(builder, "redis");
    try (InputStream output = starter.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (starter.waitFor() != 0) {
        throw new IOException(program + " cannot be started: " + RedisFolder.lastLine(said));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Redis started", e);
    }
  }

  private Path found() throws IOException {
    return new RedisBinary(folder.programs(), options.searchPath()).find(data.read()).program();
  }

  /** The program that the settings name; one that does not run fails when it is started. */
  private Path named() throws IOException {
    Optional<RedisVersion> writer = data.read();
    Optional<RedisVersion> chosen = RedisBinary.version(options.program());
    if (writer.isPresent() && chosen.isPresent() && !chosen.get().reads(writer.get())) {
      throw new IOException(
          "redis.server: %s is %s, which cannot read what %s wrote in %s: name that or a newer one"
              .formatted(options.program(), chosen.get(), writer.get(), options.folder()));
    }
    return options.program();
  }

  /** Asks the server to write everything and end; ends it the hard way if it does not. */
  void stop() {
    long server = pid != 0 ? pid : folder.filedPid().orElse(0);
    try (RedisSession session = session()) {
      session.send("SHUTDOWN");
      session.awaitEnd();
      daemon.awaitGone(server);
    } catch (IOException e) {
      // it is gone or does not listen: the signal below settles both
    }
    daemon.end(server);
  }
}

package io.mirrorneuron.redis;

import io.mirrorneuron.config.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server process of one folder. It runs as a daemon in a session of its own: Ctrl-C in our
 * terminal must not reach it before our last writes have. Not thread-safe, but {@link #pid} may be
 * called from anywhere.
 */
final class RedisProcess {
  private static final Pattern PROCESS_ID = Pattern.compile("process_id:(\\d+)");
  private static final Pattern PORT = Pattern.compile("(?m)^port ([1-9]\\d*)$");
  private static final long SECONDS_TO_ANSWER = 15;
  private static final long SECONDS_TO_STOP = 10;
  private static final long POLL_MILLIS = 3;

  private final RedisServer.Options options;
  private final RedisAddress address;
  private final DataVersion data;
  private volatile long pid;
  private volatile RedisVersion version;
  private String program = "taken over";

  private RedisProcess(RedisServer.Options options, RedisAddress address) {
    this.options = options;
    this.address = address;
    this.data = new DataVersion(options.folder());
  }

  static RedisProcess at(RedisServer.Options options) throws IOException {
    Files.createDirectories(
        options.folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.createDirectories(options.log().getParent());
    return new RedisProcess(options, address(options));
  }

  private static RedisAddress address(RedisServer.Options options) throws IOException {
    Path socket = options.folder().resolve("redis.sock");
    if (RedisAddress.Unix.fits(socket)) {
      return new RedisAddress.Unix(socket);
    }
    Optional<RedisAddress> last = lastPort(options);
    return last.isPresent() ? last.get() : RedisAddress.Tcp.anyFree();
  }

  /** The port of a server that an earlier process left behind, when that server still answers. */
  private static Optional<RedisAddress> lastPort(RedisServer.Options options) {
    try {
      Matcher port = PORT.matcher(Files.readString(options.folder().resolve("redis.conf")));
      if (!port.find()) {
        return Optional.empty();
      }
      RedisAddress address = new RedisAddress.Tcp(Integer.parseInt(port.group(1)));
      RedisSession.brief(address, options.password().value()).close();
      return Optional.of(address);
    } catch (IOException e) {
      return Optional.empty();
    }
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
    if (running.isEmpty()) {
      filedPid().ifPresent(this::end);
      start();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_ANSWER);
      for (running = answering(); running.isEmpty(); running = answering()) {
        OptionalLong started = filedPid();
        boolean died = started.isPresent() && !isRunning(started.getAsLong());
        if (died || System.nanoTime() > deadline) {
          throw new IOException("Redis does not come up: " + lastLine(options.log()));
        }
        if (isDoneWithin(cancelled, POLL_MILLIS)) {
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

  /** A long log takes its time to load; we wait as long as the process lives. */
  private void awaitLoaded(CompletableFuture<Void> cancelled) throws IOException {
    while (true) {
      try (RedisSession session = session()) {
        session.ask("PING");
        session.ask("CONFIG", "SET", "appendfsync", fsync());
        return;
      } catch (IOException e) {
        if (!isRunning(pid) || isDoneWithin(cancelled, 50)) {
          throw new IOException("Redis ended while it loaded: " + lastLine(options.log()), e);
        }
      }
    }
  }

  /**
   * Whether the process is (still) a server of this folder: process ids are used again, and one
   * that has ended but was not collected by its parent has no arguments.
   */
  private boolean isRunning(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().arguments())
        .filter(arguments -> List.of(arguments).contains(configuration().toString()))
        .isPresent();
  }

  /** The process that wrote the pid file; it removes it when it ends in good order. */
  private OptionalLong filedPid() {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(pidFile()).trim()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Ends a server that no longer answers: two on the same files would ruin them. */
  private void end(long server) {
    if (isRunning(server)) {
      ProcessHandle.of(server).ifPresent(ProcessHandle::destroy);
      if (!isGoneWithin(server, SECONDS_TO_STOP)) {
        ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
        isGoneWithin(server, SECONDS_TO_STOP);
      }
    }
  }

  private boolean isGoneWithin(long server, long seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    CompletableFuture<Void> never = new CompletableFuture<>();
    while (isRunning(server)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      isDoneWithin(never, POLL_MILLIS);
    }
    return true;
  }

  private void start() throws IOException {
    Path program = options.program() != null ? named() : found();
    this.program = program.toString();
    writeConfiguration();
    Files.deleteIfExists(pidFile());
    Process starter =
        new ProcessBuilder(program.toString(), configuration().toString())
            .redirectErrorStream(true)
            .start();
    try (InputStream output = starter.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (starter.waitFor() != 0) {
        throw new IOException(program + " cannot be started: " + last(said));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Redis started", e);
    }
  }

  private Path found() throws IOException {
    return new RedisBinary(bin(), options.searchPath()).find(data.read()).program();
  }

  private Path bin() {
    return options.folder().resolve("bin");
  }

  /** The program of the settings; what does not run is told when it is started. */
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

  private void writeConfiguration() throws IOException {
    Files.deleteIfExists(configuration());
    Files.createFile(
        configuration(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Secret password = options.password();
    Files.writeString(
        configuration(),
        address.configuration()
            + """
            requirepass %s
            dir "%s"
            pidfile "%s"
            logfile "%s"
            daemonize yes
            set-proc-title no
            appendonly yes
            appendfsync %s
            save ""
            maxmemory-policy noeviction
            """
                .formatted(password.value(), options.folder(), pidFile(), options.log(), fsync()));
  }

  private String fsync() {
    return options.fsync().name().toLowerCase(Locale.ROOT);
  }

  /** Asks the server to write everything and end; ends it the hard way if it does not. */
  void stop() {
    long server = pid != 0 ? pid : filedPid().orElse(0);
    try (RedisSession session = session()) {
      session.send("SHUTDOWN");
      session.awaitEnd();
      isGoneWithin(server, SECONDS_TO_STOP);
    } catch (IOException e) {
      // it is gone or does not listen: the signal below settles both
    }
    end(server);
  }

  private Path configuration() {
    return options.folder().resolve("redis.conf");
  }

  private Path pidFile() {
    return options.folder().resolve("redis.pid");
  }

  private static boolean isDoneWithin(CompletableFuture<?> future, long millis) {
    try {
      future.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private static String lastLine(Path log) {
    try {
      return last(Files.readString(log).strip());
    } catch (IOException e) {
      return "no log was written";
    }
  }

  private static String last(String text) {
    return text.substring(text.lastIndexOf('\n') + 1);
  }
}

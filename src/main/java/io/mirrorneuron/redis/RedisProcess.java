package io.mirrorneuron.redis;

import io.mirrorneuron.config.HelperProcessMark;
import io.mirrorneuron.config.Secret;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server process of one folder. It runs as a daemon in its own session, so that Ctrl-C in our
 * terminal does not end it before our last writes. Not thread-safe, but {@link #pid} may be called
 * from any thread.
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

  long pid() {
    return pid;
  }

  /** What serves; null before it does. */
  RedisVersion version() {
    return version;
  }

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
    Process starter = HelperProcessMark.start(builder, "redis");
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

  /**
   * Which server wrote the data of a folder last. An older one must not be started on them: it
   * would not find files that lie elsewhere since, and serve without them.
   */
  private static final class DataVersion {
    private final Path file;

    DataVersion(Path folder) {
      this.file = folder.resolve("redis.version");
    }

    /**
     * Empty in a new folder, and in one that was last used by a server before this was recorded.
     */
    Optional<RedisVersion> read() throws IOException {
      try {
        return RedisVersion.ofName(Files.readString(file));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    }

    void write(RedisVersion version) throws IOException {
      if (!read().equals(Optional.of(version))) {
        Path fresh = file.resolveSibling("redis.version.new");
        Files.writeString(fresh, version + "\n");
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The operating system's view of servers that run with one configuration file. */
  private static final class RedisDaemon {
    private static final long SECONDS_TO_STOP = 10;
    private static final long POLL_MILLIS = 3;

    private final Path configuration;

    RedisDaemon(Path configuration) {
      this.configuration = configuration;
    }

    /**
     * Whether the process is (still) a server of this folder: process ids are used again, and one
     * that has ended but was not collected by its parent has no arguments.
     */
    boolean isRunning(long pid) {
      return ProcessHandle.of(pid)
          .flatMap(process -> process.info().arguments())
          .filter(arguments -> List.of(arguments).contains(configuration.toString()))
          .isPresent();
    }

    /**
     * Ends a server that no longer answers, with SIGTERM and, ten seconds later, SIGKILL: two
     * servers on the same files would ruin them.
     */
    void end(long server) {
      if (isRunning(server)) {
        ProcessHandle.of(server).ifPresent(ProcessHandle::destroy);
        if (!awaitGone(server)) {
          ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
          awaitGone(server);
        }
      }
    }

    /** Answers whether the server has ended within the time that it has for it. */
    boolean awaitGone(long server) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_STOP);
      CompletableFuture<Void> never = new CompletableFuture<>();
      while (isRunning(server)) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        isDoneWithin(never, POLL_MILLIS);
      }
      return true;
    }

    /** Waits for the future, no longer than so; true also when it failed or we are interrupted. */
    static boolean isDoneWithin(CompletableFuture<?> future, long millis) {
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
  }

  /** The files of an embedded server beside its data: configuration, process id, socket, log. */
  private static final class RedisFolder {
    private static final Pattern PORT = Pattern.compile("(?m)^port ([1-9]\\d*)$");

    private final RedisServer.Options options;

    RedisFolder(RedisServer.Options options) {
      this.options = options;
    }

    void create() throws IOException {
      Files.createDirectories(
          options.folder(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.createDirectories(options.log().getParent());
    }

    /** A socket in this folder or, where its path is too long for one, a port. */
    RedisAddress address() throws IOException {
      Path socket = options.folder().resolve("redis.sock");
      if (RedisAddress.Unix.fits(socket)) {
        return new RedisAddress.Unix(socket);
      }
      if (options.exposure() != null) {
        return new RedisAddress.Tcp(options.exposure().host(), options.exposure().port());
      }
      Optional<RedisAddress> last = lastPort();
      return last.isPresent() ? last.get() : RedisAddress.Tcp.anyFree();
    }

    /** The port of a server that an earlier process left behind, when that server still answers. */
    private Optional<RedisAddress> lastPort() {
      try {
        Matcher port = PORT.matcher(Files.readString(configuration()));
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

    /** Written anew for each start; holds the password, so only its owner may read it. */
    void writeConfiguration(RedisAddress address) throws IOException {
      Files.deleteIfExists(configuration());
      Files.createFile(
          configuration(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Secret password = options.password();
      Files.writeString(
          configuration(),
          address.configuration()
              + exposure()
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
                  .formatted(
                      password.value(), options.folder(), pidFile(), options.log(), fsync()));
    }

    /**
     * Other machines reach it at a port besides. Nobody makes it a replica, which would drop its
     * data.
     */
    private String exposure() {
      RedisServer.Exposure open = options.exposure();
      return open == null
          ? ""
          : """
          port %d
          bind %s
          rename-command REPLICAOF ""
          rename-command SLAVEOF ""
          """
              .formatted(open.port(), open.host());
    }

    /** Whether the server that the configuration was last written for is exposed as this one is. */
    boolean isExposedAsBefore() {
      try {
        String before = Files.readString(configuration());
        return options.exposure() == null
            ? !before.contains("rename-command REPLICAOF")
            : before.contains(exposure());
      } catch (IOException e) {
        return options.exposure() == null;
      }
    }

    /** As Redis spells it. */
    String fsync() {
      return options.fsync().name().toLowerCase(Locale.ROOT);
    }

    Path configuration() {
      return options.folder().resolve("redis.conf");
    }

    Path pidFile() {
      return options.folder().resolve("redis.pid");
    }

    /** Where the bundled program is unpacked to. */
    Path programs() {
      return options.folder().resolve("bin");
    }

    /** The process that wrote the pid file; it removes it when it ends in good order. */
    OptionalLong filedPid() {
      try {
        return OptionalLong.of(Long.parseLong(Files.readString(pidFile()).trim()));
      } catch (IOException | NumberFormatException e) {
        return OptionalLong.empty();
      }
    }

    /** What the server said last, for people. */
    String lastLogLine() {
      try {
        return lastLine(Files.readString(options.log()).strip());
      } catch (IOException e) {
        return "no log was written";
      }
    }

    static String lastLine(String text) {
      return text.substring(text.lastIndexOf('\n') + 1);
    }
  }

  /**
   * A blocking conversation with a server, for its start and end, when no Vert.x is there yet.
   * Closing it from another thread ends a wait.
   */
  static final class RedisSession implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 5;

    private final SocketChannel channel;
    private final InputStream replies;

    private RedisSession(SocketChannel channel) {
      this.channel = channel;
      this.replies = new BufferedInputStream(Channels.newInputStream(channel));
    }

    /**
     * A session that ends itself after a few seconds.
     *
     * @throws IOException when nobody listens or the password is not accepted
     */
    static RedisSession brief(RedisAddress address, String password) throws IOException {
      RedisSession session = new RedisSession(address.connect());
      CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(session::close);
      return session.authenticated(password);
    }

    /** A session that lasts as long as the server. */
    static RedisSession patient(RedisAddress address, String password) throws IOException {
      return new RedisSession(address.connect()).authenticated(password);
    }

    private RedisSession authenticated(String password) throws IOException {
      try {
        ask("AUTH", password);
        return this;
      } catch (IOException e) {
        close();
        throw e;
      }
    }

    void awaitEnd() throws IOException {
      while (replies.read() >= 0) {
        continue;
      }
    }

    /**
     * Sends a command whose words hold no blanks.
     *
     * @return the reply's text
     * @throws IOException when the server refuses or does not answer
     */
    String ask(String... words) throws IOException {
      send(words);
      String line = line();
      return switch (line.charAt(0)) {
        case '+', ':' -> line.substring(1);
        case '$' -> bulk(Integer.parseInt(line.substring(1)));
        case '*' -> throw new IOException("unexpected reply to " + words[0]);
        default -> throw new IOException(line.substring(1));
      };
    }

    void send(String... words) throws IOException {
      byte[] command = (String.join(" ", words) + "\r\n").getBytes(StandardCharsets.UTF_8);
      ByteBuffer buffer = ByteBuffer.wrap(command);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    private String line() throws IOException {
      StringBuilder text = new StringBuilder();
      for (int next = replies.read(); next != '\n'; next = replies.read()) {
        if (next < 0) {
          throw new EOFException("the server hung up");
        }
        text.append((char) next);
      }
      if (text.length() < 2) {
        throw new IOException("unexpected reply");
      }
      return text.substring(0, text.length() - 1);
    }

    private String bulk(int length) throws IOException {
      byte[] content = replies.readNBytes(length + 2);
      if (content.length < length + 2) {
        throw new EOFException("the server hung up");
      }
      return new String(content, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // nothing is left to lose
      }
    }
  }
}

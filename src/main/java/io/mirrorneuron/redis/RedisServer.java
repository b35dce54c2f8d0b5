package io.mirrorneuron.redis;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded Redis: started with its data under one folder, started again when it dies, stopped
 * by {@link #close}. When this process is killed the server lives on, and the next start on the
 * same folder takes it over.
 *
 * <p>The caller must hold the lock of the data directory. Thread-safe; one virtual thread does all
 * the work.
 */
public final class RedisServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisServer.class);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);

  /**
   * @param folder of data, socket and configuration; made when absent
   * @param program to start, or null to use the newest of the bundled one and those of {@code
   *     searchPath}
   * @param searchPath folders of programs, as in {@code PATH}
   * @param log file of the server's own log
   * @param exposure where other machines reach it too, or null
   */
  public record Options(
      Path folder,
      Path program,
      String searchPath,
      Config.Fsync fsync,
      Secret password,
      Path log,
      Exposure exposure) {
    /** Reached on this machine only. */
    public Options(
        Path folder,
        Path program,
        String searchPath,
        Config.Fsync fsync,
        Secret password,
        Path log) {
      this(folder, program, searchPath, fsync, password, log, null);
    }
  }

  /** An address of this machine that other machines reach. */
  public record Exposure(String host, int port) {
    public String uri(Secret password) {
      return new RedisAddress.Tcp(host, port).uri(password.value());
    }
  }

  private final RedisProcess process;
  private final String uri;
  private final boolean exposed;
  private final Storage storage;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> closing = new CompletableFuture<>();
  private final Thread keeper;

  private RedisServer(RedisProcess process, boolean exposed, Storage storage) {
    this.process = process;
    this.exposed = exposed;
    this.storage = storage;
    this.uri = process.uri();
    this.keeper = Thread.ofVirtual().name("redis-keeper").unstarted(this::keep);
  }

  /** Begins to start (or take over) the server and returns at once. */
  public static RedisServer launch(Options options) {
    return launch(options, Storage.unwatched());
  }

  /**
   * @param storage of its folder; while that is full, Redis may end again and again, which is not
   *     logged each time
   */
  public static RedisServer launch(Options options, Storage storage) {
    try {
      RedisServer server =
          new RedisServer(RedisProcess.at(options), options.exposure() != null, storage);
      server.keeper.start();
      return server;
    } catch (IOException e) {
      throw MnException.unavailable("Redis cannot use " + options.folder(), e);
    }
  }

  /**
   * Waits until the server answers, also while it loads its data.
   *
   * @throws MnException (UNAVAILABLE) when it cannot be started
   */
  public RedisServer awaitReady() {
    try {
      ready.join();
      return this;
    } catch (CompletionException e) {
      throw e.getCause() instanceof MnException failure
          ? failure
          : MnException.unavailable("Redis cannot be started", e.getCause());
    }
  }

  /** The connection string, password included; the same for the whole life of this object. */
  public String uri() {
    return uri;
  }

  public long pid() {
    return process.pid();
  }

  /** What serves now; known once {@link #awaitReady} has returned. */
  public RedisVersion version() {
    return process.version();
  }

  private void keep() {
    Duration backOff = Duration.ofMillis(50);
    try {
      process.bringUp(closing);
      ready.complete(null);
    } catch (IOException | RuntimeException e) {
      process.stop();
      ready.completeExceptionally(MnException.unavailable(e.getMessage(), e));
      return;
    }
    while (!closing.isDone()) {
      CompletableFuture<Void> ended =
          CompletableFuture.runAsync(process::awaitHangUp, Thread::startVirtualThread);
      CompletableFuture.anyOf(ended, closing).join();
      if (closing.isDone()) {
        break;
      }
      if (storage.trouble().isEmpty()) {
        log.warn("Redis ended unexpectedly; starting it again");
      }
      try {
        process.bringUp(closing);
        logVersion();
        backOff = Duration.ofMillis(50);
      } catch (IOException | RuntimeException e) {
        if (storage.trouble().isEmpty()) {
          log.error("Redis cannot be started again: {}", e.getMessage());
        }
        backOff = min(backOff.multipliedBy(2), LONGEST_BACK_OFF);
      }
      closesWithin(backOff);
    }
    process.stop();
  }

  /** Whether other machines reach it: then it should have no hole that is publicly known. */
  public boolean isExposed() {
    return exposed;
  }

  /**
   * Logs which server is in use, and what is known of its holes: a warning where others than this
   * server could use them.
   */
  public void logVersion() {
    RedisVersion version = process.version();
    log.info("{} serves as process {} ({})", version, process.pid(), process.program());
    if (exposed) {
      PatchedRedis.warning(version)
          .ifPresent(
              warning ->
                  log.warn("{}: install a newer redis-server or valkey-server on PATH", warning));
    } else {
      PatchedRedis.note(version).ifPresent(log::info);
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private boolean closesWithin(Duration time) {
    try {
      closing.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | InterruptedException | ExecutionException e) {
      return false;
    }
  }

  /** Stops the server; what was acknowledged is on disk then. Waits, within a bound. */
  @Override
  public void close() {
    closing.complete(null);
    try {
      keeper.join(STOP_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

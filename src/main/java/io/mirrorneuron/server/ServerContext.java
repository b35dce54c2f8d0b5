package io.mirrorneuron.server;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.run.RunStore;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What all parts of a server are made with.
 *
 * @param config with the tokens of the data directory
 * @param environment variables that programs of steps and searches for programs may see
 * @param closing to which each part that must be closed is added when it is made
 */
public record ServerContext(
    Config config,
    Map<String, String> environment,
    Clock clock,
    IdSource ids,
    Vertx vertx,
    RunStore runs,
    Disks disks,
    CloseStack closing,
    Process process) {

  /**
   * What this server is as a program.
   *
   * @param version of it
   */
  public record Process(String version, Restart restart) {}

  /** Starts all that this server is anew, on the same ports. */
  @FunctionalInterface
  public interface Restart {
    /**
     * Begins it and returns, so that whoever asks is answered first.
     *
     * @param undo is run when that start fails, before one more
     */
    void with(Runnable undo);
  }

  /** Ends Vert.x, and waits for that. */
  public static AutoCloseable closing(Vertx vertx) {
    return () -> vertx.close().await(10, TimeUnit.SECONDS);
  }

  /** Where programs are searched for. */
  public String path() {
    return environment.getOrDefault("PATH", "");
  }

  /**
   * Options of Vert.x: one event loop for each two cores. A request crosses gateway, area and lane,
   * and each change of the loop wakes a thread; the other cores run Redis, programs and virtual
   * threads. Nothing is unpacked from the jar.
   */
  public static VertxOptions vertxOptions() {
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(loops)
        .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false));
  }

  /** The Vert.x of a program that only asks. */
  public static Vertx clientVertx() {
    return Vertx.vertx(
        vertxOptions()
            .setEventLoopPoolSize(1)
            .setPreferNativeTransport(false)); // for which a library would be unpacked
  }
}

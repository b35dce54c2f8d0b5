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
 * The common objects of all parts of a server.
 *
 * @param config with the tokens of the data directory
 * @param environment variables for programs of steps and for program searches
 * @param closing receives each part that must be closed
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

  public record Process(String version, Restart restart) {}

  /** Restarts the server on the same ports. */
  @FunctionalInterface
  public interface Restart {
    /**
     * Begins the restart and returns, so that the caller is answered first.
     *
     * @param undo runs when that start fails, before a second attempt
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
   * Vert.x with one event loop per two cores. A request crosses gateway, area and the job's loop,
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

  /** Vert.x of a client program. */
  public static Vertx clientVertx() {
    return Vertx.vertx(
        vertxOptions()
            .setEventLoopPoolSize(1)
            .setPreferNativeTransport(false)); // for which a library would be unpacked
  }
}

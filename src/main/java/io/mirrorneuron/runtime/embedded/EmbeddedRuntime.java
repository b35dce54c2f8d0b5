package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.RuntimePorts;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.server.CloseStack;
import io.mirrorneuron.server.Disks;
import io.mirrorneuron.server.IdSource;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.server.ServerFolders;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;

/** A runtime within another program: it listens on no port and announces nothing. */
public final class EmbeddedRuntime implements AutoCloseable {
  private final LocalRuntime runtime;
  private final CloseStack closing;

  private EmbeddedRuntime(LocalRuntime runtime, CloseStack closing) {
    this.runtime = runtime;
    this.closing = closing;
  }

  /**
   * Starts a runtime; returns when it accepts jobs.
   *
   * @param environment variables visible to programs of steps and to searches for programs
   * @throws MnException with one sentence for people when that is not possible; nothing runs then
   */
  public static EmbeddedRuntime start(Config config, Map<String, String> environment, Clock clock) {
    CloseStack closing = new CloseStack();
    return closing.orClose(
        config.home(),
        () -> new EmbeddedRuntime(open(config, environment, clock, closing), closing));
  }

  private static LocalRuntime open(
      Config config, Map<String, String> environment, Clock clock, CloseStack closing)
      throws IOException {
    ServerFolders.prepareAll(config, true);
    SecureRandom random = new SecureRandom();
    IdSource ids = new IdSource(clock, random);
    Disks disks = Disks.watched(config, true, closing, clock);
    RuntimeHome home = RuntimeHome.take(config, environment, random, disks, closing);
    Vertx vertx = Vertx.vertx(ServerContext.vertxOptions());
    closing.add("Vert.x", ServerContext.closing(vertx));
    RunStore runs =
        closing.add(
            "run store", new RunStore(home.config().executors().runsRoot(), new RunBacklog()));
    ServerContext on =
        new ServerContext(
            home.config(),
            environment,
            clock,
            ids,
            vertx,
            runs,
            disks,
            closing,
            new ServerContext.Process("embedded", EmbeddedRuntime::noRestart));
    LocalRuntime runtime = LocalRuntime.start(home, on, PeerJobs.NONE);
    closing.add("human clock", HumanDecisions.of(on.runs(), clock, ids::request).startClock());
    runtime.redis().logVersion();
    runtime.confinement().logClosed();
    return runtime;
  }

  private static void noRestart(Runnable undo) {
    undo.run();
    throw MnException.precondition("an embedded runtime joins no cluster");
  }

  public RuntimePorts ports() {
    return new RuntimePorts(
        runtime.jobs(),
        runtime.cluster(),
        runtime.services(),
        runtime.events(),
        runtime.schedules(),
        runtime.deployments(),
        runtime.webhooks());
  }

  /** Parks the open jobs; the next start on the same directory continues them. */
  @Override
  public void close() {
    closing.close();
  }
}

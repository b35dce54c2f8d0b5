package io.mirrorneuron.testing;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A wire to the Redis of a fixture on which what is sent waits until somebody lets it through, so
 * that a test decides in which order the steps of several servers happen. What comes back passes.
 */
public final class StepWire implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final NetServer server;
  private final NetClient client;
  private final SocketAddress redis;
  private final Deque<Runnable> waiting = new ArrayDeque<>(); // guarded by this
  private boolean isOpen = true; // guarded by this

  /**
   * @param socket the path of the socket of Redis
   */
  public StepWire(Vertx vertx, String socket) {
    this.client = vertx.createNetClient();
    this.redis = SocketAddress.domainSocketAddress(socket);
    this.server = vertx.createNetServer().connectHandler(this::join);
    server.listen(0, "127.0.0.1").await();
  }

  public int port() {
    return server.actualPort();
  }

  private void join(NetSocket from) {
    from.pause();
    client
        .connect(redis)
        .onSuccess(
            to -> {
              from.handler(bytes -> sent(to, bytes));
              to.handler(from::write);
              from.closeHandler(closed -> to.close());
              to.closeHandler(closed -> from.close());
              from.resume();
            })
        .onFailure(away -> from.close());
  }

  private synchronized void sent(NetSocket to, Buffer bytes) {
    if (isOpen) {
      to.write(bytes);
    } else {
      waiting.add(() -> to.write(bytes));
      notifyAll();
    }
  }

  /** From now on each step waits. */
  public synchronized void hold() {
    isOpen = false;
  }

  /** From now on all passes, and first what waits. */
  public synchronized void open() {
    isOpen = true;
    waiting.forEach(Runnable::run);
    waiting.clear();
  }

  /** Lets one step through. */
  public synchronized void step() {
    waiting.remove().run();
  }

  /** Waits until a step waits or all has been done; answers whether a step waits. */
  public synchronized boolean awaitStep(BooleanSupplier isDone) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (waiting.isEmpty() && !isDone.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("neither a step nor an end");
      }
      wait(1);
    }
    return !waiting.isEmpty();
  }

  @Override
  public void close() {
    server.close().await();
    client.close().await();
  }
}

package io.mirrorneuron.testing;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A wire to a port of this machine that can be cut behind any byte of what comes back. */
public final class CutWire implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE;

  private final NetServer server;
  private final AtomicLong bytesLeft = new AtomicLong(NEVER);
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile boolean holds;
  private volatile boolean stalls;
  private final Set<NetSocket> backward = ConcurrentHashMap.newKeySet();

  private CutWire(Vertx vertx, String host, int ownPort, int port) {
    this.server =
        vertx
            .createNetServer()
            .connectHandler(
                from -> {
                  from.pause();
                  vertx
                      .createNetClient()
                      .connect(port, "127.0.0.1")
                      .onSuccess(to -> join(from, to))
                      .onFailure(away -> from.close());
                });
    server.listen(ownPort, host).await();
  }

  public static CutWire to(Vertx vertx, int port) {
    return new CutWire(vertx, "127.0.0.1", 0, port);
  }

  /** One whose end has the same port at another address of the loopback interface. */
  public static CutWire at(Vertx vertx, String host, int port) {
    return new CutWire(vertx, host, port, port);
  }

  private void join(NetSocket from, NetSocket to) {
    from.handler(to::write);
    to.handler(bytes -> back(bytes, from, to));
    from.closeHandler(closed -> to.close());
    to.closeHandler(
        closed -> {
          backward.remove(to);
          from.close();
        });
    backward.add(to);
    if (stalls) {
      to.pause();
    }
    from.resume();
  }

  private void back(Buffer bytes, NetSocket from, NetSocket to) {
    if (holds) {
      return;
    }
    long before = bytesLeft.get();
    if (before == NEVER || before >= bytes.length()) {
      if (before != NEVER) {
        bytesLeft.addAndGet(-bytes.length());
      }
      from.write(bytes);
      if (from.writeQueueFull()) {
        to.pause();
        from.drainHandler(drained -> goOn(to));
      }
      return;
    }
    bytesLeft.set(NEVER); // once
    cuts.incrementAndGet();
    from.write(bytes.getBuffer(0, (int) before)).onComplete(written -> from.close());
    to.close();
  }

  /** Cuts the connections behind so many further bytes that come back, once. */
  public void cutBehind(long bytes) {
    bytesLeft.set(bytes);
  }

  /** Whether what comes back is lost from now on, as if nobody answered. */
  public void hold(boolean lost) {
    holds = lost;
  }

  /** Whether what comes back is held up from now on, and comes later. */
  public void stall(boolean held) {
    stalls = held;
    backward.forEach(held ? NetSocket::pause : NetSocket::resume);
  }

  private void goOn(NetSocket to) {
    if (!stalls) {
      to.resume();
    }
  }

  /** How often it was cut. */
  public int cuts() {
    return cuts.get();
  }

  /** {@code host:port} of this end. */
  public String address() {
    return "127.0.0.1:" + server.actualPort();
  }

  @Override
  public void close() {
    server.close().await();
  }
}

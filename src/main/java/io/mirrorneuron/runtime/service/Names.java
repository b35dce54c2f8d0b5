package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Resolves names on a few threads of its own: a look-up blocks in the system without a limit and
 * would hold up virtual threads.
 */
final class Names implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 1000;
  private static final long IDLE_SECONDS = 5;
  private static final long PATIENCE_MS = 2000;

  /** Replaceable for tests. */
  interface Resolver {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Resolver resolver;
  private final ThreadPoolExecutor threads;

  Names(Resolver resolver) {
    this.resolver = resolver;
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("mn-names-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * All addresses of a name, at least one, as systems connect to them.
   *
   * @throws AddressRefused when it has none, or at a timeout
   */
  List<InetAddress> addresses(String host) throws AddressRefused {
    Callable<InetAddress[]> lookUp = () -> resolver.addresses(host);
    Future<InetAddress[]> found = null;
    try {
      found = threads.submit(lookUp);
      InetAddress[] all = found.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
      return Stream.of(all).map(EmbeddedAddresses::plain).toList();
    } catch (ExecutionException e) {
      throw new AddressRefused("nobody knows a host " + host);
    } catch (TimeoutException | RejectedExecutionException e) {
      if (found != null) {
        found.cancel(true);
      }
      throw new AddressRefused("the addresses of " + host + " could not be learned in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AddressRefused("interrupted");
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

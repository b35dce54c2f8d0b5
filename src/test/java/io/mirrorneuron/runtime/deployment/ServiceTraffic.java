package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of a service: one looks it up all the time, one gives messages to its agents in turn,
 * each under the job that it finds then. A message that is refused, as its job has just ended, is
 * given to the job that is found next.
 */
final class ServiceTraffic implements AutoCloseable {
  private static final ServiceFilter ANY = ServiceFilter.tagged(List.of(), true);

  final AtomicInteger resolves = new AtomicInteger();
  final AtomicInteger sent = new AtomicInteger();

  /** Messages that were refused first, as their job had ended. */
  final AtomicInteger moved = new AtomicInteger();

  final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final RuntimeFixture node;
  private final String service;
  private final List<String> agents;
  private final List<Thread> clients;
  private volatile boolean ended;

  /**
   * @param lookups a second
   * @param messages a second; 0 for none
   */
  ServiceTraffic(
      RuntimeFixture node, String service, List<String> agents, int lookups, int messages) {
    this.node = node;
    this.service = service;
    this.agents = agents;
    clients = new ArrayList<>();
    clients.add(Thread.startVirtualThread(() -> repeat(lookups, this::lookUp)));
    if (messages > 0) {
      clients.add(Thread.startVirtualThread(() -> repeat(messages, this::send)));
    }
  }

  private void repeat(int perSecond, Runnable what) {
    long next = System.nanoTime();
    while (!ended) {
      try {
        what.run();
      } catch (RuntimeException e) {
        failures.add(e.toString());
      }
      next = Math.max(next + 1_000_000_000L / perSecond, System.nanoTime() - 1_000_000_000L);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void lookUp() {
    resolves.incrementAndGet();
    find();
  }

  private String find() {
    List<RegisteredService> found = node.runtime().services().resolve(service, ANY).services();
    if (found.isEmpty()) {
      throw new IllegalStateException("nobody offers " + service);
    }
    return found.getFirst().jobId();
  }

  private void send() {
    int n = sent.incrementAndGet();
    ObjectNode message = Json.object();
    message.putObject("envelope").put("message_id", "m-" + n);
    message.putObject("body").put("n", n);
    String agent = agents.get(n % agents.size());
    while (!isTaken(agent, message)) {
      moved.incrementAndGet();
    }
  }

  private boolean isTaken(String agent, ObjectNode message) {
    try {
      node.jobs().send(find(), agent, message);
      return true;
    } catch (MnException e) {
      if (e.code() != ErrorCode.PRECONDITION && e.code() != ErrorCode.EXHAUSTED) {
        throw e;
      }
      return false;
    }
  }

  /** No more comes; what was under way is. */
  @Override
  public void close() {
    ended = true;
    try {
      for (Thread client : clients) {
        client.join();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

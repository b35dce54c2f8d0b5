package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.LoadGate;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.storage.Storage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Conditions that an execution waits for before it requests slots: processor load, disk space, its
 * payload files, and services. None of them is a failure, and the wait does not count as time of
 * the program. Blocks the thread of the execution.
 */
final class StartConditions {
  private static final Logger LOG = LoggerFactory.getLogger(StartConditions.class);

  /** Between two attempts to fetch payload files, and two checks of services. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Storage storage;
  private final PayloadSource source;
  private final ServiceGate services;
  private final LoadGate load;
  private final Notice.Inbox inbox;
  private volatile Hold hold;

  /**
   * @param inbox of the execution, which holds no slots yet: it can receive only {@link
   *     Notice.Room} and a stop
   */
  StartConditions(
      Storage storage,
      PayloadSource source,
      ServiceGate services,
      LoadGate load,
      Notice.Inbox inbox) {
    this.storage = storage;
    this.source = source;
    this.services = services;
    this.load = load;
    this.inbox = inbox;
  }

  /** The condition it waits for now, or null. Any thread. */
  Hold hold() {
    return hold;
  }

  /** The full disk, or null: while it waits for slots, these alone would not let it begin. */
  Hold fullDisk() {
    return storage
        .fullDisk()
        .flatMap(full -> storage.trouble())
        .map(why -> new Hold(Hold.Cause.ROOM, why))
        .orElse(null);
  }

  /**
   * Waits while the machine is too busy for a job that has run no program yet.
   *
   * @param listener is signalled once if the execution has to wait
   * @return false when the execution was stopped meanwhile
   */
  boolean awaitLoad(Execution execution, Listener listener) {
    if (!execution.placing().isFirst()) {
      return true;
    }
    load.busy().ifPresent(why -> listener.signal(new Signal.Held(new Hold(Hold.Cause.LOAD, why))));
    return await(Hold.Cause.LOAD, load::busy);
  }

  /**
   * Waits while the disks are full.
   *
   * @return false when the execution was stopped meanwhile
   */
  boolean awaitRoom() {
    while (!storage.hasRoom(() -> inbox.put(new Notice.Room()))) {
      hold = storage.trouble().map(why -> new Hold(Hold.Cause.ROOM, why)).orElse(null);
      if (!(inbox.await(Deadline.NEVER) instanceof Notice.Room)) {
        return false;
      }
    }
    hold = null;
    return true;
  }

  /**
   * Waits until the payload files are on this node.
   *
   * @param payloads their folder, or null when there are none
   * @return false when the execution was stopped meanwhile
   */
  boolean awaitPayloads(Path payloads) {
    return payloads == null || await(Hold.Cause.PAYLOADS, () -> fetched(payloads));
  }

  /** Waits until the services of its agent pass; the result is as for {@link #awaitRoom}. */
  boolean awaitServices(Execution execution) {
    return await(
        Hold.Cause.SERVICES, () -> services.missing(execution.jobId(), execution.agentId()));
  }

  /**
   * @param obstacle the reason to wait, or empty
   */
  private boolean await(Hold.Cause cause, Supplier<Optional<String>> obstacle) {
    Optional<String> why = obstacle.get();
    while (why.isPresent()) {
      hold = new Hold(cause, why.get());
      if (inbox.await(Deadline.in(PAUSE)) != null) {
        return false;
      }
      why = obstacle.get();
    }
    hold = null;
    return true;
  }

  private Optional<String> fetched(Path payloads) {
    try {
      return source.fetch(payloads);
    } catch (RuntimeException e) {
      Throwable reported = storage.explained(e);
      LOG.warn("payload files could not be brought to this node", reported);
      return Optional.of("they could not be brought to this node: " + reported.getMessage());
    }
  }
}

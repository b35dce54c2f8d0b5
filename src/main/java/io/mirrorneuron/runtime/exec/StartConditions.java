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
 * What an execution waits for before it asks for slots: processors, room on the disks, its payload
 * files, and services. None of that is a reason to fail; the time that it takes is not the
 * program's. Waits on the thread of the execution.
 */
final class StartConditions {
  private static final Logger LOG = LoggerFactory.getLogger(StartConditions.class);

  /** Between two tries to bring payload files, and two looks for services. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Storage storage;
  private final PayloadSource source;
  private final ServiceGate services;
  private final LoadGate load;
  private final Notice.Inbox inbox;
  private volatile Hold hold;

  /**
   * @param inbox of the execution, which holds no slots yet: besides {@link Notice.Room} only a
   *     stop can come in
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

  /** What keeps it now, or null. Any thread. */
  Hold hold() {
    return hold;
  }

  /** Which disk is full, if it waits for slots: those alone would not let it begin; or null. */
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
   * @param listener is told once when it has to wait
   * @return false when it was stopped meanwhile
   */
  boolean awaitLoad(Execution execution, Listener listener) {
    if (!execution.placing().isFirst()) {
      return true;
    }
    load.busy().ifPresent(why -> listener.signal(new Signal.Held(new Hold(Hold.Cause.LOAD, why))));
    return await(Hold.Cause.LOAD, load::busy);
  }

  /** Waits while the disks are full. Answers false when it was stopped meanwhile. */
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
   * Waits until the payload files are here.
   *
   * @param payloads their folder, or null when there are none
   * @return false when it was stopped meanwhile
   */
  boolean awaitPayloads(Path payloads) {
    return payloads == null || await(Hold.Cause.PAYLOADS, () -> fetched(payloads));
  }

  /** Waits until the services that its agent needs pass. Answers false as {@link #awaitRoom}. */
  boolean awaitServices(Execution execution) {
    return await(
        Hold.Cause.SERVICES, () -> services.missing(execution.jobId(), execution.agentId()));
  }

  /**
   * @param obstacle says why it is to wait; empty when it is not
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

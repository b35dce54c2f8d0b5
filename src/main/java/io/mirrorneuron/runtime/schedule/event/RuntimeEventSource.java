package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.RuntimeEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.run.record.JobEnds;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.run.record.PeopleEvent;
import io.mirrorneuron.runtime.loop.JobWatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes what happens in this runtime as events. */
public final class RuntimeEventSource implements RuntimeEventSink, JobEnds {
  /** The source of runtime events. */
  public static final String TELLER = EndedJob.TELLER;

  private static final Logger LOG = LoggerFactory.getLogger(RuntimeEventSource.class);

  /** Longest chain of events and jobs that trigger each other: schedules may form a cycle. */
  private static final int LONGEST_CHAIN = 10;

  /** Most events handled at a time: chains of jobs must leave room for other calls. */
  private static final int AT_ONCE = 8;

  private final LocalEvents events;
  private final Executor threads =
      Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().name("mn-own-event-", 0).factory());

  public RuntimeEventSource(LocalEvents events) {
    this.events = events;
  }

  /**
   * {@code job_completed}, {@code job_failed} or {@code job_cancelled}. A repeat is recognized by
   * its id. A removed job has no event.
   */
  @Override
  public CompletionStage<?> ended(EndedJob job) {
    if (job.jobId() == null) {
      return CompletableFuture.completedStage(null);
    }
    return tell(about(job, "job_" + job.status()));
  }

  private static RuntimeEvent about(EndedJob job, String type) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("job_id", job.jobId());
    put(payload, "run_id", job.runId());
    put(payload, "graph_id", job.graphId());
    put(payload, "job_name", job.jobName());
    payload.put("status", job.status());
    put(payload, "submitted_by", job.submittedBy());
    put(payload, "schedule_id", job.origin().scheduleId());
    put(payload, "chain", job.origin().chain() == 0 ? null : job.origin().chain());
    put(payload, "error", job.error());
    String id = RuntimeEvent.idOf(job.jobId(), job.eventSeq());
    return new RuntimeEvent(id, type, payload, job.origin().chain());
  }

  /** Publishes one of {@link RuntimeEvents#FOR_WEBHOOKS}. */
  @Override
  public void changed(EndedJob job, String type, String at) {
    if (RuntimeEvents.FOR_WEBHOOKS.contains(type) && events.isListenedFor(type)) {
      RuntimeEvent event = about(job, type);
      events.tellOnly(new TriggerEvent(event.id(), type, TELLER, event.payload(), at));
    }
  }

  /**
   * {@code human_input_requested} and what follows it. An event so old that the store may not
   * recognize it was published when it was new.
   */
  @Override
  public CompletionStage<?> asked(PeopleEvent event) {
    if (!events.stillKnows(event.time())) {
      return CompletableFuture.completedStage(null);
    }
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("job_id", event.jobId());
    put(payload, "run_id", event.runId());
    put(payload, "graph_id", event.graphId());
    put(payload, "job_name", event.jobName());
    event.payload().forEach((name, value) -> put(payload, name, value));
    int chain = event.origin().chain();
    put(payload, "schedule_id", event.origin().scheduleId());
    put(payload, "chain", chain == 0 ? null : chain);
    String id = RuntimeEvent.idOf(event.jobId(), event.eventSeq());
    return tell(new RuntimeEvent(id, event.type(), payload, chain));
  }

  @Override
  public CompletionStage<?> tell(RuntimeEvent event) {
    return CompletableFuture.runAsync(() -> store(event), threads);
  }

  /**
   * Wraps a watch so that its messages about services are also published as events: best effort and
   * once, as {@code GET /services} has the current state.
   */
  public JobWatch heard(JobWatch services) {
    return (state, epoch, teller) ->
        services.of(
            state,
            epoch,
            (type, members) -> {
              teller.tell(type, members);
              Map<String, Object> payload = new LinkedHashMap<>();
              payload.put("job_id", state.jobId());
              put(payload, "run_id", state.header().origin().runId());
              members.forEach((name, value) -> put(payload, name, value));
              tell(new RuntimeEvent(null, type, payload, 0)).exceptionally(e -> lost(type, e));
            });
  }

  private static <T> T lost(String type, Throwable why) {
    LOG.warn("no listener got {}: {}", type, why.getMessage());
    return null;
  }

  private static void put(Map<String, Object> payload, String name, Object value) {
    if (value != null && !value.equals("")) {
      payload.put(name, value);
    }
  }

  /** Retries only while the store is unavailable. */
  private void store(RuntimeEvent event) {
    boolean isActedOn = event.chain() < LONGEST_CHAIN;
    if (!isActedOn) {
      LOG.warn("{} {} is the end of a chain of {}", event.type(), event.id(), LONGEST_CHAIN);
    }
    try {
      events.tell(new NewEvent(event.id(), event.type(), TELLER, event.payload()), isActedOn);
    } catch (MnException e) {
      if (e.code() == ErrorCode.UNAVAILABLE) {
        throw e;
      }
      LOG.warn("event {} could not be delivered: {}", event.id(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("event {} could not be delivered", event.id(), e);
    }
  }
}

package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.event.NewEvent;
import io.mirrorneuron.port.event.RuntimeEvents;
import io.mirrorneuron.port.event.TriggerEvent;
import io.mirrorneuron.run.record.EndedJob;
import io.mirrorneuron.run.record.JobEnds;
import io.mirrorneuron.runtime.loop.JobWatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells as events what happens in this runtime. */
public final class OwnEvents implements JobEnds {
  private static final Logger LOG = LoggerFactory.getLogger(OwnEvents.class);

  /** Ends of jobs that make jobs whose ends make jobs: schedules may do that in a circle. */
  private static final int LONGEST_CHAIN = 10;

  private final LocalEvents events;

  public OwnEvents(LocalEvents events) {
    this.events = events;
  }

  /**
   * {@code job_completed}, {@code job_failed} or {@code job_cancelled}. Told again, it is known by
   * its id. Of a job that was removed there is nothing to tell.
   */
  @Override
  public CompletionStage<?> ended(EndedJob job) {
    if (job.jobId() == null) {
      return CompletableFuture.completedStage(null);
    }
    NewEvent event = about(job, "job_" + job.status());
    boolean isActedOn = job.origin().chain() < LONGEST_CHAIN;
    if (!isActedOn) {
      LOG.warn("job {} is the end of a chain of {} jobs", job.jobId(), LONGEST_CHAIN);
    }
    return CompletableFuture.runAsync(() -> tell(event, isActedOn), Thread::startVirtualThread);
  }

  private static NewEvent about(EndedJob job, String type) {
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
    String id = "event_%s-%d".formatted(job.jobId(), job.eventSeq());
    return new NewEvent(id, type, EndedJob.TELLER, payload);
  }

  /** One of {@link RuntimeEvents#FOR_WEBHOOKS}. */
  @Override
  public void changed(EndedJob job, String type, String at) {
    if (RuntimeEvents.FOR_WEBHOOKS.contains(type) && events.isListenedFor(type)) {
      NewEvent event = about(job, type);
      events.tellOnly(new TriggerEvent(event.eventId(), type, event.source(), event.payload(), at));
    }
  }

  /**
   * The same watch, whose words about services of jobs are events too. They are told once, as far
   * as the store answers: they are news, and {@code GET /services} knows better.
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
              NewEvent event = new NewEvent(null, type, EndedJob.TELLER, payload);
              Thread.startVirtualThread(() -> tellOnce(event));
            });
  }

  private void tellOnce(NewEvent event) {
    try {
      tell(event, true);
    } catch (MnException e) {
      LOG.warn("nobody was told of {}: {}", event.eventType(), e.getMessage());
    }
  }

  private static void put(Map<String, Object> payload, String name, Object value) {
    if (value != null && !value.equals("")) {
      payload.put(name, value);
    }
  }

  /** Only a store that is away is worth another try. */
  private void tell(NewEvent event, boolean isActedOn) {
    try {
      events.tell(event, isActedOn);
    } catch (MnException e) {
      if (e.code() == ErrorCode.UNAVAILABLE) {
        throw e;
      }
      LOG.warn("event {} could not be told: {}", event.eventId(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("event {} could not be told", event.eventId(), e);
    }
  }
}

package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.runtime.documents.ShownRows;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The events of jobs. They include secrets except in {@link #shown}: some callers need the original
 * messages.
 */
public final class JobHistory {
  /** Batch size for reading all events. */
  static final int BATCH = 1000;

  private final JobStore store;
  private final ClusterHistory cluster;

  /**
   * @param records has the events of the cluster
   */
  public JobHistory(JobStore store, RecordStore records) {
    this.store = store;
    this.cluster = new ClusterHistory(records);
  }

  /** See {@link io.mirrorneuron.port.JobsPort#events}. */
  EventPage after(String jobId, long after, int limit) {
    if (ClusterHistory.isMeant(jobId)) {
      return cluster.after(after, limit);
    }
    CompletionStage<String> row =
        store.row(jobId); // first, so that "ended" is never reported too early
    CompletionStage<List<StoredEvent>> read = store.events(jobId, after, limit);
    boolean terminal = isTerminal(jobId, row);
    List<StoredEvent> events = Answers.await(read);
    long next = events.isEmpty() ? after : events.getLast().seq();
    return new EventPage(texts(jobId, events), next, terminal && events.size() < limit);
  }

  /** See {@link io.mirrorneuron.port.JobsPort#lastEvents}. */
  EventPage last(String jobId, int limit) {
    if (ClusterHistory.isMeant(jobId)) {
      return cluster.last(limit);
    }
    CompletionStage<String> row = store.row(jobId);
    CompletionStage<List<StoredEvent>> read = store.lastEvents(jobId, limit);
    boolean terminal = isTerminal(jobId, row);
    List<StoredEvent> events = Answers.await(read);
    long next = events.isEmpty() ? 0 : events.getLast().seq();
    return new EventPage(texts(jobId, events), next, terminal);
  }

  /** The number of the last event; 0 when there is none. */
  CompletionStage<Long> newest(String jobId) {
    return ClusterHistory.isMeant(jobId)
        ? cluster.newest()
        : store.lastEvents(jobId, 1).thenApply(last -> last.isEmpty() ? 0 : last.getFirst().seq());
  }

  /** All stored events, up to the one with this number. */
  List<StoredEvent> upTo(String jobId, long last) {
    List<StoredEvent> events = new ArrayList<>();
    long after = 0;
    while (after < last) {
      List<StoredEvent> batch = Answers.await(store.events(jobId, after, BATCH));
      batch.stream().filter(event -> event.seq() <= last).forEach(events::add);
      after = batch.size() < BATCH ? last : batch.getLast().seq();
    }
    return events;
  }

  /** Adds the job id, which is not stored in each event. */
  static List<String> texts(String jobId, List<StoredEvent> events) {
    String head = "{\"job_id\":" + Json.write(jobId) + ",";
    return events.stream().map(event -> head + event.json().substring(1)).toList();
  }

  /** The same without secrets. */
  static EventPage shown(EventPage page) {
    return new EventPage(shown(page.events()), page.next(), page.ended());
  }

  /** The same without secrets. */
  static List<String> shown(List<String> events) {
    return events.stream().map(Redaction::ofObject).toList();
  }

  private boolean isTerminal(String jobId, CompletionStage<String> row) {
    return !ShownRows.isLive(Answers.row(store, jobId, row));
  }
}

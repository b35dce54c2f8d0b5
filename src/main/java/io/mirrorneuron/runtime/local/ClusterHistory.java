package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.News;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The events of the cluster, presented like those of a job that never ends: nodes that join and
 * leave, and decisions about nodes.
 */
record ClusterHistory(RecordStore records) {
  /** In place of a job id. */
  static final String ID = EventPage.CLUSTER;

  static boolean isMeant(String jobId) {
    return jobId.equals(ID);
  }

  EventPage after(long after, int limit) {
    return page(records.news(RecordStore.NODES, after, limit), after);
  }

  EventPage last(int limit) {
    return page(records.lastNews(RecordStore.NODES, limit), 0);
  }

  private static EventPage page(CompletionStage<List<News>> read, long after) {
    List<News> news = Answers.await(read);
    List<String> texts =
        news.stream()
            .map(
                one ->
                    "{\"job_id\":\"%s\",\"seq\":%d,%s"
                        .formatted(ID, one.seq(), one.json().substring(1)))
            .toList();
    return new EventPage(texts, news.isEmpty() ? after : news.getLast().seq(), false);
  }

  /** The number of the last event; 0 before the first. */
  CompletionStage<Long> newest() {
    return records
        .lastNews(RecordStore.NODES, 1)
        .thenApply(last -> last.isEmpty() ? 0 : last.getFirst().seq());
  }
}

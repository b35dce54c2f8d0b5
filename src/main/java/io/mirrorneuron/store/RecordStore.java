package io.mirrorneuron.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: small records of state machines such as schedules and deployments, separate by kind.
 * Several servers may write one record: each write names the revision that it replaces and is
 * refused when that is no longer the newest. Thread-safe and not blocking; a stage fails with
 * {@link io.mirrorneuron.model.MnException} UNAVAILABLE when the store does not answer; the write
 * may have happened then.
 */
public interface RecordStore {
  /** Due time of a record that is never due. */
  long NEVER = 0;

  /** Kind: decisions about nodes; its news are the cluster events. */
  String NODES = "nodes";

  /** Newest history entries kept of a record. */
  int LONGEST_HISTORY = 100;

  /** Newest news kept of a kind. */
  int MOST_NEWS = 10_000;

  /**
   * A stored record.
   *
   * @param id unique within its kind; any text without a zero byte
   * @param revision above 0; never repeated within a kind, even after deletion
   * @param dueAt milliseconds since the epoch, or {@link #NEVER}
   * @param json its state
   */
  record StoredRecord(String id, long revision, long dueAt, String json) {}

  /**
   * Written in the same step as a record.
   *
   * @param term of the leader that writes: refused as UNAVAILABLE when another server has led
   *     since; 0 without a leader
   * @param groups in which {@link #list(String, String, String, int)} finds it, instead of those of
   *     earlier writes. No line breaks in them
   * @param document too large to be written each time; null keeps the stored one
   * @param history entries to add, oldest first
   * @param news JSON objects for subscribers of the kind, in this order
   */
  record Beside(
      long term, List<String> groups, String document, List<String> history, List<String> news) {
    public static final Beside NOTHING = new Beside(0, List.of(), null, List.of());

    public Beside {
      groups = List.copyOf(groups);
      history = List.copyOf(history);
      news = List.copyOf(news);
    }

    public Beside(long term, List<String> groups, String document, List<String> history) {
      this(term, groups, document, history, List.of());
    }

    /** The same with the term of a leader; 0 without one. */
    public Beside by(long leaderTerm) {
      return new Beside(leaderTerm, groups, document, history, news);
    }
  }

  /**
   * News of a kind.
   *
   * @param seq consecutive within the kind, from 1
   */
  record News(long seq, String json) {}

  CompletionStage<Optional<StoredRecord>> read(String kind, String id);

  /** The document of a record; empty when it has none. */
  CompletionStage<Optional<String>> document(String kind, String id);

  /** History of a record, newest first, {@link #LONGEST_HISTORY} entries at most. */
  CompletionStage<List<String>> history(String kind, String id);

  /**
   * Replaces the record of that revision.
   *
   * @param replaced the revision that was read; 0 when there must be no record with this id
   * @return the new revision; empty when the record has changed, and nothing was written
   */
  CompletionStage<Optional<Long>> write(
      String kind, String id, long replaced, String json, long dueAt, Beside beside);

  /** The same with nothing beside it. */
  default CompletionStage<Optional<Long>> write(
      String kind, String id, long replaced, String json, long dueAt) {
    return write(kind, id, replaced, json, dueAt, Beside.NOTHING);
  }

  /**
   * Deletes a record with its document and history.
   *
   * @return false when the record has changed, and nothing was deleted
   */
  CompletionStage<Boolean> delete(String kind, String id, long replaced);

  /**
   * One page of a kind, by id.
   *
   * @param after the last id of the page before; empty for the first page
   */
  CompletionStage<List<StoredRecord>> list(String kind, String after, int limit);

  /** One page of one group of a kind, by id. */
  CompletionStage<List<StoredRecord>> list(String kind, String group, String after, int limit);

  /** The first {@code limit} news of a kind after this number. */
  CompletionStage<List<News>> news(String kind, long after, int limit);

  /** The last {@code limit} news of a kind, oldest first. */
  CompletionStage<List<News>> lastNews(String kind, int limit);

  /**
   * Records that are due by that time, earliest first.
   *
   * @param until milliseconds since the epoch
   * @param skip number of the earliest that are left out
   */
  CompletionStage<List<StoredRecord>> due(String kind, long until, int skip, int limit);
}

package io.mirrorneuron.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: small records that state machines keep, such as schedules and deployments; each kind apart
 * from the others. Several servers may write one record: each write names the revision that it
 * replaces and is refused when that is no longer the newest. Thread-safe and not blocking; a stage
 * fails with {@link io.mirrorneuron.model.MnException} UNAVAILABLE when the store does not answer,
 * and then nobody knows whether a write arrived.
 */
public interface RecordStore {
  /** The time of a record that need not be looked at again. */
  long NEVER = 0;

  /** Kind: what is decided of nodes; its news are the events of the cluster. */
  String NODES = "nodes";

  /** So much is kept of what a record went through, the newest. */
  int LONGEST_HISTORY = 100;

  /** So many news of a kind are kept, the newest. */
  int MOST_NEWS = 10_000;

  /**
   * A record as it is stored.
   *
   * @param id unique within its kind; any text without a zero byte
   * @param revision above 0; no two states of a kind ever have the same, deleted ones included
   * @param dueAt when it is to be looked at again, milliseconds since the epoch, or {@link #NEVER}
   * @param json its state
   */
  record StoredRecord(String id, long revision, long dueAt, String json) {}

  /**
   * What is written in the same step as a record.
   *
   * @param term of the leader that writes: refused as UNAVAILABLE when another one has led since; 0
   *     when anybody may write this
   * @param groups under each of which {@link #list(String, String, String, int)} finds it; those of
   *     an earlier write do no longer. No line breaks in them
   * @param document what is too large to be written each time; null leaves what was written before
   * @param history is added to what the record went through, oldest first
   * @param news are told to who follows the whole kind, in this order; objects of JSON
   */
  record Beside(
      long term, List<String> groups, String document, List<String> history, List<String> news) {
    /** Nothing. */
    public static final Beside NOTHING = new Beside(0, List.of(), null, List.of());

    public Beside {
      groups = List.copyOf(groups);
      history = List.copyOf(history);
      news = List.copyOf(news);
    }

    /** Without news. */
    public Beside(long term, List<String> groups, String document, List<String> history) {
      this(term, groups, document, history, List.of());
    }

    /** The same by a leader; 0 by anybody. */
    public Beside by(long leaderTerm) {
      return new Beside(leaderTerm, groups, document, history, news);
    }
  }

  /**
   * What was told to who follows a kind.
   *
   * @param seq 1 for the first of the kind, then one more each time
   */
  record News(long seq, String json) {}

  CompletionStage<Optional<StoredRecord>> read(String kind, String id);

  /** The document of a record; empty when it has none. */
  CompletionStage<Optional<String>> document(String kind, String id);

  /** What a record went through, newest first, {@link #LONGEST_HISTORY} at most. */
  CompletionStage<List<String>> history(String kind, String id);

  /**
   * Writes a record in place of the one with that revision.
   *
   * @param replaced the revision that was read; 0 when there must be no record with this id
   * @return the new revision; empty when the record is another by now, and nothing was written
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
   * @return false when the record is another by now, and nothing was deleted
   */
  CompletionStage<Boolean> delete(String kind, String id, long replaced);

  /**
   * One page of a kind, by id.
   *
   * @param after the last id of the page before; empty for the first page
   */
  CompletionStage<List<StoredRecord>> list(String kind, String after, int limit);

  /** The same of one group of it. */
  CompletionStage<List<StoredRecord>> list(String kind, String group, String after, int limit);

  /** The first {@code limit} news of a kind behind a number. */
  CompletionStage<List<News>> news(String kind, long after, int limit);

  /** The last {@code limit} news of a kind, oldest first. */
  CompletionStage<List<News>> lastNews(String kind, int limit);

  /**
   * Records that are to be looked at by that time, earliest first.
   *
   * @param until milliseconds since the epoch
   * @param skip so many of the earliest are left out
   */
  CompletionStage<List<StoredRecord>> due(String kind, long until, int skip, int limit);
}

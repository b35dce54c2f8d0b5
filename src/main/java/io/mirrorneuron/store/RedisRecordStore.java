package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Records of a kind in one hash, with a sorted set of their ids and one of their due times. All
 * keys share a hash tag, so each operation is one script on one node of a cluster.
 */
public final class RedisRecordStore implements RecordStore {
  private static final Script WRITE = Script.resource("record-write.lua");
  private static final Script PAGE = Script.resource("record-page.lua");

  private static final String BY_NAME = "name";

  /** Most characters of records in one answer of Redis. */
  private static final int PAGE_BYTES = 2 << 20;

  private final RedisPipelines pipelines;
  private final Keys keys;

  public RedisRecordStore(RedisPipelines pipelines, Keys keys) {
    this.pipelines = pipelines;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Optional<StoredRecord>> read(String kind, String id) {
    if (id.indexOf('\0') >= 0) { // no record has such an id
      return CompletableFuture.completedStage(Optional.empty());
    }
    return pipelines
        .of(kind)
        .send(Request.cmd(Command.HGET).arg(keys.records(kind)).arg(id))
        .map(stored -> Optional.ofNullable(stored).map(text -> parse(id, text.toString())))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<String>> document(String kind, String id) {
    return pipelines
        .of(kind)
        .send(Request.cmd(Command.HGET).arg(keys.recordDocuments(kind)).arg(id))
        .map(stored -> Optional.ofNullable(stored).map(Response::toString))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> history(String kind, String id) {
    return pipelines
        .of(kind)
        .send(Request.cmd(Command.LRANGE).arg(keys.recordHistory(kind, id)).arg(0).arg(-1))
        .map(entries -> entries.stream().map(Response::toString).toList())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<Long>> write(
      String kind, String id, long replaced, String json, long dueAt, Beside beside) {
    return call(kind, id, replaced, dueAt, json, beside)
        .map(revision -> Optional.of(revision).filter(written -> written > 0))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> delete(String kind, String id, long replaced) {
    return call(kind, id, replaced, NEVER, "", Beside.NOTHING)
        .map(answer -> answer > 0)
        .toCompletionStage();
  }

  private Future<Long> call(
      String kind, String id, long replaced, long dueAt, String json, Beside beside) {
    Script.Call call =
        WRITE
            .call()
            .key(keys.records(kind))
            .key(keys.recordNames(kind))
            .key(keys.dueRecords(kind))
            .key(keys.leader(kind))
            .key(keys.recordDocuments(kind))
            .key(keys.recordHistory(kind, id))
            .key(keys.recordGroups(kind))
            .key(keys.recordNews(kind))
            .key(keys.recordGroup(kind, ""))
            .arg(id)
            .arg(replaced)
            .arg(dueAt)
            .arg(beside.term())
            .arg(String.join("\n", beside.groups()))
            .arg(LONGEST_HISTORY)
            .arg(json)
            .arg(beside.document() == null ? "" : beside.document())
            .arg(MOST_NEWS)
            .arg(beside.history().size());
    beside.history().forEach(call::arg);
    beside.news().forEach(call::arg);
    return call.send(pipelines.of(kind))
        .map(Response::toLong)
        .compose(
            answer ->
                answer < 0
                    ? Future.failedFuture(
                        MnException.unavailable("another server leads by now", null))
                    : Future.succeededFuture(answer));
  }

  @Override
  public CompletionStage<List<StoredRecord>> list(String kind, String after, int limit) {
    return page(kind, keys.recordNames(kind), BY_NAME, after, 0, limit);
  }

  @Override
  public CompletionStage<List<StoredRecord>> list(
      String kind, String group, String after, int limit) {
    return page(kind, keys.recordGroup(kind, group), BY_NAME, after, 0, limit);
  }

  @Override
  public CompletionStage<List<News>> news(String kind, long after, int limit) {
    return pipelines
        .of(kind)
        .send(
            Request.cmd(Command.XRANGE)
                .arg(keys.recordNews(kind))
                .arg((after + 1) + "-0")
                .arg("+")
                .arg("COUNT")
                .arg(limit))
        .map(RedisRecordStore::reported)
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<News>> lastNews(String kind, int limit) {
    return pipelines
        .of(kind)
        .send(
            Request.cmd(Command.XREVRANGE)
                .arg(keys.recordNews(kind))
                .arg("+")
                .arg("-")
                .arg("COUNT")
                .arg(limit))
        .map(answer -> reported(answer).reversed())
        .toCompletionStage();
  }

  private static List<News> reported(Response entries) {
    return entries.stream()
        .map(
            entry -> {
              String id = entry.get(0).toString();
              long seq = Long.parseLong(id.substring(0, id.indexOf('-')));
              return new News(seq, entry.get(1).get(1).toString());
            })
        .toList();
  }

  @Override
  public CompletionStage<List<StoredRecord>> due(String kind, long until, int skip, int limit) {
    return page(kind, keys.dueRecords(kind), "due", Long.toString(until), skip, limit);
  }

  private CompletionStage<List<StoredRecord>> page(
      String kind, String index, String by, String bound, int skip, int limit) {
    return pages(kind, index, by, bound, skip, limit).toCompletionStage();
  }

  /** Reads large records in small batches: no answer of Redis may delay all other commands. */
  private Future<List<StoredRecord>> pages(
      String kind, String index, String by, String bound, int skip, int limit) {
    return PAGE.call()
        .key(keys.records(kind))
        .key(index)
        .arg(by)
        .arg(bound)
        .arg(skip)
        .arg(limit)
        .arg(PAGE_BYTES)
        .send(pipelines.of(kind))
        .compose(
            answer -> {
              List<StoredRecord> found = records(answer);
              boolean isWhole = answer.size() % 2 == 0;
              if (isWhole) {
                return Future.succeededFuture(found);
              }
              boolean byName = by.equals(BY_NAME);
              return pages(
                      kind,
                      index,
                      by,
                      byName ? found.getLast().id() : bound,
                      byName ? 0 : skip + found.size(),
                      limit - found.size())
                  .map(
                      more -> {
                        found.addAll(more);
                        return found;
                      });
            });
  }

  private static List<StoredRecord> records(Response page) {
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 0; i + 1 < page.size(); i += 2) {
      records.add(parse(page.get(i).toString(), page.get(i + 1).toString()));
    }
    return records;
  }

  private static StoredRecord parse(String id, String stored) {
    String[] parts = stored.split(" ", 3);
    return new StoredRecord(id, Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
  }
}

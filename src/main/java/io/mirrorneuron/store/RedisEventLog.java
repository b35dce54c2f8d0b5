package io.mirrorneuron.store;

import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.bucket.PackedJobs;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the events of jobs. A stream entry holds the events of one commit, one a line, and its id
 * begins with the number of the last of them. An entry may hold one event or thousands, so batches
 * start small and grow. A packed job has its events in its row.
 */
final class RedisEventLog {
  /** Entries in the first read, and growth factor of the next ones. */
  private static final int FIRST_BATCH = 2;

  private static final int GROWTH = 8;

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final PackedJobs packedJobs;

  RedisEventLog(RedisPipelines pipelines, Keys keys, PackedJobs packedJobs) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.packedJobs = packedJobs;
  }

  Future<List<StoredEvent>> after(String jobId, long after, int limit) {
    return after(jobId, after, limit, new ArrayList<>(), FIRST_BATCH);
  }

  private Future<List<StoredEvent>> after(
      String jobId, long after, int limit, List<StoredEvent> found, int batch) {
    return entries(jobId, after, batch)
        .compose(
            answer -> {
              if (answer.size() == 0) {
                return packed(jobId, after, limit, found, batch);
              }
              long last = after;
              for (Response entry : answer) {
                for (StoredEvent event : unpack(entry)) {
                  last = event.seq();
                  if (last > after && found.size() < limit) {
                    found.add(event);
                  }
                }
              }
              return answer.size() < batch || found.size() >= limit
                  ? Future.succeededFuture(found)
                  : after(jobId, last, limit, found, batch * GROWTH);
            });
  }

  /** Reads a packed job; reads the stream again when the job was unpacked meanwhile. */
  private Future<List<StoredEvent>> packed(
      String jobId, long after, int limit, List<StoredEvent> found, int batch) {
    return packedJobs
        .read(jobId)
        .compose(
            job -> {
              if (job == null) {
                return entries(jobId, after, 1)
                    .compose(
                        answer ->
                            answer.size() == 0
                                ? Future.succeededFuture(found)
                                : after(jobId, after, limit, found, batch));
              }
              for (StoredEvent event : unpack(job.lastSeq(), job.events())) {
                if (event.seq() > after && found.size() < limit) {
                  found.add(event);
                }
              }
              return Future.succeededFuture(found);
            });
  }

  Future<List<StoredEvent>> last(String jobId, int limit) {
    return last(jobId, "+", limit, new ArrayList<>(), FIRST_BATCH)
        .map(newestFirst -> List.copyOf(newestFirst.reversed()));
  }

  private Future<List<StoredEvent>> last(
      String jobId, String from, int limit, List<StoredEvent> newestFirst, int batch) {
    return newest(jobId, from, batch)
        .compose(
            answer -> {
              if (answer.size() == 0 && newestFirst.isEmpty()) {
                return lastPacked(jobId, limit, batch);
              }
              String oldest = from;
              for (Response entry : answer) {
                oldest = entry.get(0).toString();
                for (StoredEvent event : unpack(entry).reversed()) {
                  if (newestFirst.size() < limit) {
                    newestFirst.add(event);
                  }
                }
              }
              return answer.size() < batch || newestFirst.size() >= limit
                  ? Future.succeededFuture(newestFirst)
                  : last(jobId, "(" + oldest, limit, newestFirst, batch * GROWTH);
            });
  }

  private Future<List<StoredEvent>> lastPacked(String jobId, int limit, int batch) {
    return packedJobs
        .read(jobId)
        .compose(
            job -> {
              if (job == null) {
                return newest(jobId, "+", 1)
                    .compose(
                        answer ->
                            answer.size() == 0
                                ? Future.succeededFuture(List.of())
                                : last(jobId, "+", limit, new ArrayList<>(), batch));
              }
              List<StoredEvent> all = unpack(job.lastSeq(), job.events());
              return Future.succeededFuture(
                  all.subList(Math.max(0, all.size() - limit), all.size()).reversed());
            });
  }

  private Future<Response> entries(String jobId, long after, int count) {
    return read(jobId, Command.XRANGE, (after + 1) + "-0", "+", count);
  }

  private Future<Response> newest(String jobId, String from, int count) {
    return read(jobId, Command.XREVRANGE, from, "-", count);
  }

  private Future<Response> read(String jobId, Command range, String from, String to, int count) {
    Request request = Request.cmd(range).arg(keys.events(jobId)).arg(from).arg(to);
    return pipelines.of(jobId).send(request.arg("COUNT").arg(count));
  }

  private static List<StoredEvent> unpack(Response entry) {
    String id = entry.get(0).toString();
    long last = Long.parseLong(id.substring(0, id.indexOf('-')));
    return unpack(last, entry.get(1).get(1).toString());
  }

  private static List<StoredEvent> unpack(long last, String lines) {
    if (lines.isEmpty()) {
      return List.of();
    }
    String[] events = lines.split("\n");
    List<StoredEvent> unpacked = new ArrayList<>(events.length);
    for (int i = 0; i < events.length; i++) {
      unpacked.add(new StoredEvent(last - events.length + 1 + i, events[i]));
    }
    return unpacked;
  }
}

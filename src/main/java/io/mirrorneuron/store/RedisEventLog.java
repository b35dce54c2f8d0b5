package io.mirrorneuron.store;

import io.mirrorneuron.store.JobStore.StoredEvent;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

/**
 * Events of jobs, read. A stream entry holds the events of one commit, a line each, and its id
 * begins with the number of the last of them.
 */
final class RedisEventLog {
  private final RedisLanes lanes;
  private final Keys keys;

  RedisEventLog(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  /** See {@link JobStore#events}. */
  Future<List<StoredEvent>> after(String jobId, long after, int limit) {
    Request range =
        Request.cmd(Command.XRANGE)
            .arg(keys.events(jobId))
            .arg((after + 1) + "-0")
            .arg("+")
            .arg("COUNT")
            .arg(Math.max(1, limit));
    return lanes
        .of(jobId)
        .send(range)
        .map(
            answer -> {
              List<StoredEvent> events = new ArrayList<>();
              for (Response entry : answer) {
                for (StoredEvent event : unpack(entry)) {
                  if (event.seq() > after && events.size() < limit) {
                    events.add(event);
                  }
                }
              }
              return events;
            });
  }

  /** See {@link JobStore#lastEvents}. */
  Future<List<StoredEvent>> last(String jobId, int limit) {
    Request range =
        Request.cmd(Command.XREVRANGE)
            .arg(keys.events(jobId))
            .arg("+")
            .arg("-")
            .arg("COUNT")
            .arg(Math.max(1, limit));
    return lanes
        .of(jobId)
        .send(range)
        .map(
            answer -> {
              List<StoredEvent> newestFirst = new ArrayList<>();
              for (Response entry : answer) {
                for (StoredEvent event : unpack(entry).reversed()) {
                  if (newestFirst.size() < limit) {
                    newestFirst.add(event);
                  }
                }
              }
              return List.copyOf(newestFirst.reversed());
            });
  }

  private static List<StoredEvent> unpack(Response entry) {
    String id = entry.get(0).toString();
    long last = Long.parseLong(id.substring(0, id.indexOf('-')));
    String[] packed = entry.get(1).get(1).toString().split("\n");
    List<StoredEvent> events = new ArrayList<>(packed.length);
    for (int i = 0; i < packed.length; i++) {
      events.add(new StoredEvent(last - packed.length + 1 + i, packed[i]));
    }
    return events;
  }
}

package io.mirrorneuron.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;

/** The jobs whose runs are not written to the end, or are written when somebody looks. */
public final class RunMarks {
  private final RedisLanes lanes;
  private final Keys keys;
  private final Script dueScript = Script.onIndex("due-unread.lua");

  public RunMarks(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  public Future<List<String>> unrecorded() {
    return members(keys.unrecordedJobs());
  }

  public Future<Void> recorded(List<String> jobIds) {
    return remove(keys.unrecordedJobs(), jobIds);
  }

  public Future<List<String>> unread() {
    return members(keys.unreadJobs());
  }

  /** One command for each: a job that was removed meanwhile is not marked. */
  public Future<Void> unread(List<String> jobIds) {
    return Future.all(jobIds.stream().map(job -> lanes.send(move(job))).toList()).mapEmpty();
  }

  private Request move(String job) {
    return Request.cmd(Command.SMOVE).arg(keys.unrecordedJobs()).arg(keys.unreadJobs()).arg(job);
  }

  public Future<List<String>> dueUnread(int limit) {
    return dueScript
        .call()
        .key(keys.jobs())
        .arg(limit)
        .send(lanes)
        .map(answer -> answer.stream().map(Response::toString).toList());
  }

  public Future<Boolean> isUnread(String jobId) {
    return lanes
        .send(Request.cmd(Command.SISMEMBER).arg(keys.unreadJobs()).arg(jobId))
        .map(Response::toBoolean);
  }

  public Future<Void> read(List<String> jobIds) {
    return remove(keys.unreadJobs(), jobIds);
  }

  private Future<List<String>> members(String key) {
    return lanes
        .send(Request.cmd(Command.SMEMBERS).arg(key))
        .map(answer -> answer.stream().map(Response::toString).toList());
  }

  private Future<Void> remove(String key, List<String> jobIds) {
    Request remove = Request.cmd(Command.SREM).arg(key);
    jobIds.forEach(remove::arg);
    return lanes.send(remove).mapEmpty();
  }
}

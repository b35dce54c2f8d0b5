package io.mirrorneuron.store;

import io.mirrorneuron.model.RunStatus;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Removes ended jobs, and brings the index of an earlier version up to date. Each script call does
 * a batch, whole or not at all, and finds nothing to do when another server was faster; what breaks
 * off is done by the next call.
 */
final class RedisJobTidying {
  /** Jobs to each script call: Redis answers nobody else meanwhile, for some 10 ms. */
  private static final int BATCH = 500;

  /** Where the answer of {@code remove.lua} names those that stay. */
  private static final int STAYING = 2;

  private static final String VERSION = "2";

  private final RedisLanes lanes;
  private final Keys keys;
  private final Duration terminalTtl;
  private final String claims;
  private final Script removeScript = Script.onIndex("remove.lua");
  private final Script adoptScript = Script.onIndex("adopt.lua");

  /**
   * @param terminalTtl how long a finished job stays that does not know it itself
   * @param isClaimed whether run ids and idempotency keys are claimed elsewhere
   */
  RedisJobTidying(RedisLanes lanes, Keys keys, Duration terminalTtl, boolean isClaimed) {
    this.lanes = lanes;
    this.keys = keys;
    this.terminalTtl = terminalTtl;
    this.claims = isClaimed ? "elsewhere" : "here";
  }

  /** See {@link JobStore#tidy}. */
  Future<Integer> tidy() {
    return lanes
        .any()
        .send(Request.cmd(Command.GET).arg(keys.indexVersion()))
        .compose(
            version ->
                version != null && version.toString().equals(VERSION)
                    ? Future.succeededFuture()
                    : adoptAll())
        .compose(adopted -> remove("due", 0, 0));
  }

  /** See {@link JobStore#deleteTerminal}. */
  Future<Integer> deleteTerminal() {
    Future<Integer> deleted = Future.succeededFuture(0);
    for (String status : RunStatus.FINAL_WORDS) {
      deleted = deleted.compose(before -> remove(status, 0, before));
    }
    return deleted;
  }

  /** See {@link io.mirrorneuron.store.EndedJobs#remove}. */
  Future<List<String>> remove(List<String> jobIds) {
    Future<List<String>> staying = Future.succeededFuture(new ArrayList<>());
    for (int from = 0; from < jobIds.size(); from += BATCH) {
      List<String> batch = jobIds.subList(from, Math.min(from + BATCH, jobIds.size()));
      staying = staying.compose(before -> removeThese(batch).map(stay -> both(before, stay)));
    }
    return staying;
  }

  private Future<List<String>> removeThese(List<String> jobIds) {
    Script.Call call = call("these", 0);
    jobIds.forEach(call::arg);
    return call.send(lanes.any()).map(answer -> members(answer.get(STAYING)));
  }

  private static List<String> both(List<String> some, List<String> others) {
    some.addAll(others);
    return some;
  }

  private Script.Call call(String which, int staying) {
    return removeScript
        .call()
        .key(keys.jobs())
        .key(keys.chosenRuns())
        .arg(keys.namespace())
        .arg(which)
        .arg(BATCH)
        .arg(staying)
        .arg(claims);
  }

  /**
   * @param which of the ended jobs, see {@code remove.lua}
   * @param staying how many of them were looked at and stay
   */
  private Future<Integer> remove(String which, int staying, int before) {
    return call(which, staying)
        .send(lanes.any())
        .compose(
            answer -> {
              int removed = answer.get(0).toInteger();
              int stay = answer.get(1).toInteger();
              return removed + stay == 0
                  ? Future.succeededFuture(before)
                  : remove(which, staying + stay, before + removed);
            });
  }

  private Future<Response> adoptAll() {
    Future<Response> done = Future.succeededFuture();
    for (String place :
        Stream.concat(Stream.of("active"), RunStatus.FINAL_WORDS.stream()).toList()) {
      Request all = Request.cmd(Command.ZRANGE).arg(keys.jobs() + place).arg(0).arg(-1);
      done = done.compose(before -> adopt(place, all));
    }
    return done.compose(
            before -> adopt("unrecorded", Request.cmd(Command.SMEMBERS).arg(keys.unrecordedJobs())))
        .compose(before -> adopt("runs", Request.cmd(Command.HGETALL).arg(keys.chosenRuns())))
        .compose(
            before ->
                lanes.any().send(Request.cmd(Command.SET).arg(keys.indexVersion()).arg(VERSION)));
  }

  private Future<Response> adopt(String place, Request all) {
    return lanes.any().send(all).compose(answer -> adopt(place, members(answer), 0));
  }

  /** The members of a set; of a hash, its fields and values by turns. */
  private static List<String> members(Response answer) {
    List<String> members = new ArrayList<>();
    if (answer.isMap()) {
      answer
          .getKeys()
          .forEach(field -> members.addAll(List.of(field, answer.get(field).toString())));
    } else {
      answer.forEach(member -> members.add(member.toString()));
    }
    return members;
  }

  private Future<Response> adopt(String place, List<String> members, int from) {
    if (from >= members.size()) {
      return Future.succeededFuture();
    }
    int to = Math.min(from + BATCH, members.size());
    Script.Call call = adoptScript.call().key(keys.jobs()).key(keys.chosenRuns());
    call.arg(keys.namespace()).arg(place).arg(terminalTtl.toMillis());
    members.subList(from, to).forEach(call::arg);
    return call.send(lanes.any()).compose(answer -> adopt(place, members, to));
  }
}

package io.mirrorneuron.store;

import io.mirrorneuron.store.bucket.StorePlaces;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One hash of nodes by execution, or one in each bucket of jobs; a suffix on the node marks a taken
 * execution.
 */
public final class RedisRemoteExecutionIndex implements RemoteExecutionIndex {
  private static final String TAKEN = " taken";

  private final StorePlaces places;
  private final Script take = Script.resource("elsewhere-take.lua");
  private final Script giveUp = Script.resource("elsewhere-give-up.lua");
  private final Script begin = Script.resource("elsewhere-begin.lua");

  public RedisRemoteExecutionIndex(StorePlaces places) {
    this.places = places;
  }

  @Override
  public CompletionStage<Boolean> begin(
      String jobId, long epoch, String executionId, String worker) {
    return call(begin, jobId, epoch)
        .arg(executionId)
        .arg(worker)
        .send(pipelines(jobId), jobId)
        .map(answer -> answer.toInteger() == 1)
        .toCompletionStage();
  }

  private RedisPipelines pipelines(String jobId) {
    return places.of(jobId).pipelines();
  }

  private Script.Call call(Script script, String jobId, long epoch) {
    Keys keys = places.of(jobId).keys();
    return script.call().key(keys.state(jobId)).key(keys.elsewhere()).arg(epoch);
  }

  @Override
  public CompletionStage<Boolean> take(
      String jobId, long epoch, String executionId, String worker) {
    return call(take, jobId, epoch)
        .arg(executionId)
        .arg(worker)
        .arg(worker + TAKEN)
        .send(pipelines(jobId), jobId)
        .map(answer -> answer.toInteger() == 1)
        .toCompletionStage();
  }

  @Override
  public CompletionStage<GivenUp> giveUp(
      String jobId, long epoch, String executionId, boolean isCertain) {
    return call(giveUp, jobId, epoch)
        .arg(executionId)
        .arg(isCertain ? "" : TAKEN)
        .send(pipelines(jobId), jobId)
        .map(answer -> GivenUp.values()[answer.toInteger()])
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, String>> of(String jobId, Collection<String> executionIds) {
    if (executionIds.isEmpty()) {
      return CompletableFuture.completedStage(Map.of());
    }
    List<String> asked = List.copyOf(executionIds);
    Request read = Request.cmd(Command.HMGET).arg(places.of(jobId).keys().elsewhere());
    asked.forEach(read::arg);
    return pipelines(jobId)
        .send(jobId, read)
        .map(answer -> noted(asked, answer))
        .toCompletionStage();
  }

  private static Map<String, String> noted(List<String> asked, Response answer) {
    Map<String, String> nodes = new HashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      if (answer.get(i) != null) {
        nodes.put(asked.get(i), node(answer.get(i).toString()));
      }
    }
    return nodes;
  }

  private static String node(String noted) {
    return noted.endsWith(TAKEN) ? noted.substring(0, noted.length() - TAKEN.length()) : noted;
  }

  @Override
  public CompletionStage<Void> end(String jobId, String executionId) {
    String noted = places.of(jobId).keys().elsewhere();
    Request forget = Request.cmd(Command.HDEL).arg(noted).arg(executionId);
    return pipelines(jobId).send(jobId, forget).<Void>mapEmpty().toCompletionStage();
  }
}

package io.mirrorneuron.store;

import io.mirrorneuron.store.service.DeploymentRoles;
import io.mirrorneuron.store.service.ServiceRegistry;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A hash of instances for each name of a service; see {@code services.lua}. */
public final class RedisServiceRegistry implements ServiceRegistry, DeploymentRoles {
  private static final Script SCRIPT = Script.resource("services.lua");

  private final RedisLanes lanes;
  private final Keys keys;

  public RedisServiceRegistry(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Boolean> put(Claim claim, String name, String id, String document) {
    return isDone(
        call("put", name)
            .arg(claim.owner())
            .arg(claim.jobId())
            .arg(claim.epoch())
            .arg(name)
            .arg(id)
            .arg(document));
  }

  @Override
  public CompletionStage<Boolean> remove(Claim claim, String name, String id) {
    return isDone(call("remove", name).arg(claim.epoch()).arg(name).arg(id));
  }

  private CompletionStage<Boolean> isDone(Script.Call call) {
    return send(call).map(done -> done.toInteger() == 1).toCompletionStage();
  }

  @Override
  public CompletionStage<List<Told>> named(String name) {
    return documents(call("read", name));
  }

  @Override
  public CompletionStage<List<Told>> all() {
    return documents(call("read", null));
  }

  private CompletionStage<List<Told>> documents(Script.Call call) {
    return send(call)
        .map(told -> told.stream().map(RedisServiceRegistry::told).toList())
        .toCompletionStage();
  }

  /** {@code <role>\n<document>}. */
  private static Told told(Response response) {
    String text = response.toString();
    int end = text.indexOf('\n');
    return new Told(text.substring(end + 1), end == 0 ? null : text.substring(0, end));
  }

  @Override
  public CompletionStage<Void> candidate(String jobId) {
    return send(call("candidate", null).arg(jobId)).<Void>mapEmpty().toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> replace(String oldJob, String newJob) {
    return isDone(call("replace", null).arg(oldJob).arg(newJob));
  }

  @Override
  public CompletionStage<Integer> sweep() {
    return send(call("sweep", null)).map(Response::toInteger).toCompletionStage();
  }

  /**
   * @param name of the service that it is about, or null
   */
  private Script.Call call(String operation, String name) {
    Script.Call call =
        SCRIPT
            .call()
            .key(keys.serviceNames())
            .key(keys.livingNodes())
            .key(keys.activeJobs())
            .key(keys.serviceRoles())
            .key(keys.services(""));
    if (name != null) {
      call.key(keys.services(name));
    }
    return call.arg(operation).arg(keys.state(""));
  }

  private Future<Response> send(Script.Call call) {
    return call.send(lanes.any());
  }
}

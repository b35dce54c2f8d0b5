package io.mirrorneuron.store;

import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A hash of instances for each service name, see {@code services.lua}. Where jobs are in buckets,
 * their epochs are read first; an instance that is registered meanwhile is still returned and kept.
 */
public final class RedisServiceRegistry implements ServiceRegistry, DeploymentRoles {
  private static final String TEXT = "services.lua";
  private static final Script HERE = Script.resource("services-here.lua", TEXT);
  private static final Script GIVEN = Script.resource("services-given.lua", TEXT);
  private static final Script OPEN_EPOCH = Script.resource("open-epoch.lua");

  private final StorePlaces places;
  private final Keys keys;

  public RedisServiceRegistry(StorePlaces places) {
    this.places = places;
    this.keys = places.shared().keys();
  }

  @Override
  public CompletionStage<Boolean> put(Claim claim, String name, String id, String document) {
    return isDone(
        known(List.of(claim.jobId()))
            .compose(
                jobs ->
                    send(
                        call("put", name, jobs)
                            .arg(claim.owner())
                            .arg(claim.jobId())
                            .arg(claim.epoch())
                            .arg(name)
                            .arg(id)
                            .arg(document))));
  }

  @Override
  public CompletionStage<Boolean> remove(Claim claim, String name, String id) {
    return isDone(
        known(List.of())
            .compose(
                jobs -> send(call("remove", name, jobs).arg(claim.epoch()).arg(name).arg(id))));
  }

  @Override
  public CompletionStage<Boolean> leave(Claim claim, String name, String id, long forMs) {
    return isDone(
        known(List.of(claim.jobId()))
            .compose(jobs -> send(of("leave", claim, name, jobs).arg(id).arg(forMs))));
  }

  @Override
  public CompletionStage<Void> supersede(Claim claim, String name, String id) {
    return known(List.of())
        .compose(jobs -> send(of("supersede", claim, name, jobs).arg(id)))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Long> leftUnder(String jobId, String name, String id) {
    return known(List.of(jobId))
        .compose(jobs -> send(call("under", name, jobs).arg(jobId).arg(id)))
        .map(Response::toLong)
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Void> forget(String owner) {
    return known(List.of())
        .compose(jobs -> send(call("forget", null, jobs).arg(owner)))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  private Script.Call of(String operation, Claim claim, String name, String jobs) {
    return call(operation, name, jobs).arg(claim.jobId()).arg(claim.epoch());
  }

  private static CompletionStage<Boolean> isDone(Future<Response> answer) {
    return answer.map(done -> done.toInteger() == 1).toCompletionStage();
  }

  @Override
  public CompletionStage<List<RegisteredDocument>> named(String name) {
    return documents(name);
  }

  @Override
  public CompletionStage<List<RegisteredDocument>> all() {
    return documents(null);
  }

  private CompletionStage<List<RegisteredDocument>> documents(String name) {
    return knownOf(name)
        .compose(jobs -> send(call("read", name, jobs)))
        .map(reported -> reported.stream().map(RedisServiceRegistry::reported).toList())
        .toCompletionStage();
  }

  /** Parses {@code <role>\n<document>}. */
  private static RegisteredDocument reported(Response response) {
    String text = response.toString();
    int end = text.indexOf('\n');
    return new RegisteredDocument(
        text.substring(end + 1), end == 0 ? null : text.substring(0, end));
  }

  @Override
  public CompletionStage<Void> candidate(String jobId) {
    return known(List.of())
        .compose(jobs -> send(call("candidate", null, jobs).arg(jobId)))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> replace(String oldJob, String newJob) {
    return isDone(
        known(List.of())
            .compose(jobs -> send(call("replace", null, jobs).arg(oldJob).arg(newJob))));
  }

  @Override
  public CompletionStage<Integer> sweep() {
    return knownOf(null)
        .compose(jobs -> send(call("sweep", null, jobs)))
        .map(Response::toInteger)
        .toCompletionStage();
  }

  /**
   * Epochs of the jobs with registered services, as the script takes them.
   *
   * @param name of the service, or null for all
   */
  private Future<String> knownOf(String name) {
    return places.isBuckets()
        ? send(call("jobs", name, ""))
            .compose(jobs -> known(jobs.stream().map(Response::toString).distinct().toList()))
        : known(List.of());
  }

  /** Reads the epochs of jobs in buckets; else the script reads them itself. */
  private Future<String> known(List<String> jobs) {
    if (!places.isBuckets()) {
      return Future.succeededFuture(keys.state(""));
    }
    List<Future<String>> epochs = jobs.stream().map(this::epoch).toList();
    return Future.all(epochs)
        .map(
            all -> {
              StringBuilder known = new StringBuilder();
              for (int i = 0; i < jobs.size(); i++) {
                known.append(jobs.get(i)).append('\n').append(epochs.get(i).result()).append('\n');
              }
              return known.toString();
            });
  }

  /** Empty when the job is not open. */
  private Future<String> epoch(String jobId) {
    Place place = places.of(jobId);
    return OPEN_EPOCH
        .call()
        .key(place.keys().jobs())
        .key(place.keys().state(jobId))
        .arg(jobId)
        .send(place.pipelines(), jobId)
        .map(epoch -> epoch == null ? "" : epoch.toString());
  }

  /**
   * @param name of the service, or null
   * @param jobs epochs of jobs, see {@link #known}
   */
  private Script.Call call(String operation, String name, String jobs) {
    Script.Call call =
        (places.isBuckets() ? GIVEN : HERE)
            .call()
            .key(keys.serviceNames())
            .key(keys.livingNodes())
            .key(keys.activeJobs())
            .key(keys.serviceRoles())
            .key(keys.services(""));
    if (name != null) {
      call.key(keys.services(name));
    }
    return call.arg(operation).arg(jobs);
  }

  private Future<Response> send(Script.Call call) {
    return call.send(places.shared().pipelines());
  }
}

package io.mirrorneuron.store.bucket;

import io.mirrorneuron.store.JobDamage;
import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads whole jobs, packed or not. */
public final class StoredJobs {
  /**
   * Fields of a state that belong to the scripts, see {@code job-index.lua} and {@code end.lua}.
   */
  private static final List<String> OF_SCRIPTS = List.of("status", "run", "key", "packed");

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final PackedJobs packed;
  private final Script loadScript = Script.resource("load.lua");

  public StoredJobs(RedisPipelines pipelines, Keys keys, PackedJobs packed) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.packed = packed;
  }

  public Future<Optional<StoredJob>> load(String jobId) {
    return read(jobId, call(jobId).key(keys.blobs(jobId)));
  }

  public Future<Optional<StoredJob>> outline(String jobId) {
    return read(jobId, call(jobId));
  }

  private Script.Call call(String jobId) {
    return loadScript.call().key(keys.state(jobId)).key(keys.manifest(jobId)).key(keys.row(jobId));
  }

  private Future<Optional<StoredJob>> read(String jobId, Script.Call call) {
    return JobDamage.named(jobId, call.send(pipelines, jobId))
        .map(
            all ->
                all.size() > 3 && all.get(3) != null
                    ? stored(jobId, all.get(0), PackedJobs.unpacked(jobId, all.get(3).toBytes()))
                    : stored(jobId, all.get(0), all.get(1), texts(all.get(2))));
  }

  /** The row as JSON; null for an unknown job. */
  public Future<byte[]> row(String jobId) {
    Request read = Request.cmd(Command.GET).arg(keys.row(jobId));
    return JobDamage.named(jobId, pipelines.send(jobId, read))
        .map(answer -> answer == null ? null : packed.rowIn(jobId, answer));
  }

  public Future<Map<String, String>> allocations() {
    return pipelines
        .send(Request.cmd(Command.HGETALL).arg(keys.allocations()))
        .map(StoredJobs::texts);
  }

  public Future<String> manifest(String jobId) {
    return text(
        jobId, () -> Request.cmd(Command.GET).arg(keys.manifest(jobId)), PackedJob::manifest);
  }

  public Future<String> owner(String jobId) {
    return text(
        jobId,
        () -> Request.cmd(Command.HGET).arg(keys.state(jobId)).arg("owner"),
        PackedJob::owner);
  }

  private Future<String> text(
      String jobId, Supplier<Request> request, Function<PackedJob, String> part) {
    return unlessPacked(jobId, request, answer -> answer == null ? null : answer.toString(), part);
  }

  public Future<JobHolder> holder(String jobId) {
    return unlessPacked(
        jobId,
        () -> Request.cmd(Command.HMGET).arg(keys.state(jobId)).arg("owner").arg("epoch"),
        answer -> holder(jobId, answer.get(0), answer.get(1)),
        job -> new JobHolder(job.owner(), 0));
  }

  private static JobHolder holder(String jobId, Response owner, Response epoch) {
    return owner == null || epoch == null
        ? null
        : new JobHolder(owner.toString(), JobDamage.number(jobId, "epoch", epoch.toString()));
  }

  private <T> Future<T> unlessPacked(
      String jobId,
      Supplier<Request> request,
      Function<Response, T> read,
      Function<PackedJob, T> part) {
    Supplier<Future<T>> unpacked = () -> pipelines.send(jobId, request.get()).map(read);
    return JobDamage.named(jobId, packed.unlessPacked(jobId, unpacked, part));
  }

  private static Optional<StoredJob> stored(String jobId, Response state, PackedJob job) {
    String epoch = texts(state).get("epoch");
    return epoch == null
        ? Optional.empty()
        : Optional.of(
            new StoredJob(
                jobId,
                JobDamage.number(jobId, "epoch", epoch),
                job.owner(),
                job.manifest(),
                job.fields(),
                Map.of()));
  }

  private static Optional<StoredJob> stored(
      String jobId, Response state, Response manifest, Map<String, String> blobs) {
    Map<String, String> fields = texts(state);
    String epoch = fields.remove("epoch");
    String owner = fields.remove("owner");
    OF_SCRIPTS.forEach(fields::remove);
    if (epoch == null || manifest == null) {
      return Optional.empty();
    }
    long number = JobDamage.number(jobId, "epoch", epoch);
    return Optional.of(new StoredJob(jobId, number, owner, manifest.toString(), fields, blobs));
  }

  /** A hash, or a script's list of fields and values in turn. */
  public static Map<String, String> texts(Response hash) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (hash != null && hash.isMap()) {
      hash.getKeys().forEach(field -> texts.put(field, hash.get(field).toString()));
    } else if (hash != null) {
      for (int i = 0; i + 1 < hash.size(); i += 2) {
        texts.put(hash.get(i).toString(), hash.get(i + 1).toString());
      }
    }
    return texts;
  }
}

package io.mirrorneuron.store.packed;

import io.mirrorneuron.store.JobDamage;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads jobs as a whole, whichever way they are kept. */
public final class StoredJobs {
  /** Fields of a state that are the scripts', see {@code job-index.lua} and {@code end.lua}. */
  private static final List<String> OF_SCRIPTS = List.of("status", "run", "key", "packed");

  private final RedisLanes lanes;
  private final Keys keys;
  private final PackedJobs packed;
  private final Script loadScript = Script.resource("load.lua");

  public StoredJobs(RedisLanes lanes, Keys keys, PackedJobs packed) {
    this.lanes = lanes;
    this.keys = keys;
    this.packed = packed;
  }

  /** See {@link io.mirrorneuron.store.JobStore#load}. */
  public Future<Optional<StoredJob>> load(String jobId) {
    Script.Call call = loadScript.call();
    call.key(keys.state(jobId)).key(keys.manifest(jobId));
    call.key(keys.blobs(jobId)).key(keys.row(jobId));
    return JobDamage.named(jobId, call.send(lanes, jobId))
        .map(
            all ->
                all.size() > 3 && all.get(3) != null
                    ? stored(jobId, all.get(0), PackedJobs.unpacked(jobId, all.get(3).toBytes()))
                    : stored(jobId, all.get(0), all.get(1), texts(all.get(2))));
  }

  /**
   * See {@link io.mirrorneuron.store.JobStore#outline}. A job that has a state and no manifest is
   * packed, or was packed between the two reads.
   */
  public Future<Optional<StoredJob>> outline(String jobId) {
    Future<Response> state = lanes.send(jobId, Request.cmd(Command.HGETALL).arg(keys.state(jobId)));
    Future<Response> manifest =
        lanes.send(jobId, Request.cmd(Command.GET).arg(keys.manifest(jobId)));
    return JobDamage.named(
            jobId,
            Future.all(state, manifest)
                .compose(
                    both ->
                        manifest.result() != null || state.result().size() == 0
                            ? Future.succeededFuture()
                            : packed.read(jobId)))
        .map(
            job ->
                job == null
                    ? stored(jobId, state.result(), manifest.result(), Map.of())
                    : stored(jobId, state.result(), job));
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

  /** A hash, or a script's list of its fields and values in turn. */
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

package io.mirrorneuron.store.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.Script;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads packed jobs, which {@code end.lua} and {@code create.lua} write. */
public final class PackedJobs {
  /** Size of the cache of values and their rows. */
  private static final int MOST_BYTES = 1 << 20;

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final Script thawScript = Script.resource("thaw.lua");
  private final Cache<String, ReadRow> rows =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(MOST_BYTES)
          .weigher((String jobId, ReadRow read) -> read.bytes())
          .build();

  public PackedJobs(RedisPipelines pipelines, Keys keys) {
    this.pipelines = pipelines;
    this.keys = keys;
  }

  /** The job; null when there is none or it is not packed. Fails when it is damaged. */
  public Future<PackedJob> read(String jobId) {
    return bytes(jobId).map(value -> value == null ? null : unpacked(jobId, value));
  }

  /**
   * Reads an unpacked job, or that part of a packed one. Reads again when the job was unpacked
   * between the two reads.
   *
   * @param read completes with null when there is nothing
   */
  public <T> Future<T> unlessPacked(
      String jobId, Supplier<Future<T>> read, Function<PackedJob, T> part) {
    return read.get()
        .compose(
            found ->
                found != null
                    ? Future.succeededFuture(found)
                    : read(jobId)
                        .compose(
                            job ->
                                job == null
                                    ? read.get()
                                    : Future.succeededFuture(part.apply(job))));
  }

  /** The value of a row's key when it is a packed job, else null. */
  private Future<byte[]> bytes(String jobId) {
    return pipelines
        .send(jobId, Request.cmd(Command.GET).arg(keys.row(jobId)))
        .map(
            answer -> {
              byte[] value = answer == null ? null : answer.toBytes();
              return value == null || !PackedJob.is(value) ? null : value;
            });
  }

  /**
   * @throws MnException {@code job_damaged}
   */
  public static PackedJob unpacked(String jobId, byte[] value) {
    try {
      return PackedJob.unpack(value);
    } catch (IllegalArgumentException e) {
      throw MnException.damaged(jobId, e.getMessage());
    }
  }

  /**
   * The row in the value of its key, packed or not; cached while the value is the same.
   *
   * @return bytes that must not be changed
   * @throws MnException {@code job_damaged}
   */
  byte[] rowIn(String jobId, Response value) {
    byte[] bytes = value.toBytes();
    ReadRow known = PackedJob.is(bytes) ? rows.getIfPresent(jobId) : null;
    if (known != null && Arrays.equals(known.packed(), bytes)) {
      return known.row();
    }
    try {
      byte[] row = PackedJob.rowOf(bytes);
      if (PackedJob.is(bytes)) {
        rows.put(jobId, new ReadRow(bytes, row));
      }
      return row;
    } catch (IllegalArgumentException e) {
      throw MnException.damaged(jobId, e.getMessage());
    }
  }

  /** A cached value and its row. */
  private record ReadRow(byte[] packed, byte[] row) {
    int bytes() {
      return packed.length + row.length;
    }
  }

  /** Restores the unpacked job; does nothing when it is not packed. */
  public Future<Void> thaw(String jobId) {
    return bytes(jobId)
        .compose(value -> value == null ? Future.succeededFuture() : thaw(jobId, value).mapEmpty());
  }

  private Future<Response> thaw(String jobId, byte[] value) {
    PackedJob job = unpacked(jobId, value);
    Script.Call call = thawScript.call();
    keys.ofJob(jobId).forEach(call::key);
    call.arg(value).arg(job.row()).arg(job.owner()).arg(job.manifest());
    call.arg(job.lastSeq()).arg(job.events());
    job.fields().forEach((field, text) -> call.arg(field).arg(text));
    return call.send(pipelines, jobId);
  }
}

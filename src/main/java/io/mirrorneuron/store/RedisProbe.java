package io.mirrorneuron.store;

import io.mirrorneuron.storage.StorageWatch.StoreProbe;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.concurrent.CompletionStage;

/** Checks whether Redis answers and writes, over the connections that the jobs use. */
public record RedisProbe(StorePlaces places) implements StoreProbe {
  private static final int KEPT_MS = 1000;

  @Override
  public boolean isConnected() {
    return places.isConnected();
  }

  private RedisPipelines pipelines() {
    return places.shared().pipelines();
  }

  /** Uses ECHO: a Redis that cannot write refuses even PING. */
  @Override
  public CompletionStage<?> answers() {
    if (pipelines().isAcknowledged()) {
      return writes();
    }
    return pipelines().any().send(Request.cmd(Command.ECHO).arg("")).toCompletionStage();
  }

  @Override
  public String silence() {
    return pipelines().isAcknowledged() && isConnected()
        ? "Redis does not answer, or no replica has what is written"
        : StoreProbe.super.silence();
  }

  @Override
  public CompletionStage<?> writes() {
    return pipelines()
        .any()
        .send(
            Request.cmd(Command.SET)
                .arg(places.shared().keys().trial())
                .arg("")
                .arg("PX")
                .arg(KEPT_MS))
        .toCompletionStage();
  }
}

package io.mirrorneuron.store;

import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.testing.RuntimeFixture;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class RedisRemoteExecutionIndexIT implements RemoteExecutionIndexContract {
  private static final Keys KEYS = new Keys("elsewhere");

  @TempDir static Path folder;
  private static RuntimeFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new RuntimeFixture(folder.resolve("node"));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Override
  public RemoteExecutionIndex index() {
    return new RedisRemoteExecutionIndex(StorePlaces.one(fixture.pipelines(), KEYS));
  }

  @Override
  public void owned(String jobId, long epoch) {
    Request set = Request.cmd(Command.HSET).arg(KEYS.state(jobId)).arg("epoch").arg(epoch);
    fixture.pipelines().send(jobId, set).await();
  }
}

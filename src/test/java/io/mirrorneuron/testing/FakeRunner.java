package io.mirrorneuron.testing;

import io.mirrorneuron.models.FakeFault;
import io.mirrorneuron.models.FakeModels;
import io.mirrorneuron.models.FakeModelsOptions;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** A {@link FakeModels} on a free port, with a Vert.x of its own: models are pulled at once. */
public final class FakeRunner implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final FakeModels fake;

  private FakeRunner(Map<String, Long> models, boolean installed, long bytesPerSecond) {
    this.fake =
        FakeModels.start(
            vertx,
            new FakeModelsOptions(
                "127.0.0.1",
                0,
                models,
                installed,
                Map.of(),
                Duration.ofMillis(20),
                Duration.ofMillis(2),
                bytesPerSecond),
            Clock.systemUTC());
  }

  /** With this model to be pulled. */
  public static FakeRunner with(String model, long bytes) {
    return new FakeRunner(Map.of(model, bytes), false, 0);
  }

  /** With this model to be pulled in so many bytes a second. */
  public static FakeRunner pulling(String model, long bytes, long bytesPerSecond) {
    return new FakeRunner(Map.of(model, bytes), false, bytesPerSecond);
  }

  /** With these models in it. */
  public static FakeRunner having(String... models) {
    Map<String, Long> sizes = new java.util.HashMap<>();
    for (String model : models) {
      sizes.put(model, 1000L);
    }
    return new FakeRunner(sizes, true, 0);
  }

  public String root() {
    return fake.root();
  }

  public void behave(FakeFault.Door endpoint, FakeFault fault) {
    fake.behave(endpoint, fault);
  }

  public int asked(FakeFault.Door endpoint) {
    return fake.asked(endpoint);
  }

  public int stalled() {
    return fake.stalled();
  }

  public long pulled(String model) {
    return fake.pulled(model);
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}

package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.models.http.Bounds;
import io.mirrorneuron.testing.FakeCluster;
import io.mirrorneuron.testing.FakeRunner;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Models of a folder before a fake runner, with short limits. */
final class ModelsFixture implements AutoCloseable {
  static final String MODEL = "ai/smollm2:360M-Q4_K_M";
  static final String ID = "smollm2:360m";
  static final String KEY = "sk-very-secret";

  final Path folder;
  final FakeCluster cluster = new FakeCluster();
  final LocalModels models;

  private ModelsFixture(Path folder, List<URI> runners, ModelSettings.Endpoint endpoint) {
    this.folder = folder;
    this.models =
        new LocalModels(
            new ModelSettings(
                runners,
                "smollm2",
                folder.resolve("catalog.json"),
                folder.resolve("models/ownership.json"),
                endpoint),
            cluster,
            limits(),
            Clock.systemUTC());
  }

  static ModelsFixture before(Path folder, FakeRunner... runners) {
    return new ModelsFixture(folder, roots(runners), ModelSettings.Endpoint.NONE);
  }

  /** Before a runner, and an endpoint that asks for a key. */
  static ModelsFixture withEndpoint(Path folder, FakeRunner runner, FakeRunner endpoint) {
    return new ModelsFixture(
        folder,
        roots(runner),
        new ModelSettings.Endpoint(URI.create(endpoint.root() + "/v1"), new Secret(KEY)));
  }

  private static List<URI> roots(FakeRunner... runners) {
    return List.of(runners).stream().map(runner -> URI.create(runner.root())).toList();
  }

  private static ModelLimits limits() {
    Duration silence = Duration.ofMillis(700);
    return new ModelLimits(
        Duration.ofSeconds(2),
        new Bounds(Duration.ofSeconds(10), silence, 64 << 10, 1 << 20),
        new Bounds(Duration.ofSeconds(8), Duration.ofSeconds(5), 64 << 10, 1 << 20));
  }

  @Override
  public void close() {
    models.close();
  }
}

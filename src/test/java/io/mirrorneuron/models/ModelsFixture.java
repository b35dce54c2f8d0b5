package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.models.BoundedHttp.Bounds;
import io.mirrorneuron.models.ModelCatalog.ModelLimits;
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

  /** More than a runner that is asked ever takes: it is given up before. */
  private static final Duration PATIENT = Duration.ofSeconds(10);

  final Path folder;
  final FakeCluster cluster = new FakeCluster();
  final LocalModels models;

  private ModelsFixture(
      Path folder, List<URI> runners, ModelSettings.Endpoint endpoint, Duration answer) {
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
            limits(answer),
            Clock.systemUTC());
  }

  static ModelsFixture before(Path folder, FakeRunner... runners) {
    return new ModelsFixture(folder, roots(runners), ModelSettings.Endpoint.NONE, PATIENT);
  }

  /** Before a runner that has two seconds for its list, as servers give it. */
  static ModelsFixture impatient(Path folder, FakeRunner runner) {
    return new ModelsFixture(
        folder, roots(runner), ModelSettings.Endpoint.NONE, ModelLimits.STANDARD.answer());
  }

  /** Before a runner, and an endpoint that asks for a key. */
  static ModelsFixture withEndpoint(Path folder, FakeRunner runner, FakeRunner endpoint) {
    return new ModelsFixture(
        folder,
        roots(runner),
        new ModelSettings.Endpoint(URI.create(endpoint.root() + "/v1"), new Secret(KEY)),
        PATIENT);
  }

  private static List<URI> roots(FakeRunner... runners) {
    return List.of(runners).stream().map(runner -> URI.create(runner.root())).toList();
  }

  /**
   * @param answer to the question what models there are
   */
  private static ModelLimits limits(Duration answer) {
    Duration silence = Duration.ofMillis(700);
    return new ModelLimits(
        answer,
        new Bounds(Duration.ofSeconds(10), silence, 64 << 10, 1 << 20),
        new Bounds(Duration.ofSeconds(8), Duration.ofSeconds(5), 64 << 10, 1 << 20));
  }

  @Override
  public void close() {
    models.close();
  }
}

package io.mirrorneuron.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.Bundle;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplatesTest {
  private final Manifests strict = new Manifests(DefaultRunner.REJECT);

  /** Servers with {@code env: prod} have none that is taken for granted. */
  @Test
  void eachNamesItsRunner(@TempDir Path folder) {
    for (String name : Templates.names()) {
      Path made = folder.resolve(name);
      Templates.unpack(name, made, Templates.SERVER);
      try (Bundle bundle = Bundle.open(made)) {
        assertThat(strict.parse(bundle.submission().manifestJson()).warnings()).as(name).isEmpty();
      }
    }
  }

  @Test
  void whoNamesNoneIsToldWhereItGoes() {
    String manifest = "{\"name\": \"a\", \"steps\": [{\"id\": \"s\", \"run\": [\"true\"]}]}";
    assertThatThrownBy(() -> strict.parse(manifest))
        .hasMessageContaining("node s names no runner_module")
        .hasMessageContaining(
            "defaults: {runner_module: MirrorNeuron.Runner.HostLocal} at the root");
  }
}

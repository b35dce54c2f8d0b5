package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterPortContract;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The port of a node alone: its limits lie in a real Redis. */
class LocalClusterIT implements ClusterPortContract {
  @TempDir static Path home;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  @Override
  public ClusterPort cluster() {
    return runtime.cluster();
  }
}

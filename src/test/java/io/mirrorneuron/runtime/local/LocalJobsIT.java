package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The port of the runtime in this process: real Redis, real processes. */
class LocalJobsIT implements RuntimeJobsContract {
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
  public RuntimeFixture runtime() {
    return runtime;
  }

  @Override
  public JobsPort jobs() {
    return runtime.jobs();
  }
}

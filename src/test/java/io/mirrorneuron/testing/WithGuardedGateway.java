package io.mirrorneuron.testing;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Each test has a guarded gateway of its own, with an empty folder. */
public abstract class WithGuardedGateway {
  @TempDir protected Path folder;
  protected GatewayFixture gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = GatewayFixture.guarded(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }
}

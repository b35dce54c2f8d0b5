package io.mirrorneuron.testing;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** All tests of a class use one guarded gateway, as they leave nothing behind in it. */
public abstract class WithSharedGateway {
  @TempDir protected static Path folder;
  protected static GatewayFixture gateway;

  @BeforeAll
  static void startGateway() throws Exception {
    gateway = GatewayFixture.guarded(folder);
  }

  @AfterAll
  static void stopGateway() {
    gateway.close();
  }
}

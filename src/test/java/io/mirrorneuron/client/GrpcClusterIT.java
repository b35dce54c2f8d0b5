package io.mirrorneuron.client;

import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterPortContract;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The port before a runtime elsewhere: a real gRPC server before a real node. */
class GrpcClusterIT implements ClusterPortContract {
  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static GrpcRuntime server;
  private static Clients clients;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
    server = GrpcRuntime.before(runtime);
    clients = server.connect();
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
    runtime.close();
  }

  @Override
  public ClusterPort cluster() {
    return clients.cluster();
  }
}

package io.mirrorneuron.client;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RuntimeJobsContract;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The port before a runtime elsewhere: a real gRPC server before a real runtime. */
class GrpcJobsIT implements RuntimeJobsContract {
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
  public RuntimeFixture runtime() {
    return runtime;
  }

  @Override
  public JobsPort jobs() {
    return clients.jobs();
  }
}

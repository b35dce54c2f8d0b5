package io.mirrorneuron.app;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.app.ServerProcess.RunningServer;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A whole server in this process on free ports, for areas before real jobs and programs. */
public final class WholeServer implements AutoCloseable {
  private final RunningServer server;
  private final Path home;

  private WholeServer(RunningServer server, Path home) {
    this.server = server;
    this.home = home;
  }

  public static WholeServer start(Path home) {
    return start(home, Map.of());
  }

  /**
   * @param more settings beside the home and the ports
   */
  public static WholeServer start(Path home, Map<String, String> more) {
    Map<String, String> settings = new LinkedHashMap<>(more);
    settings.put("home", home.toString());
    settings.put("api.port", "0");
    settings.putIfAbsent("grpc.port", "0");
    settings.putIfAbsent("executor.confine", "off"); // programs lie in the folder of their test
    settings.putIfAbsent("resource.admission_enabled", "false"); // whatever else this machine does
    return new WholeServer(
        RunningServer.start(
            new ConfigLoader(Map.of(), null, settings, home).load(),
            ServerRole.UP,
            Map.of("PATH", System.getenv("PATH"))),
        home);
  }

  /** Below the API's base. */
  public URI uri(String path) {
    return URI.create(server.app().endpoints().apiUrl() + path);
  }

  /** Its gRPC door. */
  Endpoints.Endpoint grpc() {
    return server.app().endpoints().grpc();
  }

  /** The nodes that it knows. */
  ClusterPort cluster() {
    return server.app().cluster();
  }

  public JobsPort jobs() {
    return server.app().jobs();
  }

  /** A client of its gRPC door, to be closed. */
  public MirrorNeuron overGrpc() {
    Map<String, String> settings =
        Map.of("grpc.target", server.app().endpoints().grpc().toString(), "home", home.toString());
    return MirrorNeuron.connect(new ConfigLoader(Map.of(), null, settings, home).loadForClient());
  }

  public Path runsRoot() {
    return server.app().config().executors().runsRoot();
  }

  /** What it does when it is told to end, before it ends: its work goes to others. */
  void leave() {
    server.leave(new CompletableFuture<>());
  }

  @Override
  public void close() {
    server.close();
  }
}

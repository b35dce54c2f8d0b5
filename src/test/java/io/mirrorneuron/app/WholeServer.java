package io.mirrorneuron.app;

import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.port.JobsPort;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A whole server in this process on free ports, for areas before real jobs and programs. */
public final class WholeServer implements AutoCloseable {
  private final App app;

  private WholeServer(App app) {
    this.app = app;
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
    settings.put("grpc.port", "0");
    settings.putIfAbsent("executor.confine", "off"); // programs lie in the folder of their test
    return new WholeServer(
        App.start(
            new ConfigLoader(Map.of(), null, settings, home).load(),
            ServerRole.UP,
            Map.of("PATH", System.getenv("PATH"))));
  }

  /** Below the API's base. */
  public URI uri(String path) {
    return URI.create(app.endpoints().apiUrl() + path);
  }

  public JobsPort jobs() {
    return app.jobs();
  }

  public Path runsRoot() {
    return app.config().executors().runsRoot();
  }

  @Override
  public void close() {
    app.close();
  }
}

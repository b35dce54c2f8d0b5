package io.mirrorneuron.e2e;

import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Tally;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A packaged process that is one part of a server: a gateway, or a runtime with areas. */
final class ClusterMember implements AutoCloseable {
  static final String TOKEN = "t0ken";
  private static final Pattern API = Pattern.compile("API +(http://\\S+/api/v1)");

  private final Process process;
  private final String api;

  private ClusterMember(Process process, String api) {
    this.process = process;
    this.api = api;
  }

  /**
   * Returns when it serves.
   *
   * @param command {@code gateway} or {@code runtime}
   * @param settings by their dotted keys
   */
  static ClusterMember start(String command, Path home, Map<String, String> settings) {
    Map<String, String> variables = new LinkedHashMap<>();
    settings.forEach((key, value) -> variables.put(ConfigLoader.variable(key), value));
    variables.put("MN_API_TOKEN", TOKEN);
    variables.put("MN_LOG_LEVEL", "INFO");
    Process process =
        PackagedServer.launch(home, variables, command, "--api-port=0", "--grpc-port=0");
    StringBuilder said = new StringBuilder();
    try {
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      String line = output.readLine();
      while (line != null && !line.startsWith("Ctrl-C")) {
        said.append(line).append('\n');
        line = output.readLine();
      }
      if (line == null) {
        throw new AssertionError(command + " did not come up:\n" + said);
      }
      Thread.ofPlatform()
          .daemon()
          .start(() -> print(output)); // a pipe holds the carrier of a virtual one
    } catch (IOException | UncheckedIOException e) {
      throw new AssertionError(command + " did not come up:\n" + said, e);
    }
    Matcher endpoint = API.matcher(said);
    return new ClusterMember(process, endpoint.find() ? endpoint.group(1) : null);
  }

  private static void print(BufferedReader output) {
    try {
      output.lines().forEach(System.out::println);
    } catch (UncheckedIOException e) {
      // The process was killed while it spoke.
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(api + path))
        .header("Authorization", "Bearer " + TOKEN);
  }

  boolean hasEndpoint() {
    return api != null;
  }

  void kill9() throws InterruptedException {
    Tally.kill(process.toHandle());
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.onExit().get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new AssertionError("the process does not end", e);
    }
  }
}

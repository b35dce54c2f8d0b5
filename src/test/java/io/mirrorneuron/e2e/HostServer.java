package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Hosts;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged program on a host of its own, asked from there. */
final class HostServer implements AutoCloseable {
  private static final String API = "http://localhost:54001/api/v1";
  private static final Path PROGRAM = Path.of("target", "mn").toAbsolutePath();

  private static final int PATIENCE_MS = 60_000;

  private final Hosts hosts;
  private final int host;
  private final Path home;
  private final Process process;

  /** What a call was answered, and after how long. */
  record Answer(int status, ObjectNode body, Duration took) {}

  private HostServer(Hosts hosts, int host, Path home, Process process) {
    this.hosts = hosts;
    this.host = host;
    this.home = home;
    this.process = process;
  }

  /** Returns when it answers. */
  static HostServer start(Hosts hosts, int host, Path home, String redis) throws IOException {
    return start(hosts, host, home, Map.of("MN_REDIS_URL", redis));
  }

  /**
   * @param settings as variables
   */
  static HostServer start(Hosts hosts, int host, Path home, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(home);
    ProcessBuilder builder =
        new ProcessBuilder(hosts.on(host, PROGRAM.toString(), "up"))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("said").toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("MN_"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MN_HOME", home.toString());
    environment.put("MN_RESOURCE_ADMISSION_ENABLED", "false"); // whatever else this machine does
    environment.put("MN_NODE_QUARANTINE_RETURNS", "0"); // tests kill servers again and again
    environment.put("MN_TEMP_DIR", Files.createDirectories(home.resolve("tmp")).toString());
    Path beats = Files.createDirectories(home.resolveSibling("beats"));
    environment.put("MN_EXECUTOR_SHARED_FOLDERS", beats.toString());
    environment.put("MN_NODE_NAME", "mirror_neuron@host-" + host);
    environment.putAll(settings);
    HostServer server = new HostServer(hosts, host, home, builder.start());
    Eventually.eventually(
        "the server answers",
        Duration.ofSeconds(120),
        () -> server.call("GET", "/health", null).status() == 200);
    return server;
  }

  long pid() {
    return process.pid();
  }

  /** Asks from the host itself. Status 0 without an answer. */
  Answer call(String method, String path, String body) {
    return hosts.from(host, () -> answer(method, path, body));
  }

  private static Answer answer(String method, String path, String body) {
    long asked = System.nanoTime();
    int status = 0;
    String text = "";
    try {
      HttpURLConnection call = (HttpURLConnection) URI.create(API + path).toURL().openConnection();
      call.setRequestMethod(method);
      call.setRequestProperty("Connection", "close"); // localhost is another one on each host
      call.setConnectTimeout(PATIENCE_MS);
      call.setReadTimeout(PATIENCE_MS);
      if (body != null) {
        call.setRequestProperty("Content-Type", "application/json");
        call.setDoOutput(true);
        call.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      }
      int code = call.getResponseCode();
      try (InputStream in = code < 400 ? call.getInputStream() : call.getErrorStream()) {
        text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
      status = code;
    } catch (IOException e) {
      text = ""; // whatever had arrived
    }
    return new Answer(
        status,
        text.startsWith("{") ? Json.parseObject(text, "answer") : Json.object(),
        Duration.ofNanos(System.nanoTime() - asked));
  }

  /** Makes a job of one program of the shell; answers its id, or null when that was refused. */
  String submit(String graph, String script) {
    return submit(Json.parseObject(SampleManifests.program(graph, "sh", "-c", script), "manifest"));
  }

  /** The same of any manifest. */
  String submit(ObjectNode manifest) {
    ObjectNode body = Json.object().set("manifest_json", manifest);
    Answer answer = call("POST", "/jobs", Json.write(body));
    return answer.status() == 200 ? answer.body().path("job_id").asText() : null;
  }

  String statusOf(String job) {
    return call("GET", "/jobs/" + job, null).body().at("/job/status").asText();
  }

  /** Waits until it knows that it is not alone. */
  void meetOthers() {
    Eventually.eventually(
        "it has seen the other server",
        Duration.ofSeconds(60),
        () -> log().contains("other servers work on this Redis"));
  }

  String log() {
    StringBuilder all = new StringBuilder();
    try (var files = Files.walk(home.resolve("logs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file));
      }
      return all.append(Files.readString(home.resolve("said"))).toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.mirrorneuron.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packaged program as a process of its own, on free ports, with a home that outlives it. Known
 * from outside only: by its doors, its files and its processes.
 */
public final class PackagedServer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("target", "mn").toAbsolutePath();
  private static final Pattern API = Pattern.compile("API +http://(\\S+)/api/v1");
  private static final Pattern GRPC = Pattern.compile("(?m)^ +gRPC +(\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");

  private final Path home;
  private final Map<String, String> settings;
  private final Surroundings surroundings;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Process process;
  private volatile String api;
  private String grpc;

  private PackagedServer(Path home, Map<String, String> settings, Surroundings surroundings) {
    this.home = home;
    this.settings = settings;
    this.surroundings = surroundings;
  }

  /** Starts {@code mn up}; returns when its doors are open. */
  public static PackagedServer start(Path home) {
    return start(home, Map.of());
  }

  /**
   * @param settings variables of the server, for example {@code MN_API_TOKEN}
   */
  public static PackagedServer start(Path home, Map<String, String> settings) {
    return start(home, settings, Surroundings.HERE);
  }

  /**
   * @param surroundings of the server and its programs
   */
  public static PackagedServer start(
      Path home, Map<String, String> settings, Surroundings surroundings) {
    PackagedServer server = new PackagedServer(home, settings, surroundings);
    server.restart();
    return server;
  }

  /** A server that may not come up; its process runs in this home with these settings. */
  public static Process launch(Path home, Map<String, String> settings, String... arguments) {
    return launch(home, settings, Surroundings.HERE, arguments);
  }

  /** The same in other surroundings. */
  public static Process launch(
      Path home, Map<String, String> settings, Surroundings surroundings, String... arguments) {
    assertThat(PROGRAM).as("made by ./mvnw package").isExecutable();
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(surroundings.around(command)).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("MN_"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MN_HOME", home.toString());
    environment.put("MN_RESOURCE_ADMISSION_ENABLED", "false"); // whatever else this machine does
    environment.put("MN_NODE_QUARANTINE_RETURNS", "0"); // tests kill servers again and again
    if (!settings.containsKey("TMPDIR")) {
      environment.put("MN_TEMP_DIR", temp(home).toString());
    }
    environment.put("MN_EXECUTOR_SHARED_FOLDERS", shared(home).toString());
    environment.putAll(settings);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A folder beside a home that its programs may write to; not made. */
  public static Path shared(Path home) {
    return home.resolveSibling("shared").toAbsolutePath();
  }

  /** Starts the program again in the same home, on other ports. */
  public void restart() {
    process = launch(home, settings, surroundings, "up", "--api-port=0", "--grpc-port=0");
    StringBuilder said = new StringBuilder();
    try {
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      String line = output.readLine();
      while (line != null && !line.startsWith("Ctrl-C")) {
        said.append(line).append('\n');
        line = output.readLine();
      }
      if (line == null) {
        throw new AssertionError("the server did not come up:\n" + said);
      }
      Thread.ofPlatform()
          .daemon()
          .start(() -> print(output)); // a pipe holds the carrier of a virtual one
    } catch (IOException e) {
      throw new AssertionError("the server did not come up:\n" + said, e);
    }
    api = group(API, said);
    grpc = group(GRPC, said);
  }

  private static void print(BufferedReader output) {
    try {
      output.lines().forEach(System.out::println);
    } catch (UncheckedIOException e) {
      // The process was killed while it spoke.
    }
  }

  private static String group(Pattern endpoint, CharSequence said) {
    Matcher found = endpoint.matcher(said);
    assertThat(found.find()).as("%s in:%n%s", endpoint, said).isTrue();
    return found.group(1);
  }

  public Path home() {
    return home;
  }

  /** {@code host:port} of the API. */
  public String api() {
    return api;
  }

  /** {@code host:port} of gRPC. */
  public String grpc() {
    return grpc;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Starts the program again and kills it before its doors may be open. */
  public void restartAndKill9(Runnable life) {
    process = launch(home, settings, surroundings, "up", "--api-port=0", "--grpc-port=0");
    life.run();
    kill9();
  }

  /** As a power cut for the server alone: Redis and running programs live on. */
  public void kill9() {
    Tally.kill(process.toHandle());
    exitCode(Duration.ofSeconds(30));
  }

  /** Sends SIGTERM and answers with the exit code. */
  public int terminate() {
    process.destroy();
    return exitCode(PATIENCE); // beside others it lets programs end before
  }

  private int exitCode(Duration patience) {
    return exitCode(process, patience);
  }

  /** All that a launched program says until it ends; one that does not end soon is killed. */
  public static String said(Process process) {
    process
        .onExit()
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .whenComplete((done, late) -> process.destroyForcibly());
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public static int exitCode(Process process, Duration patience) {
    try {
      assertThat(process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS))
          .as("the process ends within %s", patience)
          .isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The process of the Redis that this home's server started. */
  public ProcessHandle redis() {
    try {
      String pid = Files.readString(home.resolve("redis/redis.pid")).strip();
      return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The same when it runs: not while it is dead and the server has not started the next yet. */
  public Optional<ProcessHandle> findRedis() {
    try {
      String pid = Files.readString(home.resolve("redis/redis.pid")).strip();
      return ProcessHandle.of(Long.parseLong(pid))
          .filter(process -> process.info().command().isPresent()); // a zombie has none
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Folders of steps that are there now, from whatever server of this home. */
  public List<Path> workspaces() {
    return children(temp(home)).flatMap(PackagedServer::children).toList();
  }

  /** What is in a folder; nothing when it is not there any more. */
  private static Stream<Path> children(Path folder) {
    File[] files = folder.toFile().listFiles();
    return files == null ? Stream.empty() : Arrays.stream(files).map(File::toPath);
  }

  private static Path temp(Path home) {
    return home.resolveSibling(home.getFileName() + "-tmp");
  }

  /** Processes of steps, from whatever server of this home. */
  public List<ProcessHandle> programs() {
    try {
      String mark = "MN_RUNTIME_ID=" + Files.readString(home.resolve("runtime.id")).strip() + '\0';
      return ProcessHandle.allProcesses()
          .filter(process -> environment(process).contains(mark))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String environment(ProcessHandle process) {
    try {
      Path environment = Path.of("/proc/" + process.pid() + "/environ");
      return Files.readString(environment, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has ended, or belongs to somebody else
    }
  }

  /** A connection that finds target and tokens where clients of this home do. */
  public Clients clients(Vertx vertx) {
    return Clients.connect(
        vertx,
        new ConfigLoader(Map.of("MN_HOME", home.toString()), null, Map.of(), home).load().grpc());
  }

  public HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + api + "/api/v1" + path))
            .timeout(Duration.ofSeconds(30));
    String token = settings.get("MN_API_TOKEN");
    return token == null ? request : request.header("Authorization", "Bearer " + token);
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    return send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** The answer, or nothing when the server is away or dies before it has answered. */
  public Optional<HttpResponse<String>> trySend(HttpRequest.Builder request) {
    try {
      return Optional.of(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request.build(), handler);
    } catch (IOException e) {
      throw new AssertionError("no answer from " + api, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The answer to a GET that must succeed. */
  public ObjectNode get(String path) {
    return answer(send(request(path)));
  }

  public HttpResponse<String> post(String path, ObjectNode body, String... headers) {
    HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
  }

  /** The answer to a POST without body that must succeed. */
  public ObjectNode post(String path) {
    return answer(send(request(path).POST(HttpRequest.BodyPublishers.noBody())));
  }

  public static ObjectNode answer(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return Json.parseObject(response.body(), "answer");
  }

  /** Submits a manifest over REST; answers with the job's id. */
  public String submit(String manifest) {
    return answer(post("/jobs", Json.object().put("manifest_json", manifest)))
        .path("job_id")
        .asText();
  }

  /** The full details of the job once it has ended. */
  public ObjectNode awaitEnd(String jobId) {
    Eventually.eventually("the end of " + jobId, PATIENCE, () -> ENDED.contains(status(jobId)));
    return get("/jobs/" + jobId + "?include=full");
  }

  public String status(String jobId) {
    return get("/jobs/" + jobId).at("/job/status").asText();
  }

  /** All events of the job. */
  public List<JsonNode> events(String jobId) {
    List<JsonNode> events = new ArrayList<>();
    ObjectNode page;
    do {
      long after = events.isEmpty() ? 0 : events.getLast().path("seq").asLong();
      page = get("/jobs/" + jobId + "/events?limit=1000&after=" + after);
      Json.elements(page.path("data")).forEach(events::add);
    } while (!page.path("data").isEmpty());
    return events;
  }

  @Override
  public void close() {
    http.close();
    if (process.isAlive()) {
      terminate();
    }
  }
}

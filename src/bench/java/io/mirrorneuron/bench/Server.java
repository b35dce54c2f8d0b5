package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;

/**
 * The packaged program as a user starts it: {@code mn up} with its own Redis, on free ports.
 *
 * @param home its data directory
 */
record Server(Started process, Path home) implements AutoCloseable {
  static final String API = "/api/v1";
  static final String HEALTH = API + "/health";
  static final String NAMESPACE = "mirror_neuron";

  /** With a new home under the plan's folder, recorded when the plan asks for that. */
  static Server up(Plan plan, String name, String... options) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("MN_RESOURCE_ADMISSION_ENABLED", "false"); // a busy machine is told otherwise
    if (plan.recordings() != null) {
      environment.put(
          "MN_JAVA_OPTS",
          "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
              + plan.recordings().resolve(name + ".jfr"));
    }
    return up(plan.program(), plan.folder().resolve(name), environment, options);
  }

  /** Without a recording. */
  static Server up(Path program, Path home) throws IOException {
    return up(program, home, Map.of());
  }

  /** With variables of its own. */
  static Server up(Path program, Path home, Map<String, String> environment, String... options)
      throws IOException {
    int port = Plan.freePort();
    List<String> command = new ArrayList<>(List.of(program.toString(), "up", "--home"));
    command.addAll(List.of(home.toString(), "--api-port=" + port, "--grpc-port=0"));
    command.addAll(List.of(options));
    Path log = home.resolveSibling(home.getFileName() + ".log");
    return new Server(Started.start(command, environment, port, HEALTH, log), home);
  }

  int port() {
    return process.port();
  }

  /** How other processes of this run reach the server's Redis. */
  String redisUri() throws IOException {
    return "unix://"
        + home.resolve("redis/redis.sock").toAbsolutePath()
        + "?password="
        + Files.readString(home.resolve("redis.password")).strip();
  }

  double redisResidentMiB() throws IOException {
    return Started.residentMiB(redisPid());
  }

  /** CPU time of its Redis so far. */
  double redisCpuMillis() throws IOException {
    return Started.cpuMillis(ProcessHandle.of(redisPid()).orElseThrow());
  }

  /** What its Redis uses of its memory. */
  double redisUsedBytes() throws IOException {
    var address = UnixDomainSocketAddress.of(home.resolve("redis/redis.sock"));
    String password = Files.readString(home.resolve("redis.password")).strip();
    try (SocketChannel redis = SocketChannel.open(address);
        Scanner answer = new Scanner(redis, StandardCharsets.US_ASCII)) {
      String words = "AUTH " + password + "\r\nINFO memory\r\n";
      redis.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
      String line = answer.nextLine();
      while (!line.startsWith("used_memory:")) {
        line = answer.nextLine();
      }
      return Double.parseDouble(line.substring(line.indexOf(':') + 1));
    }
  }

  private long redisPid() throws IOException {
    return Long.parseLong(Files.readString(home.resolve("redis/redis.pid")).strip());
  }

  /** Submits a workflow over a connection to this server; answers the job's id. */
  static String submit(Connection connection, String body) throws IOException {
    Connection.Answer answer = connection.post(API + "/jobs", body);
    if (answer.status() / 100 != 2) {
      throw new IOException("the job was refused: " + answer);
    }
    return Json.parse(answer.body()).path("job_id").asText();
  }

  /** Submits a workflow and has the answer when its job is completed, in one request. */
  static JsonNode complete(Connection connection, String body) throws IOException {
    Connection.Answer answer = connection.post(API + "/jobs?wait=60s", body);
    JsonNode told = Json.parse(answer.body());
    if (!told.path("status").asText().equals("completed")) {
      throw new IOException("the job has not completed: " + answer);
    }
    return told;
  }

  /** The status that everybody sees. */
  static String status(Connection connection, String jobId) throws IOException {
    Connection.Answer answer = connection.get(API + "/jobs/" + jobId);
    if (answer.status() != 200) {
      throw new IOException("the job cannot be read: " + answer);
    }
    return Json.parse(answer.body()).at("/job/status").asText();
  }

  /** The newest jobs, as the list shows them. */
  static JsonNode list(Connection connection, int limit) throws IOException {
    Connection.Answer answer = connection.get(API + "/jobs?limit=" + limit);
    if (answer.status() != 200) {
      throw new IOException("jobs cannot be listed: " + answer);
    }
    return Json.parse(answer.body()).path("data");
  }

  @Override
  public void close() {
    process.close();
  }
}

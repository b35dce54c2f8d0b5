package io.mirrorneuron.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One packaged server for all scenarios, with the doors through which they ask it. */
final class GoldenServer implements AutoCloseable {
  private static final String TOKEN = "golden-token";
  private static final String ADMIN = "golden-admin";

  /** What nodes must know to join. */
  static final String JOIN = "golden-join";

  private static final String SECRET = "a secret that is shared with the issuer of tokens";
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private final Instant now = Instant.now(Clock.systemUTC());
  private final Tokens tokens;
  final GoldenFiles files = new GoldenFiles();
  private final FakeRunner runner = FakeRunner.having(ModelScenarios.MODELS);
  final Normaliser normaliser;
  final RestDoor rest;
  final SocketDoor sockets;
  final GrpcEndpoint grpc;
  final PackagedServer server;
  final JobWatch watch;

  /**
   * @param home with whatever is to be there before the server starts
   */
  GoldenServer(Path home) {
    Path key = home.resolveSibling("key");
    tokens = Tokens.sharing(JwtAlgorithm.HS256, SECRET.getBytes(StandardCharsets.UTF_8));
    try {
      Files.createFile(key, PosixFilePermissions.asFileAttribute(OWNER));
      Files.writeString(key, SECRET);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server = PackagedServer.start(home, settings(key, runner.root()));
    watch = new JobWatch(server);
    normaliser = new Normaliser(now);
    nameSurroundings(home);
    rest = new RestDoor(server, normaliser, files);
    sockets = new SocketDoor(rest, TOKEN);
    grpc = new GrpcEndpoint(server.grpc(), ADMIN, normaliser, files);
  }

  private static Map<String, String> settings(Path key, String runner) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "MN_EXECUTORS_CONFINE", // what the kernel does is not the same everywhere
                "off",
                "MN_API_TOKEN",
                TOKEN,
                "MN_GRPC_ADMIN_TOKEN",
                ADMIN,
                "MN_GRPC_AUTH_TOKEN",
                "golden-operator",
                "MN_NETWORK_JOIN_TOKEN",
                JOIN,
                "MN_API_CORS_ALLOW_ORIGINS",
                "https://ui.example",
                "MN_AUTH_JWT_ALGORITHMS",
                "HS256",
                "MN_AUTH_JWT_KEY_FILE",
                key.toString(),
                "MN_AUTH_JWT_ISSUER",
                Tokens.ISSUER,
                "MN_AUTH_JWT_AUDIENCE",
                Tokens.AUDIENCE));
    settings.put("MN_MODEL_RUNNER_API_BASE", runner);
    return settings;
  }

  private void nameSurroundings(Path home) {
    normaliser.name(home.toString(), "home");
    normaliser.name(runner.root(), "runner");
    normaliser.name(server.api(), "api");
    normaliser.replace(listed(server.api()), "\"port\":\"<api-port>\"");
    normaliser.replace(listed(server.grpc()), "\"port\":\"<grpc-port>\"");
    normaliser.name(server.grpc(), "grpc");
    normaliser.name(port(server.api()), "api port");
    normaliser.name(port(server.grpc()), "grpc port");
    normaliser.name("mirror_neuron@" + hostName(), "node");
    normaliser.name("mirror_neuron%40" + hostName(), "node");
    normaliser.replace("\"" + hostName() + "\"", "\"<host>\"");
    JsonNode cpu = server.get("/system/summary").at("/nodes/0/hardware/cpu");
    for (String member : List.of("model", "architecture")) {
      String value = "\"" + member + "\":" + cpu.path(member);
      normaliser.replace(value, "\"" + member + "\":\"<" + member + ">\"");
    }
    normaliser.replace("\"cpu_model\":" + cpu.path("model"), "\"cpu_model\":\"<model>\"");
  }

  /** The header of a caller whom a token names. */
  String bearer(String name, Role role) {
    return "Bearer " + tokens.of(name, role, now);
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':'));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RestCall call(String operation, String... parameters) {
    return rest.call(operation, parameters);
  }

  /** Submits the manifest over REST; from here on the job has a name of its own in all answers. */
  String submit(String name, String manifest) {
    return named(
        name,
        call("submitJob")
            .body(Json.write(Json.object().put("manifest_json", manifest)))
            .keep(name));
  }

  /** The id of the job in an answer, which is called so from here on. */
  String named(String name, String answer) {
    String job = Json.parseObject(answer, "answer").path("job_id").asText();
    name(job, name);
    return job;
  }

  void name(String job, String name) {
    normaliser.name(job, name);
  }

  Path folder(String run) {
    return watch.folder(run);
  }

  /** Keeps all files of a run, also those by which the server orders its records. */
  void keepWholeFolder(String run, String name) {
    RunFolderText.keep(folder(run), name, Set.of(), normaliser, files);
  }

  /** The same without those: records of several files that come at the same time have no order. */
  void keepFolder(String run, String name) {
    RunFolderText.keep(folder(run), name, Set.of(".mn/"), normaliser, files);
  }

  /** The same without samples of programs, whose number depends on when the programs ran. */
  void keepFolderButSamples(String run, String name) {
    RunFolderText.keep(folder(run), name, Set.of(".mn/", "resources.jsonl"), normaliser, files);
  }

  @Override
  public void close() {
    grpc.close();
    server.close();
    runner.close();
  }

  /** As the list of ports tells the port of this address. */
  private static String listed(String address) {
    return "\"port\":\"%s\"".formatted(address.substring(address.lastIndexOf(':') + 1));
  }
}

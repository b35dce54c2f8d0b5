package io.mirrorneuron.bench;

import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Restate, the fastest server known to us that makes durable steps: its published server, and a
 * service of three steps in Python beside it. Its ports are fixed.
 */
record Peer(Started server, Started service) implements AutoCloseable {
  private static final int INGRESS = 8080;
  private static final int ADMIN = 9070;
  private static final int SERVICE = 9080;

  /**
   * @param server the program {@code restate-server}
   * @param python an interpreter that has the packages {@code restate-sdk} and {@code hypercorn}
   */
  record Programs(Path server, Path python) {}

  /** With new data. */
  static Peer up(Plan plan, String name) throws IOException {
    Path folder = Files.createDirectories(plan.folder().resolve(name));
    Started server =
        Started.start(
            List.of(
                plan.peer().server().toString(),
                "--no-logo",
                "--base-dir=" + folder.resolve("data"),
                "--listen-mode=tcp",
                "--bind-ip=127.0.0.1"),
            Map.of("RESTATE_DISABLE_TELEMETRY", "true", "DO_NOT_TRACK", "1", "RUST_LOG", "warn"),
            INGRESS,
            "/restate/health",
            folder.resolve("server.log"));
    try {
      return new Peer(server, service(plan.peer().python(), folder));
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static Started service(Path python, Path folder) throws IOException {
    try (InputStream source = Peer.class.getResourceAsStream("/bench/chain_service.py")) {
      Files.copy(source, folder.resolve("chain_service.py"));
    }
    Started service =
        Started.start(
            List.of(
                python.toString(),
                "-m",
                "hypercorn",
                "--bind=127.0.0.1:" + SERVICE,
                "chain_service:app"),
            Map.of("PYTHONPATH", folder.toString(), "PYTHONDONTWRITEBYTECODE", "1"),
            SERVICE,
            "/health",
            folder.resolve("service.log"));
    try (Connection admin = new Connection(ADMIN)) {
      Connection.Answer answer =
          admin.post("/deployments", "{\"uri\": \"http://127.0.0.1:" + SERVICE + "\"}");
      if (answer.status() / 100 != 2) {
        throw new IOException("the peer does not take the service: " + answer);
      }
      return service;
    } catch (IOException e) {
      service.close();
      throw e;
    }
  }

  int port() {
    return INGRESS;
  }

  /** Runs a chain and has the answer when it has ended, in one request. */
  static void complete(Connection connection, String chain) throws IOException {
    Connection.Answer answer = connection.post("/Chain/" + chain, "1");
    if (answer.status() != 200) {
      throw new IOException("the peer's chain failed: " + answer);
    }
  }

  /** Where the output of a chain that has ended is read. */
  static String finished(Connection connection, String chain) throws IOException {
    Connection.Answer sent = connection.post("/Chain/" + chain + "/send", "1");
    String id = Json.parse(sent.body()).path("invocationId").asText();
    connection.get("/restate/invocation/" + id + "/attach");
    return "/restate/invocation/" + id + "/output";
  }

  @Override
  public void close() {
    service.close();
    server.close();
  }
}

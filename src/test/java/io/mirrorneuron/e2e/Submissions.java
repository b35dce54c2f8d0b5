package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Clients that repeat what they ask for until it is answered, whatever dies meanwhile. */
final class Submissions {
  private static final Duration PATIENCE = Duration.ofMinutes(3); // asks every 36 ms
  private static final Executor CLIENTS = Thread::startVirtualThread;

  private final Supplier<PackagedServer> servers;
  private List<CompletableFuture<Accepted>> pending = new ArrayList<>();

  Submissions(PackagedServer server) {
    this(() -> server);
  }

  /**
   * @param servers gives the one to ask next
   */
  Submissions(Supplier<PackagedServer> servers) {
    this.servers = servers;
  }

  /**
   * A job whose submission was answered.
   *
   * @param at milliseconds since 1970 of the answer
   */
  record Accepted(JobKind kind, String graph, String jobId, long at) {}

  /** Begins to submit a job, and to send the command of its kind thereafter. */
  void submit(JobKind kind, String graph, String manifest) {
    submit(kind, graph, Json.object().put("manifest_json", manifest));
  }

  /**
   * @param body of the submission
   */
  void submit(JobKind kind, String graph, ObjectNode body) {
    pending.add(CompletableFuture.supplyAsync(() -> submitted(kind, graph, body), CLIENTS));
  }

  /** All jobs since the last call, once the last of them is accepted and can be read. */
  List<Accepted> drain() {
    Eventually.eventually(
        "the server answers again",
        PATIENCE,
        () -> {
          PackagedServer server = servers.get();
          return server
              .trySend(server.request("/jobs?limit=1"))
              .filter(answer -> answer.statusCode() == 200)
              .isPresent();
        });
    List<Accepted> accepted = pending.stream().map(CompletableFuture::join).toList();
    pending = new ArrayList<>();
    return accepted;
  }

  private Accepted submitted(JobKind kind, String graph, ObjectNode body) {
    String answer = insist("/jobs", Json.write(body), graph);
    String jobId = Json.parseObject(answer, "answer").path("job_id").asText();
    Accepted accepted = new Accepted(kind, graph, jobId, System.currentTimeMillis());
    if (kind.command() != null) {
      insist("/jobs/" + jobId + "/" + kind.command(), "", null);
    }
    return accepted;
  }

  /** Sends a POST until it is answered by anything but silence and 503; answers with the body. */
  private String insist(String path, String body, String idempotencyKey) {
    AtomicReference<HttpResponse<String>> answer = new AtomicReference<>();
    Eventually.eventually(
        path + " is answered",
        PATIENCE,
        () -> {
          PackagedServer server = servers.get();
          HttpRequest.Builder request =
              server
                  .request(path)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(body));
          if (idempotencyKey != null) {
            request.header("Idempotency-Key", idempotencyKey);
          }
          Optional<HttpResponse<String>> response = server.trySend(request);
          response.filter(known -> known.statusCode() != 503).ifPresent(answer::set);
          return answer.get() != null;
        });
    return Json.write(PackagedServer.answer(answer.get()));
  }
}

package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real services leave a node that is drained, while they are looked up and called. */
@Proof.Cluster
class MovingServicesIT {
  private static final String ONE = "mirror_neuron@test";
  private static final String TWO = "mirror_neuron@two";

  /** How long a service answers whom the registry has told of it last. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final int LOOK_UPS_A_SECOND = 200;

  private static final String SERVE =
      "exec python3 -m http.server %s --bind 127.0.0.1 --directory %s";

  /** Serves at the first start, and never again. */
  private static final String SERVE_ONCE =
      "if [ -e %1$s/again ]; then sleep 600; fi; touch %1$s/again; ";

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture two;
  private GrpcRuntime endpoint;
  private GrpcRuntime endpointOfTwo;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    one = new RuntimeFixture(folder.resolve("one"));
    endpoint = GrpcRuntime.before(one);
    two = RuntimeFixture.beside(one, folder.resolve("two"), Map.of("MN_NODE_NAME", TWO));
    endpointOfTwo = GrpcRuntime.before(two);
    eventually(
        "the nodes know each other",
        () -> one.runtime().hasNeighbours() && two.runtime().hasNeighbours());
  }

  @AfterEach
  void stop() {
    http.close();
    endpointOfTwo.close();
    two.close();
    endpoint.close();
    one.close();
  }

  /**
   * A job that serves the folder of the test over HTTP.
   *
   * @param before commands before that
   * @param port 0 for any
   */
  private String submit(String before, int port) {
    ObjectNode manifest = Json.object().put("manifest_version", "1.0").put("graph_id", "web");
    manifest.putArray("entrypoints").add("work");
    manifest.put("job_type", "service").putObject("policies").put("job_type", "service");
    ObjectNode work = manifest.putArray("nodes").addObject().put("node_id", "work");
    work.put("agent_type", "executor");
    String number = port == 0 ? "$MN_PORT_HTTP" : Integer.toString(port);
    work.putObject("config")
        .put("runner_module", "MirrorNeuron.Runner.HostLocal")
        .put("command", before.formatted(folder) + SERVE.formatted(number, folder));
    if (port == 0) {
      work.putObject("resources").putArray("ports").addObject().put("label", "http");
    }
    ObjectNode service = work.putArray("services").addObject().put("name", "web");
    service.put("port", port == 0 ? "${env.MN_PORT_HTTP}" : number);
    service.putArray("checks").addObject().put("type", "http").put("interval_ms", 100);
    String job = one.jobs().submit(Submission.of(Json.write(manifest))).jobId();
    eventually("it passes", () -> !passing(one).isEmpty());
    return job;
  }

  private static List<RegisteredService> passing(RuntimeFixture asked) {
    return asked
        .runtime()
        .services()
        .resolve("web", ServiceFilter.tagged(List.of(), true))
        .services();
  }

  private DrainReport drain() {
    return one.runtime().upkeep().drain(new DrainOrder(ONE, null, 60_000, false, true));
  }

  private void awaitDrained() {
    eventually(
        "the node is drained",
        () -> one.runtime().upkeep().status(ONE).status() == NodeCondition.MAINTENANCE);
  }

  private boolean answers(RegisteredService service) {
    try (Socket socket = new Socket(InetAddress.getByName(service.address()), service.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Looks a service up and calls it, again and again. */
  private final class Caller implements AutoCloseable {
    final AtomicInteger done = new AtomicInteger();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();

    Caller() {
      long every = TimeUnit.SECONDS.toNanos(1) / LOOK_UPS_A_SECOND;
      pace.scheduleAtFixedRate(
          () -> calls.submit(() -> call(done.incrementAndGet())), 0, every, TimeUnit.NANOSECONDS);
    }

    private void call(int number) {
      long askedAt = System.nanoTime();
      List<RegisteredService> found = passing(number % 2 == 0 ? one : two);
      if (found.size() != 1) {
        failures.add(found.size() + " found");
        return;
      }
      RegisteredService service = found.getFirst();
      URI uri = URI.create("http://%s:%d/".formatted(service.address(), service.port()));
      try {
        HttpResponse<Void> answer =
            http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
        if (answer.statusCode() != 200) {
          failures.add(service.node() + " answers " + answer.statusCode());
        }
      } catch (IOException e) {
        if (System.nanoTime() - askedAt < GRACE.toNanos()) {
          failures.add(service.node() + ": " + e);
        } else {
          call(number); // what it was told is older than what is promised
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      pace.close();
      calls.close();
    }
  }

  @Test
  void aServiceIsFoundAndAnswersAllTheTimeAndIsElsewhereInTheEnd() {
    String job = submit("", 0);
    RegisteredService before = passing(one).getFirst();
    Caller caller = new Caller();
    try (caller) {
      eventually("it is called", () -> caller.done.get() > LOOK_UPS_A_SECOND);

      DrainReport report = drain();

      assertThat(report.actions()).extracting(DrainAction::status).containsExactly("migrated");
      assertThat(report.actions().getFirst().reason())
          .isEqualTo("another node goes on with it; its services stay here until they pass there");
      awaitDrained();
      int then = caller.done.get();
      eventually("it is called there", () -> caller.done.get() > then + LOOK_UPS_A_SECOND);
    }
    assertThat(caller.failures).isEmpty();
    RegisteredService after = passing(two).getFirst();
    assertThat(before.node()).isEqualTo(ONE);
    assertThat(after.node()).isEqualTo(TWO);
    assertThat(after.id()).isEqualTo(before.id());
    assertThat(after.port()).isNotEqualTo(before.port());
    assertThat(answers(before)).as("the old one").isFalse();
    assertThat(tree(two.jobs().get(job)).at("/job/lease/owner_id").asText())
        .isEqualTo(two.runtime().endpoint().owner());
  }

  @Test
  void aPortThatOneHostHasOnceIsGivenUpFirstAndTheAnswerSaysSo() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    submit("", port);

    DrainReport report = drain();

    assertThat(report.actions().getFirst().reason())
        .isEqualTo(
            "another node goes on with it; its services stay here until they pass there, or end"
                + " first where both nodes are one host, which has port "
                + port
                + " once");
    assertThat(report.status()).isEqualTo("complete");
    eventually(
        "it passes there",
        () -> passing(two).stream().anyMatch(service -> service.node().equals(TWO)));
    assertThat(passing(two)).extracting(RegisteredService::port).containsExactly(port);
  }

  @Test
  void aServiceThatNeverPassesElsewhereStaysUntilItsJobEnds() {
    String job = submit(SERVE_ONCE, 0);
    RegisteredService before = passing(one).getFirst();

    assertThat(drain().status()).as("while it is here, too").isEqualTo("draining");
    eventually(
        "the other node has it",
        () ->
            tree(two.jobs().get(job))
                .at("/job/lease/owner_id")
                .asText()
                .equals(two.runtime().endpoint().owner()));
    eventually(
        "it runs there",
        () -> tree(two.jobs().get(job)).at("/agents").toString().contains("lease"));
    assertThat(passing(two)).extracting(RegisteredService::node).containsExactly(ONE);
    assertThat(answers(before)).isTrue();

    two.jobs().cancel(job, null, null);

    awaitDrained();
    assertThat(passing(two)).isEmpty();
    assertThat(answers(before)).isFalse();
  }
}

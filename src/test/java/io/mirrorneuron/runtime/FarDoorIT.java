package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.client.NodeClients;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.testing.CutWire;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Seeds;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the door for other nodes lets in, and what becomes of a stream that is cut. */
@Whole
class FarDoorIT {
  private static final long SEED = Seeds.one();
  private static final int LINES = 60;
  private static final int CUTS = 20;

  @TempDir static Path folder;
  private static RuntimeFixture own;
  private static RuntimeFixture other;
  private static GrpcRuntime ownEndpoint;
  private static GrpcRuntime otherEndpoint;
  private static CutWire wire;
  private static NodeClients clients;
  private static NodeClients strangers;

  @BeforeAll
  static void start() {
    Path home = folder.resolve("own");
    own =
        new RuntimeFixture(
            home, RuntimeFixture.config(home, Map.of("MN_NODE_NAME", "mirror_neuron@own")));
    ownEndpoint = GrpcRuntime.before(own);
    other =
        RuntimeFixture.beside(
            own, folder.resolve("other"), Map.of("MN_NODE_NAME", "mirror_neuron@other"));
    otherEndpoint = GrpcRuntime.before(other);
    wire = CutWire.to(otherEndpoint.vertx, otherEndpoint.server.port());
    other.runtime().endpoint().opened().accept(wire.address());
    clients = new NodeClients(ownEndpoint.vertx, new Secret("join"), Network.PLAIN);
    strangers = new NodeClients(ownEndpoint.vertx, new Secret("another"), Network.PLAIN);
    eventually("they have met", () -> own.runtime().hasNeighbours());
  }

  @AfterAll
  static void stop() {
    strangers.close();
    clients.close();
    wire.close();
    otherEndpoint.close();
    other.close();
    ownEndpoint.close();
    own.close();
  }

  private static Peer peer() {
    return new Peer(other.runtime().endpoint().owner(), "127.0.0.1:" + otherEndpoint.server.port());
  }

  private static void refused(
      NodeClients by, Opening opening, byte[] record, ErrorCode code, String error) {
    assertThatThrownBy(
            () -> {
              try (Talk talk = by.programs().open(peer(), opening, record)) {
                while (talk.next(Duration.ofSeconds(10)) != null) {
                  // what it tells before
                }
              }
            })
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
              assertThat(e.error()).isEqualTo(error);
            });
  }

  private static Opening opening(String id, long epoch) {
    return new Opening(id, "job-1", own.runtime().endpoint().owner(), epoch, 0);
  }

  @Test
  void whoHasAnotherJoinTokenIsNotLetIn() {
    byte[] record = SentExecution.bytes(ExecutionSamples.shell("true"));
    refused(strangers, opening("e", 1), record, ErrorCode.UNAVAILABLE, PeerJobs.UNREACHED);
    assertThatThrownBy(() -> strangers.programs().describe(peer()))
        .hasMessageContaining("network.join_token");
  }

  @Test
  void anExecutionThatNobodyBeganIsNotFound() {
    refused(clients, opening("unknown", 1), null, ErrorCode.NOT_FOUND, "execution_not_found");
  }

  @Test
  void whoDoesNotOwnTheJobBeginsNothing() {
    byte[] record = SentExecution.bytes(ExecutionSamples.shell("true"));
    refused(clients, opening("e", 1), record, ErrorCode.PRECONDITION, PeerPrograms.FENCED);
  }

  private static String submit(String script) {
    return own.jobs()
        .submit(
            Submission.of(
                """
                {"manifest_version":"1.0","graph_id":"far","entrypoints":["work"],
                 "nodes":[{"node_id":"work","agent_type":"executor",
                   "policies":{"scheduler":{"preferred_node":"mirror_neuron@other"}},
                   "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"%s"}}]}
                """
                    .formatted(script.replace("\\", "\\\\").replace("\"", "\\\""))))
        .jobId();
  }

  @Test
  void aFormerOwnerOfTheJobHasNoSayInItsProgram() {
    Path begun = folder.resolve("begun");
    String job = submit("touch '%s'; exec sleep 600".formatted(begun));
    eventually("it runs", () -> Files.exists(begun));
    Opening former = new Opening(job + ".1.1.1", job, own.runtime().endpoint().owner(), 0, 0);
    refused(clients, former, null, ErrorCode.PRECONDITION, PeerPrograms.FENCED);

    own.jobs().cancel(job, null, null);
    assertThat(own.awaitEnd(job).at("/job/status").asText()).isEqualTo("cancelled");
  }

  /** Each line is logged once, and the program is started once. */
  @Test
  void aStreamThatIsCutAtAnyByteIsGoneOnWith() throws Exception {
    Random random = new Random(SEED);
    Path begun = folder.resolve("cut");
    String job =
        submit(
            "echo x >> '%s'; for i in $(seq %d); do echo \"line-$i.\" >&2; read -t 0.1 _ <> <(:) || true; done; echo '{\"answer\":42}'"
                .formatted(begun, LINES));
    Thread cutter =
        Thread.startVirtualThread(
            () -> {
              while (wire.cuts() < CUTS && !own.jobs().events(job, Long.MAX_VALUE - 1, 1).ended()) {
                int before = wire.cuts();
                wire.cutBehind(random.nextInt(1, 3000));
                eventually(
                    "it is cut",
                    () ->
                        wire.cuts() > before
                            || own.jobs().events(job, Long.MAX_VALUE - 1, 1).ended());
              }
            });
    String detail = own.awaitEnd(job).toString();
    cutter.join();

    assertThat(detail).contains("\"status\":\"completed\"", "\"answer\":42", "\"attempts\":1");
    assertThat(begun).hasContent("x");
    assertThat(wire.cuts()).isGreaterThan(3);
    Path logs = own.runs().open("run-" + job).path().resolve("logs.jsonl");
    List<String> lines = IntStream.rangeClosed(1, LINES).mapToObj("line-%d."::formatted).toList();
    eventually(
        "each line is logged once",
        () -> logged(logs, lines),
        seen -> seen.equals("[" + "1, ".repeat(LINES - 1) + "1]"));
  }

  private static String logged(Path logs, List<String> lines) {
    try {
      String text = Files.readString(logs);
      return lines.stream()
          .map(line -> text.split(java.util.regex.Pattern.quote(line), -1).length - 1)
          .toList()
          .toString();
    } catch (java.io.IOException e) {
      return "none";
    }
  }
}

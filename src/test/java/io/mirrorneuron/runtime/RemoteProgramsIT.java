package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of one node whose programs run on another, each with a home of its own. */
@Whole
class RemoteProgramsIT {
  private static final String OTHER = "mirror_neuron@other";

  private static final Map<String, String> OWN =
      Silence.shortWith(
          Map.of("MN_NODE_NAME", "mirror_neuron@own", "MN_BUNDLES_REDIS_MAX_BYTES", "0"));

  /** Ends when a file is there. */
  private static final String UNTIL = "until [ -e '%s' ]; do read -t 0.05 _ <> <(:) || true; done";

  @TempDir Path folder;
  private RuntimeFixture own;
  private RuntimeFixture other;
  private GrpcRuntime ownEndpoint;
  private GrpcRuntime otherEndpoint;

  @BeforeEach
  void start() {
    own =
        new RuntimeFixture(
            folder.resolve("own"), RuntimeFixture.config(folder.resolve("own"), OWN));
    ownEndpoint = GrpcRuntime.before(own);
    other =
        RuntimeFixture.beside(
            own,
            folder.resolve("other"),
            Silence.shortWith(
                Map.of(
                    "MN_NODE_NAME",
                    OTHER,
                    "MN_NODE_LABELS",
                    "rack=b",
                    "MN_BUNDLES_REDIS_MAX_BYTES",
                    "0")));
    otherEndpoint = GrpcRuntime.before(other);
    eventually("they have met", () -> own.runtime().hasNeighbours());
  }

  @AfterEach
  void stop() {
    otherEndpoint.close();
    other.close();
    ownEndpoint.close();
    own.close();
  }

  /** A job of which one program asks for the rack of the other node. */
  private static String manifest(String script) {
    return """
    {"manifest_version":"1.0","graph_id":"far","entrypoints":["work"],
     "nodes":[{"node_id":"work","agent_type":"executor",
       "constraints":[{"attribute":"meta.rack","value":"b"}],
       "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"%s"}}]}
    """
        .formatted(script.replace("\\", "\\\\").replace("\"", "\\\""));
  }

  private String offer(String script) {
    return own.jobs().submit(Submission.of(manifest(script))).jobId();
  }

  /** While the other node is not reached for a moment, whoever submits is told to come again. */
  private String submit(String script) {
    AtomicReference<String> job = new AtomicReference<>();
    eventually(
        "the other node is reached",
        () -> {
          try {
            job.set(offer(script));
            return true;
          } catch (MnException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.UNAVAILABLE);
            return false;
          }
        });
    return job.get();
  }

  /** The same; the program is not begun again when it fails. */
  private static String once(String script) {
    return manifest(script).replace("\"command\"", "\"max_attempts\":1,\"command\"");
  }

  private static String status(RuntimeFixture runtime, String job) {
    return tree(runtime.jobs().get(job)).at("/job/status").asText();
  }

  private List<String> events(String job) {
    return own.jobs().lastEvents(job, 200).events();
  }

  private Path run(String home, String job) {
    return folder.resolve(home).resolve("runs/run-" + job);
  }

  @Test
  void aProgramRunsWhereItsConstraintsLeadAndItsJobHasAllOfIt() throws Exception {
    String job =
        submit(
            "echo hello >&2; mkdir -p \"$MN_RUN_DIR/outputs/deep\";"
                + " echo kept > \"$MN_RUN_DIR/outputs/deep/file.txt\";"
                + " echo \"{\\\"home\\\":\\\"$PWD\\\"}\"");
    ObjectNode detail = own.awaitEnd(job);

    assertThat(detail.at("/job/status").asText()).isEqualTo("completed");
    assertThat(detail.toString())
        .contains("\"node_name\":\"" + OTHER + "\"")
        .contains(folder.resolve("other").toString());
    assertThat(run("own", job).resolve("outputs/deep/file.txt")).hasContent("kept");
    eventually("what it printed is in its run", () -> logs(job).contains("hello"));
    assertThat(run("other", job)).doesNotExist();
    assertThat(events(job).toString()).contains("executor_lease_acquired", "\"node\":\"" + OTHER);
    eventually("the other node keeps nothing of it", () -> isEmpty(remoteTasks("other")));
  }

  @Test
  void theServerThatRunsAProgramTellsWhyAsTheOneOfItsJobDoes() throws Exception {
    String job = submit(UNTIL.formatted(folder.resolve("go")));
    String runs = "agent work runs its program on node " + OTHER + ", attempt 1";
    eventually("it runs", () -> own.jobs().why(job).summary().equals(runs));

    assertThat(other.jobs().why(job).summary()).isEqualTo(runs);
    Files.createFile(folder.resolve("go"));
    own.awaitEnd(job);
    assertThat(other.jobs().why(job).summary()).isEqualTo("the job is completed");
  }

  /** It is asked again after a while, and is not there then either. */
  @Test
  void whatOnlyAServerHasThatIsNotReachedMayBeAskedForAgain() {
    otherEndpoint.close();
    long avoided = new Lifetime(6_000).avoidedMs();
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(avoided + 1_500);
    eventually(
        "it is not reached for a while",
        () -> {
          assertThatThrownBy(() -> offer("true"))
              .isInstanceOfSatisfying(
                  MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
              .hasMessageEndingWith(
                  "It may be at mirror_neuron@other, which this node does not reach now");
          return System.nanoTime() > until;
        });

    otherEndpoint = GrpcRuntime.before(other);
    eventually("it is reached again", () -> isTaken("true"));
  }

  private boolean isTaken(String script) {
    try {
      return !offer(script).isEmpty();
    } catch (MnException e) {
      return false;
    }
  }

  @Test
  void portsAndVolumesAreThoseOfTheNodeOfItsJob() {
    String asking =
        """
        {"manifest_version":"1.0","graph_id":"near","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",
           "resources":{"ports":[{"label":"web"}],
             "volumes":[{"name":"data","source":"%s","target":"/data"}]},
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal",
             "command":"test -n \\"$MN_PORT_WEB\\" && touch \\"$MN_VOLUME_DATA/was-here\\""}}]}
        """
            .formatted(folder);
    ObjectNode detail = own.awaitEnd(own.jobs().submit(Submission.of(asking)).jobId());

    assertThat(detail.at("/job/status").asText()).as(detail.toString()).isEqualTo("completed");
    assertThat(folder.resolve("was-here")).exists();
  }

  private String logs(String job) {
    try {
      return Files.readString(run("own", job).resolve("logs.jsonl"));
    } catch (IOException e) {
      return "";
    }
  }

  private Path remoteTasks(String home) {
    return folder.resolve(home).resolve("tmp/mn-guests-test-" + home);
  }

  private static boolean isEmpty(Path path) {
    String[] names = path.toFile().list();
    return names == null || names.length == 0;
  }

  @Test
  void aFailureHasItsExitCodeAndItsWords() {
    String job = own.jobs().submit(Submission.of(once("echo no luck >&2; exit 7"))).jobId();
    String detail = own.awaitEnd(job).toString();

    assertThat(detail).contains("\"status\":\"failed\"").contains("no luck", "7");
  }

  @Test
  void filesOfTheBundleComeFromTheNodeOfTheJobWhenNobodyElseHasThem() {
    byte[] script = "#!/bin/sh\ncat tools/word\n".getBytes(StandardCharsets.UTF_8);
    byte[] word = "found".getBytes(StandardCharsets.UTF_8);
    String manifest =
        manifest("tools/say")
            .replace(
                "\"command\"", "\"upload_path\":\"tools\",\"upload_as\":\"tools\",\"command\"");
    Payloads files =
        new Payloads.Inline(Map.of("tools/say", script, "tools/word", word), Set.of("tools/say"));
    String job = own.jobs().submit(new Submission(manifest, files, null, null)).jobId();

    assertThat(own.awaitEnd(job).toString()).contains("\"status\":\"completed\"").contains("found");
  }

  @Test
  void itIsCancelledThere() throws Exception {
    Path begun = folder.resolve("begun");
    String job = submit("touch '%s'; exec sleep 600".formatted(begun));
    eventually("it runs", () -> Files.exists(begun));

    own.jobs().cancel(job, null, null);
    assertThat(own.awaitEnd(job).at("/job/status").asText()).isEqualTo("cancelled");
  }

  @Test
  void itIsPausedThereAndRunsAgainOnResume() throws Exception {
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    String job = submit("echo x >> '%s'; ".formatted(begun) + UNTIL.formatted(go));
    eventually("it runs", () -> Files.exists(begun));
    own.jobs().pause(job, false, null);
    eventually("it is paused", () -> status(own, job).equals("paused"));

    Files.createFile(go);
    own.jobs().resume(job, null);
    assertThat(own.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    assertThat(begun).hasContent("x\nx");
  }

  @Test
  void itsTimeIsLimitedThere() {
    String manifest =
        once("exec sleep 600").replace("\"command\"", "\"timeout_seconds\":0.5,\"command\"");
    String job = own.jobs().submit(Submission.of(manifest)).jobId();

    assertThat(own.awaitEnd(job).toString())
        .contains("\"status\":\"failed\"")
        .contains("timed out");
  }

  @Test
  void aProgramThatAsksPeopleRunsAgainWhereItIsHeard() {
    Path begun = folder.resolve("begun");
    String script =
        "echo x >> '%s'; case $PWD in */other/*) touch \"$MN_RUN_DIR/human.jsonl\"; exec sleep 600;; esac"
            .formatted(begun);
    String manifest =
        manifest(script)
            .replace(
                "\"constraints\":[{\"attribute\":\"meta.rack\",\"value\":\"b\"}]",
                "\"policies\":{\"scheduler\":{\"preferred_node\":\"mirror_neuron@other\"}}");
    String job = own.jobs().submit(Submission.of(manifest)).jobId();

    ObjectNode detail = own.awaitEnd(job);
    assertThat(detail.toString())
        .contains("\"status\":\"completed\"", "\"attempts\":1")
        .contains("\"node_name\":\"mirror_neuron@own\"");
    assertThat(begun).hasContent("x\nx");
  }

  /** Of two programs one finds room with its job, the other one on the other node. */
  @Test
  void programsLeaveAFullNodeWhenTheirAuthorWroteAStrategy() throws Exception {
    Path go = folder.resolve("go");
    String manifest =
        manifest(UNTIL.formatted(go) + "; echo done")
            .replace(
                "\"constraints\":[{\"attribute\":\"meta.rack\",\"value\":\"b\"}]",
                "\"policies\":{\"scheduler_strategy\":\"binpack\"}")
            .replace("\"command\"", "\"pool_slots\":3,\"command\"");
    String first = own.jobs().submit(Submission.of(manifest)).jobId();
    eventually("it has its slots", () -> why(first).contains("runs its program"));
    String second = own.jobs().submit(Submission.of(manifest)).jobId();
    eventually(
        "it has its slots",
        () -> why(second),
        why -> why.contains("runs its program on node " + OTHER));

    Files.createFile(go);
    assertThat(own.awaitEnd(first).toString()).contains("\"node_name\":\"mirror_neuron@own\"");
    assertThat(own.awaitEnd(second).toString()).contains("\"node_name\":\"" + OTHER + "\"");
  }

  private String why(String job) {
    return own.jobs().why(job).summary();
  }

  /** A node in good order ends its programs; the job waits for one that can run its own. */
  @Test
  void aJobWaitsForANodeThatHasWhatItAsksFor() throws Exception {
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    String job = submit("echo x >> '%s'; ".formatted(begun) + UNTIL.formatted(go));
    eventually("it runs", () -> Files.exists(begun));
    otherEndpoint.close();
    other.leave();
    eventually("it says why", () -> why(job).contains("no living node has what it asks for"));
    Files.createFile(go);

    other.startAgain();
    otherEndpoint = GrpcRuntime.before(other);
    ObjectNode detail = own.awaitEnd(job);
    assertThat(detail.toString()).contains("\"status\":\"completed\"", "\"attempts\":1");
    assertThat(begun).hasContent("x\nx");
  }

  /** The large answer of a program lies in the run of its job, byte for byte. */
  @Test
  void aLargeAnswerArrivesWhole() throws Exception {
    String job =
        submit(
            "python3 -c 'import json; print(json.dumps({\"complete_run\": {\"big\": \"x\" * (64 << 20)}}))'");
    ObjectNode detail = own.awaitEnd(job);
    assertThat(detail.at("/job/status").asText()).isEqualTo("completed");
    String[] results = run("own", job).resolve("results").toFile().list();
    assertThat(results).hasSize(1);
    Path result = run("own", job).resolve("results").resolve(results[0]);
    assertThat(Files.size(result)).isGreaterThan(64L << 20);
    assertThat(results[0]).isEqualTo(sha256(result) + ".json");
    assertThat(detail.toString()).contains(sha256(result));
  }

  private static String sha256(Path file) throws Exception {
    var digest = java.security.MessageDigest.getInstance("SHA-256");
    return java.util.HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }

  /** The worker is the heir: its guest becomes a program of its own job, and is not begun again. */
  @Test
  void itGoesOnWhenTheNodeOfItsJobLeavesAndItsNodeTakesTheJob() throws Exception {
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    String job =
        submit(
            "echo x >> '%s'; ".formatted(begun) + UNTIL.formatted(go) + "; echo '{\"answer\":42}'");
    eventually("it runs", () -> Files.exists(begun));
    own.leave();

    eventually(
        "the other node has the job",
        () -> tree(other.jobs().get(job)).at("/job/lease_owner").asText().contains("other"));
    Files.createFile(go);
    ObjectNode detail = other.awaitEnd(job);
    assertThat(detail.toString()).contains("\"status\":\"completed\"").contains("\"answer\":42");
    assertThat(begun).hasContent("x");
    own.startAgain();
  }
}

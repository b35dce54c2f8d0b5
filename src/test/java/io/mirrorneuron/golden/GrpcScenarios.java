package io.mirrorneuron.golden;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

/** The calls of the runtime. */
final class GrpcScenarios {
  private final GoldenServer golden;

  GrpcScenarios(GoldenServer golden) {
    this.golden = golden;
  }

  /**
   * @param steps an ended job with steps
   */
  void calls(String steps) {
    String job = submitted("grpc-routers", SampleManifests.routers("grpc-routers", 2));
    golden.watch.awaitEnd(job);
    of("GetJob", "", job);
    of("GetJob", "unknown", "nobody");
    of("ExplainJob", "", job);
    of("ListDeadLetters", "", job);
    of("CancelJob", "ended", job);
    of("PauseJob", "ended", job);
    of("ResumeJob", "ended", job);
    of("ExportJobBackup", "ended", job);
    of("StreamEvents", "", job);
    golden.grpc.keep("StreamEvents", "follow", id(job) + " follow: true after: 5");
    golden.grpc.keep("StreamEvents", "last", id(job) + " limit: 2");
    golden.grpc.keep("StreamEvents", "page", id(job) + " after: 2 max: 2");
    of("StreamEvents", "unknown", "nobody");
    golden.grpc.keep("SubmitJob", "no-manifest", "manifest_json: '{}'");
    golden.grpc.keep("ValidateJob", "", "manifest_json: '{\"graph_id\":7}'");
    golden.grpc.keep("ReplayDeadLetter", "unknown", id(job) + " index: 4");
    golden.grpc.keep("SendMessage", "ended", id(job) + " agent_id: 'r1' message_json: '{}'");
    String fork =
        answered("fork-over-grpc", "ForkJob", "", id(steps) + " step: 'note' inputs_json: '{}'");
    golden.watch.awaitEnd(fork);
    golden.grpc.keep("ListJobs", "", "limit: 2 include_terminal: true");
    golden.grpc.keep("ListJobs", "open", "");
    golden.grpc.keep("GetMetrics", "", "");
    golden.grpc.keep("GetSystemSummary", "", "");
    golden.grpc.keep("GetResource", "", "");
    golden.grpc.keep("SetResource", "", "resource_json: '{\"disk\":100}'");
    golden.grpc.keep("SetResource", "wrong", "resource_json: '{\"disk\":-1}'");
    golden.grpc.keep("ListServices", "", "");
    golden.grpc.keep("ResolveService", "unknown", "name: 'web'");
    golden.grpc.keep("CheckServices", "missing", "services_json: '[{\"name\":\"web\"}]'");
    golden.grpc.keep("NetworkHandshake", "", "token: '" + GoldenServer.JOIN + "'");
    golden.grpc.keep("NetworkHandshake", "wrong-token", "token: 'x'");
  }

  /** Steers a job that waits. */
  void steered() {
    var gate = golden.server.home().resolve("grpc-gate");
    String job = submitted("grpc-gate", Scenery.gated("gate.json", gate));
    golden.watch.await("the second step", () -> golden.watch.stepRuns(job, "enter"));
    of("PauseJob", "", job);
    golden.grpc.keep(
        "SendMessage",
        "",
        id(job) + " agent_id: 'walk' message_json: '{\"message_id\":\"m\",\"body\":{}}'");
    var copy = of("ExportJobBackup", "", job).getFirst();
    golden.grpc.keep("RestoreJobBackup", "empty", "backup_json: '{}'");
    String restored =
        answered("grpc-restored", "RestoreJobBackup", "", TextFormat.printer().printToString(copy));
    of("CancelJob", "restored", restored);
    of("ResumeJob", "", job);
    golden.watch.await("the second step again", () -> golden.watch.stepRuns(job, "enter"));
    of("CancelJob", "", job);
    golden.watch.awaitEnd(job);
    drained();
    deadLetter();
    asked();
  }

  private void drained() {
    String job =
        submitted(
            "grpc-drained",
            SampleManifests.programs(
                "grpc-drained", 2, id -> new String[] {"sh", "-c", "sleep 1; echo " + id}));
    golden.watch.await("the program", () -> golden.watch.event(job, "executor_lease_acquired"));
    of("DrainJob", "", job);
    of("ExplainJob", "drained", job);
    of("CancelJob", "drained", job);
    golden.watch.awaitEnd(job);
  }

  private void asked() {
    String job = submitted("grpc-review", Scenery.text("review.json"));
    String questions = "/human?run_id=run-" + job;
    golden.watch.await("a question", () -> golden.server.get(questions).path("data").size() == 1);
    String asked =
        id(job)
            + " run_id: 'run-%s' request_id: '%s' action: 'respond' body_json: '%s'"
                .formatted(
                    job,
                    golden.server.get(questions).at("/data/0/request_id").asText(),
                    "{\"decision\":\"file\",\"by\":\"bob\",\"copies\":1}");
    golden.grpc.keep("DecideRequest", "unknown", asked.replace("review-", "nothing-"));
    golden.grpc.keep("DecideRequest", "", asked);
    golden.watch.awaitEnd(job);
  }

  private void deadLetter() {
    var known = golden.server.home().resolve("grpc-known");
    String job = submitted("grpc-desk", Scenery.gated("desk.json", known));
    golden.watch.await("the first guest", () -> golden.watch.event(job, "greeted"));
    String message = "{\"message_id\":\"m-2\",\"body\":{\"who\":\"mystery\"}}";
    golden.grpc.keep(
        "SendMessage", "desk", id(job) + " agent_id: 'desk' message_json: '" + message + "'");
    golden.watch.await("a dead letter", () -> golden.watch.event(job, "dead_letter"));
    of("ListDeadLetters", "desk", job);
    Scenery.open(known);
    golden.grpc.keep("ReplayDeadLetter", "", id(job) + " index: 0");
    golden.watch.await("the guest", () -> golden.watch.events(job, "greeted") == 2);
    of("CancelJob", "desk", job);
    golden.watch.awaitEnd(job);
  }

  /** An operation that clears one job. */
  private void cleared() {
    String job = submitted("grpc-cleared", SampleManifests.routers("grpc-cleared", 2));
    golden.watch.awaitEnd(job);
    var begun = golden.grpc.keep("StartOperation", "", "kind: 'clear_jobs' version: 1").getFirst();
    String operation =
        "operation_id: '%s'"
            .formatted(
                Json.parseObject(GrpcEndpoint.field(begun, "operation_json"), "operation")
                    .path("operation_id")
                    .asText());
    golden.grpc.keep("StreamOperationEvents", "", operation + " follow: true");
    golden.grpc.keep("StreamOperationEvents", "later", operation + " after_sequence: 4");
    golden.grpc.keep("GetOperation", "", operation);
    golden.grpc.keep("GetOperation", "unknown", "operation_id: 'op-none'");
    golden.grpc.keep("StartOperation", "no-node", "kind: 'drain_node'");
    golden.grpc.keep("StartOperation", "no-kind", "kind: 'x'");
  }

  /** All others, with empty messages: those that this runtime lacks say so. */
  void others() {
    cleared();
    TreeSet<String> left = new TreeSet<>(golden.grpc.calls());
    left.removeAll(golden.grpc.called());
    left.forEach(rpc -> golden.grpc.keep(rpc, "empty", ""));
    golden.grpc.keep("GetJob", "wrong-token", "", "authorization", "Bearer wrong");
  }

  private String submitted(String name, String manifest) {
    return answered(name, "SubmitJob", name, "manifest_json: " + quoted(manifest));
  }

  private String answered(String name, String rpc, String file, String request) {
    var answer = golden.grpc.keep(rpc, file, request).getFirst();
    String job =
        rpc.equals("SubmitJob")
            ? GrpcEndpoint.field(answer, "job_id")
            : Json.parseObject(GrpcEndpoint.field(answer, "result_json"), "answer")
                .path("job_id")
                .asText();
    golden.name(job, name);
    return job;
  }

  private List<Message> of(String rpc, String name, String job) {
    return golden.grpc.keep(rpc, name, id(job));
  }

  private static String id(String job) {
    return "job_id: '" + job + "'";
  }

  private static String quoted(String text) {
    return "'" + TextFormat.escapeBytes(text.getBytes(StandardCharsets.UTF_8)) + "'";
  }
}

package io.mirrorneuron.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code mn rehearse}: repeats the most common work of servers. The build records a JVM profile of
 * it, so that a server is fast from its first seconds.
 */
@Command(name = "rehearse", hidden = true, sortOptions = false)
final class RehearseCommand implements Callable<Integer> {
  private static final int CALLERS = 8;

  /** After so many jobs one is cancelled. */
  private static final int CANCEL_EACH = 10;

  private static final String TRUE = "/bin/true";

  @Mixin ServerOptions options;

  @Option(names = "--rounds", defaultValue = "60")
  int rounds;

  /** The protocol of most clients; by default this client would rehearse HTTP/2. */
  private final HttpClient http = HttpClient.newBuilder().version(Version.HTTP_1_1).build();

  private String api;

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    Main.commandLine(Screen.ofProcess());
    api = ServerProcess.start(options.loadForOneJob(), ServerRole.UP).app().endpoints().apiUrl();
    String[] submissions = {
      submission(chain("router", config -> {})),
      submission(chain("executor", program(TRUE))),
      submission(steps()),
      submissionWithFile(
          chain("executor", program("/bin/echo", "{\"n\":1}").andThen(RehearseCommand::withFile)))
    };
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<?> caller :
          IntStream.range(0, CALLERS)
              .mapToObj(i -> callers.submit(() -> rehearse(submissions)))
              .toList()) {
        caller.get();
      }
    }
    return 0;
  }

  private Void rehearse(String[] submissions) throws IOException, InterruptedException {
    for (int i = 0; i < rounds; i++) {
      String submission = submissions[i % submissions.length];
      String job = submit(i / 2 % 2 == 0 ? "/jobs" : "/jobs?wait=30s", submission);
      while (!send(request("/jobs/" + job)).contains("\"completed\"")) {
        Thread.onSpinWait();
      }
      send(request("/jobs/" + job + "?include=status"));
      send(request("/jobs/" + job + "/events"));
      send(request("/runs/run-" + job + "/stream").header("Accept", "text/event-stream"));
      send(request("/jobs?limit=20"));
      if (i % CANCEL_EACH == 0) {
        String cancelled =
            submit("/jobs", submission(chain("executor", program("/bin/sleep", "30"))));
        send(request("/jobs/" + cancelled + "/cancel").POST(BodyPublishers.noBody()));
        send(request("/jobs/" + cancelled + "?wait=30s"));
      }
    }
    return null;
  }

  /** Returns the id of the job. */
  private String submit(String path, String submission) throws IOException, InterruptedException {
    String answer =
        send(
            request(path)
                .POST(BodyPublishers.ofString(submission))
                .header("Content-Type", "application/json"));
    return Json.parseObject(answer, "answer").path("job_id").asText();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(api + path));
  }

  private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString()).body();
  }

  private static String submission(ObjectNode manifest) {
    return Json.write(Json.object().put("manifest_json", Json.write(manifest)));
  }

  private static String submissionWithFile(ObjectNode manifest) {
    ObjectNode submission = Json.object().put("manifest_json", Json.write(manifest));
    submission.putObject("payloads").put("w/step.py", "print('{}')\n");
    return Json.write(submission);
  }

  /** Three agents of a type, one after another. */
  private static ObjectNode chain(String type, Consumer<ObjectNode> config) {
    ObjectNode manifest = Json.object().put("manifest_version", "1.0").put("graph_id", type);
    manifest.putArray("entrypoints").add("a");
    agents(manifest, type, config);
    return manifest;
  }

  private static Consumer<ObjectNode> program(String... command) {
    return config -> {
      config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
      ArrayNode words = config.putArray("command");
      List.of(command).forEach(words::add);
    };
  }

  /** In a folder of its own with the file that comes with the submission. */
  private static void withFile(ObjectNode config) {
    config.put("upload_path", "w").put("upload_as", "w").put("workdir", "/sandbox/job/w");
    config.putObject("environment").put("ROUND", "1");
  }

  private static ObjectNode steps() {
    ObjectNode manifest = Json.object().put("apiVersion", "mn.workflow/v1");
    manifest.put("kind", "Workflow").put("id", "steps").put("manifest_version", "1.0");
    ObjectNode workflow = manifest.putObject("workflow").put("workflow_id", "steps");
    ArrayNode steps = workflow.putArray("steps");
    ArrayNode edges = workflow.putArray("edges");
    for (String id : new String[] {"a", "b", "c"}) {
      steps.addObject().put("id", id).put("run", id);
    }
    edges.addObject().put("from", "a").put("to", "b");
    edges.addObject().put("from", "b").put("to", "c");
    ObjectNode agents = manifest.putObject("agents");
    agents.putArray("entrypoints").add("a");
    agents(agents, "executor", program(TRUE));
    return manifest;
  }

  private static void agents(ObjectNode graph, String type, Consumer<ObjectNode> config) {
    ArrayNode nodes = graph.putArray("nodes");
    ArrayNode edges = graph.putArray("edges");
    String before = null;
    for (String id : new String[] {"a", "b", "c"}) {
      config.accept(
          nodes.addObject().put("node_id", id).put("agent_type", type).putObject("config"));
      if (before != null) {
        edges.addObject().put("from_node", before).put("to_node", id).put("message_type", "*");
      }
      before = id;
    }
  }
}

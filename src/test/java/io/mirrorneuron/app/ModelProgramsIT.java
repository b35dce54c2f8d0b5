package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program is told where its model is, reaches it, and what it reports is in its run. */
@Timeout(90)
class ModelProgramsIT {
  private static final String PROGRAM =
      """
      import json, os, urllib.request as request
      question = {"model": os.environ["MN_LLM_MODEL"], "max_tokens": 8,
                  "messages": [{"role": "user", "content": "Hello"}]}
      asked = request.Request(os.environ["LITELLM_API_BASE"] + "/chat/completions",
                              json.dumps(question).encode(), {"Content-Type": "application/json"})
      with request.urlopen(asked) as reply:
          answer = json.load(reply)
      usage = answer["usage"]
      sample = {"component": "llm", "llm": {
          "provider": os.environ["MN_LLM_PROVIDER"], "model": question["model"], "calls": 1,
          "input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]}}
      import datetime
      sample["ts"] = datetime.datetime.now(datetime.timezone.utc).isoformat()
      folder = os.path.join(os.environ["MN_RUNS_ROOT"], os.environ["MN_RUN_ID"])
      with open(os.path.join(folder, "resources.jsonl"), "a") as samples:
          samples.write(json.dumps(sample) + "\\n")
      print(json.dumps({"text": answer["choices"][0]["message"]["content"],
                        "runtime_model": os.environ["MN_LLM_RUNTIME_MODEL"],
                        "backend": os.environ["MN_LLM_BACKEND"]}))
      """;

  @TempDir Path folder;

  @Test
  void aProgramAsksTheModelAndItsTokensAreCounted() throws Exception {
    try (FakeRunner runner = FakeRunner.having("ai/smollm2:360M-Q4_K_M");
        WholeServer server =
            WholeServer.start(
                folder.resolve("home"),
                Map.of(
                    "model.runner_api_base", runner.root(),
                    "model.default", "smollm2",
                    "executor.confine", "auto"))) {
      ObjectNode manifest = Json.object().put("name", "asks");
      ObjectNode step = manifest.putArray("steps").addObject().put("id", "ask");
      step.putArray("run").add("python3").add("-c").add(PROGRAM);

      String job = server.jobs().submit(Submission.of(Json.write(manifest))).jobId();
      Eventually.eventually(
          "the job has ended", () -> server.jobs().events(job, Long.MAX_VALUE - 1, 1).ended());

      JsonNode detail = Trees.tree(server.jobs().get(job));
      assertThat(detail.at("/job/status").asText()).as(detail.toString()).isEqualTo("completed");
      JsonNode result = detail.at("/job/result");
      assertThat(result.toString()).contains("made up").contains("llama.cpp");
      assertThat(result.toString()).contains("ai/smollm2:360M-Q4_K_M");
      JsonNode llm = resources(server, "run-" + job).get("llm");
      assertThat(llm.get("output_tokens").asInt()).isEqualTo(8);
      assertThat(llm.get("total_tokens").asInt()).isEqualTo(8 + llm.get("input_tokens").asInt());
      assertThat(llm.get("calls").asInt()).isEqualTo(1);
    }
  }

  private static JsonNode resources(WholeServer server, String run) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/runs/" + run + "/resources")).build();
      return Json.parse(http.send(request, BodyHandlers.ofString()).body());
    }
  }
}

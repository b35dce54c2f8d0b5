package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are more than one JSON value, from the program that prints to the one that reads. */
class BodiesIT {
  private static final String PRODUCER =
      """
      import base64, json
      chunks = [[{"n": 3 * chunk + i} for i in range(3)] for chunk in range(4)]
      emits = []
      for seq, lines in enumerate(chunks):
          last = seq == len(chunks) - 1
          emits.append({
              "type": "chunk", "class": "stream", "body": lines,
              "content_type": "application/x-ndjson", "content_encoding": "gzip",
              "headers": {"schema_ref": "numbers"},
              "artifacts": [{"artifact_id": "a%d" % seq}],
              "stream": {"stream_id": "s1", "seq": seq, "open": seq == 0, "close": last, "eof": last},
          })
      emits.append({
          "to": "consumer", "type": "bytes", "content_type": "application/octet-stream",
          "body_base64": base64.b64encode(bytes(range(256))).decode(),
      })
      print(json.dumps({"emit_messages": emits}))
      """;

  private static final String CONSUMER =
      """
      import gzip, json, os
      def read(name):
          with open(os.environ[name], "rb") as file:
              return file.read()
      message = json.loads(read("MN_MESSAGE_FILE"))
      state = json.loads(read("MN_CONTEXT_FILE"))["agent_state"] or {"sum": 0, "chunks": []}
      body = read("MN_BODY_FILE")
      if message["envelope"]["type"] == "chunk":
          assert os.environ["MN_BODY_CONTENT_ENCODING"] == "gzip"
          assert os.environ["MIRROR_NEURON_BODY_CONTENT_TYPE"] == "application/x-ndjson"
          lines = gzip.decompress(body).decode().splitlines()
          state["sum"] += sum(json.loads(line)["n"] for line in lines)
          state["chunks"].append({
              "stream": message["stream"], "class": message["envelope"]["class"],
              "schema": message["headers"]["schema_ref"], "artifacts": message["artifacts"],
          })
          print(json.dumps({"next_state": state}))
      else:
          state["bytes"] = body == bytes(range(256))
          state["type"] = os.environ["MN_BODY_CONTENT_TYPE"]
          state["plain"] = message["stream"] is None and os.environ["MN_BODY_CONTENT_ENCODING"]
          print(json.dumps({"complete_run": state}))
      """;

  @TempDir Path home;

  @Test
  void aPackedStreamOfLinesAndRawBytesArriveWhole() {
    try (RuntimeFixture runtime = new RuntimeFixture(home)) {
      String job = runtime.jobs().submit(submission(PRODUCER)).jobId();

      ObjectNode details = runtime.awaitEnd(job);

      JsonNode output = details.at("/job/result/output");
      assertThat(output.path("sum").asInt()).as(Json.write(details)).isEqualTo(66);
      assertThat(output.path("bytes").asBoolean()).isTrue();
      assertThat(output.path("type").asText()).isEqualTo("application/octet-stream");
      assertThat(output.path("plain").asText()).isEqualTo("identity");
      assertThat(output.path("chunks")).hasSize(4);
      for (int seq = 0; seq < 4; seq++) {
        assertThat(Json.write(output.path("chunks").path(seq)))
            .isEqualTo(
                ("{\"stream\":{\"stream_id\":\"s1\",\"seq\":%d,\"open\":%b,\"close\":%b,"
                        + "\"eof\":%b},\"class\":\"stream\",\"schema\":\"numbers\","
                        + "\"artifacts\":[{\"artifact_id\":\"a%d\"}]}")
                    .formatted(seq, seq == 0, seq == 3, seq == 3, seq));
      }
    }
  }

  @Test
  void whatNobodyCouldReadFailsTheProgramThatPrintsIt() {
    try (RuntimeFixture runtime = new RuntimeFixture(home)) {
      String job =
          runtime.jobs().submit(submission(PRODUCER.replace("\"gzip\"", "\"zstd\""))).jobId();

      assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("failed");
      assertThat(runtime.jobs().lastEvents(job, 20).events())
          .filteredOn(event -> event.contains("\"type\":\"sandbox_job_failed\""))
          .singleElement()
          .asString()
          .contains(
              "structured output is malformed:"
                  + " emit_messages[0].content_encoding must be identity or gzip, not zstd");
    }
  }

  private static Submission submission(String producer) {
    ObjectNode manifest =
        Json.parseObject(
            """
            {"manifest_version":"1.0","graph_id":"bodies","entrypoints":["producer"],
             "policies":{"restart":{"attempts":0}},
             "nodes":[
               {"node_id":"producer","agent_type":"executor","config":{
                 "upload_path":"producer.py","command":["python3","producer.py"],
                 "output_message_type":null}},
               {"node_id":"consumer","agent_type":"executor","config":{
                 "upload_path":"consumer.py","command":["python3","consumer.py"],
                 "output_message_type":null}}],
             "edges":[{"from_node":"producer","to_node":"consumer","message_type":"chunk"}]}
            """,
            "sample");
    return new Submission(
        Json.write(manifest),
        new Payloads.Inline(
            Map.of(
                "producer.py", producer.getBytes(StandardCharsets.UTF_8),
                "consumer.py", CONSUMER.getBytes(StandardCharsets.UTF_8))),
        null);
  }
}

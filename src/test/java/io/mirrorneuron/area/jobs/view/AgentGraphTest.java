package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.ProgressCheck;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentGraphTest {
  private static final String JOB =
      """
      {"job":{"status":"running","graph_id":"demo","topology":{
         "nodes":[{"node_id":"a","role":"Reader"},{"node_id":"b"},{"node_id":"runtime"}],
         "edges":[{"from_node":"a","to_node":"b","message_type":"doc"},
                  {"from_node":"b","to_node":"a","message_type":"ack"}]}},
       "agents":[{"agent_id":"a","agent_type":"executor","type":"map","role":"Reader","status":"running",
         "assigned_node":"n1","processed_messages":3,"mailbox_depth":1,
         "metadata":{"outbound_edges":["b","c"]}}]}
      """;

  private static JsonNode graph(String job, String... events) {
    ObjectNode document = Json.parseObject(job, "job");
    JobStory story = new JobStory("j1", JobRecord.of(JobDetailForm.read(document)));
    story.add(List.of(events));
    JsonNode graph = story.agentGraph(JobRecord.of(JobDetailForm.read(document)));
    ProgressCheck.fitsGraph(graph);
    return graph;
  }

  private static List<String> list(JsonNode nodes, String... members) {
    return Json.elements(nodes)
        .map(
            node ->
                String.join(
                    " ", List.of(members).stream().map(name -> node.path(name).asText()).toList()))
        .toList();
  }

  @Test
  void nodesAreThoseThatRunThoseDeclaredAndThoseThatWrite() {
    JsonNode graph =
        graph(
            JOB,
            "{\"type\":\"agent_message_received\",\"agent_id\":\"a\","
                + "\"payload\":{\"from\":\"outside\",\"to\":\"a\",\"type\":\"t\"}}");

    assertThat(list(graph.path("nodes"), "id", "label", "agent_type", "type", "status"))
        .containsExactly(
            "a Reader executor map running",
            "b b worker generic declared",
            "c c external message observed",
            "outside outside external message observed",
            "runtime System Runtime system runtime declared");
    assertThat(graph.at("/nodes/0/assigned_node").asText()).isEqualTo("n1");
    assertThat(graph.at("/nodes/1/assigned_node").asText()).isEqualTo("unassigned");
    assertThat(graph.at("/nodes/4/assigned_node").asText()).isEqualTo("system/runtime");
    assertThat(graph.at("/nodes/4/display_name").asText()).isEqualTo("System Runtime");
  }

  @Test
  void edgesAreThoseDeclaredAndThoseOnWhichMessagesWereSeen() {
    String seen =
        "{\"type\":\"agent_message_received\",\"timestamp\":\"2026-06-20T10:00:0%d.000Z\","
            + "\"agent_id\":\"b\",\"payload\":{\"from\":\"a\",\"type\":\"doc\"}}";
    JsonNode graph =
        graph(
            JOB,
            seen.formatted(1),
            seen.formatted(2),
            "{\"type\":\"dead_letter\",\"message\":{\"envelope\":{\"from\":\"b\",\"to\":\"x\",\"type\":\"t\"}}}",
            "{\"type\":\"note\",\"agent_id\":\"b\",\"payload\":{\"from\":\"a\"}}");

    assertThat(list(graph.path("edges"), "id", "count", "source_event"))
        .containsExactly(
            "a->b:* 0 outbound_edges",
            "a->b:doc 2 manifest+events",
            "a->c:* 0 outbound_edges",
            "b->a:ack 0 manifest",
            "b->x:t 1 agent_message_received");
    assertThat(graph.at("/edges/1/last_seen_at").asText()).isEqualTo("2026-06-20T10:00:02.000Z");
    assertThat(graph.path("stats").toString())
        .isEqualTo("{\"agent_count\":5,\"edge_count\":5,\"message_count\":3,\"event_count\":4}");
  }

  @Test
  void ofAJobWithoutAnythingTheGraphIsEmpty() {
    JsonNode graph = graph("{}");

    assertThat(graph.path("nodes")).isEmpty();
    assertThat(graph.path("graph_id").isNull()).isTrue();
    assertThat(graph.path("status").asText()).isEqualTo("unknown");
  }
}

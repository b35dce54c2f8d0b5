package io.mirrorneuron.runtime.decide;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.decide.Processes.NestedInputs;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.wire.Json;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Long chains and loops must not make messages that cannot be stored. */
class NestedInputsTest {
  private static JsonNode chain(int hops, String stdout) {
    JsonNode body = Json.object().put("seed", true);
    for (int i = 0; i < hops; i++) {
      ObjectNode payload = Json.object().put("agent_id", "a" + i);
      payload.putObject("sandbox").put("stdout", stdout);
      payload.set("input", NestedInputs.bounded(body));
      body = payload;
    }
    return body;
  }

  private static int depth(JsonNode body) {
    return body.has("input") ? 1 + depth(body.get("input")) : 0;
  }

  @Test
  void aShortChainKeepsEveryInputDownToTheSeed() {
    JsonNode last = chain(20, "ok");

    assertThat(depth(last)).isEqualTo(20);
    assertThat(last.toString()).contains("\"seed\":true");
  }

  @Test
  void aLongChainKeepsTheNearestInputsAndSaysThatOthersAreLeftOut() {
    JsonNode last = chain(3000, "ok");

    assertThat(depth(last)).isBetween(60, 70);
    assertThat(last.path("agent_id").asText()).isEqualTo("a2999");
    assertThat(last.at("/input/agent_id").asText()).isEqualTo("a2998");
    assertThat(last.toString()).contains("\"truncated\":true");
  }

  @Test
  void largeOutputsAreCarriedAlongOnlyAsFarAsTheyFit() {
    JsonNode last = chain(12, "x".repeat(1024 * 1024));

    assertThat(Json.write(last).length()).isBetween(2_000_000, 4_000_000);
    assertThat(last.at("/input/sandbox/stdout").asText()).hasSize(1024 * 1024);
  }

  @Test
  void whatIsLeftOutIsNamed() throws Exception {
    JsonNode whole = chain(2, "x".repeat(1024 * 1024));
    ObjectNode payload = Json.object();
    payload.putObject("sandbox").put("stdout", "x".repeat(1024 * 1024));
    JsonNode marker = NestedInputs.bounded(payload.set("input", whole)).at("/input/input");
    String left = Json.write(whole.path("input"));

    assertThat(marker.path("type").asText()).isEqualTo("blob_ref");
    assertThat(marker.path("truncated").asBoolean()).isTrue();
    assertThat(marker.path("reason").asText()).contains("left out of this message");
    assertThat(marker.path("size_bytes").asInt()).isEqualTo(left.length());
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(left.getBytes(US_ASCII));
    assertThat(marker.path("sha256").asText()).isEqualTo(HexFormat.of().formatHex(digest));
  }

  @Test
  void aLargeBodyThatIsNoPayloadIsLeftAlone() {
    JsonNode seed = Json.object().put("text", "x".repeat(5_000_000));

    assertThat(NestedInputs.bounded(seed)).isSameAs(seed);
    assertThat(NestedInputs.bounded(Json.MAPPER.getNodeFactory().numberNode(7)).asInt())
        .isEqualTo(7);
  }

  @Test
  void aLoopOfTwoThousandRunsCompletes() {
    Stage stage =
        Stage.of(
            """
            {'manifest_version':'1.0','graph_id':'g','entrypoints':['a'],
             'nodes':[{'node_id':'a','agent_type':'executor','config':{'command':['x'],
               'runner_module':'MirrorNeuron.Runner.HostLocal'}}],
             'edges':[{'edge_id':'again','from_node':'a','to_node':'a','message_type':'*'}]}
            """);
    for (int i = 0; i < 2000; i++) {
      stage.succeed("a");
    }

    stage.succeed("a", "{'complete_run':{'rounds':2001}}");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/output/rounds").asInt()).isEqualTo(2001);
  }
}

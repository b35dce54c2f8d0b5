package io.mirrorneuron.gateway.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.bus.AreaVerticle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractCheckTest {
  private static final class Area extends AreaVerticle {
    Area(String tag, String... operations) {
      super(tag, 1);
      for (String operation : operations) {
        on(operation, call -> "{}");
      }
    }
  }

  @Test
  void acceptsAContractThatIsImplementedExactly() {
    JsonObject document = Documents.small();
    Documents.with(document, "/things", "listThings", "things");

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "listThings")))).isEmpty();
  }

  @Test
  void namesWhatIsMissingAndWhatIsTooMuch() {
    JsonObject document = Documents.small();
    Documents.with(document, "/things", "listThings", "things");

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "dropThings"))))
        .containsExactlyInAnyOrder(
            "listThings is not implemented by the area things",
            "dropThings of the area things is not in the contract");
  }

  @Test
  void whatTheGatewayAnswersItselfMustBeThereToo() {
    JsonObject document = Documents.small();
    document.getJsonObject("paths").remove("/health/ready");

    assertThat(ContractCheck.faults(document, List.of()))
        .containsExactly("getReadiness of the area gateway is not in the contract");
  }

  @Test
  void refusesAnOperationThatCarriesTheTagOfAnotherArea() {
    JsonObject document = Documents.small();
    Documents.with(document, "/things", "listThings", "others");

    assertThatThrownBy(
            () -> ContractCheck.verify(document, List.of(new Area("things", "listThings"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("listThings is not implemented by the area others")
        .hasMessageContaining("listThings of the area things is not in the contract");
  }

  @Test
  void refusesOperationsWithoutATagWithTwoOrWithTwoSuccesses() {
    JsonObject document = Documents.small();
    Documents.with(document, "/a", "none");
    Documents.with(document, "/b", "two", "things", "others");
    Documents.with(document, "/c", "both", "things")
        .getJsonObject("responses")
        .put("201", new JsonObject());

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "both"))))
        .containsExactlyInAnyOrder(
            "none must have exactly one tag",
            "two must have exactly one tag",
            "both must have exactly one 2xx response");
  }

  @Test
  void refusesAnOperationThatSaysNotWhoMayCallIt() {
    JsonObject document = Documents.small();
    Documents.with(document, "/a", "open", "things").remove("x-mn-role");
    Documents.with(document, "/b", "odd", "things").put("security", new JsonArray());
    Documents.with(document, "/c", "other", "things")
        .put("x-mn-role", "admin")
        .put("security", new JsonArray("[{\"bearerAuth\":[\"viewer\"]}]"));

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "open", "odd", "other"))))
        .containsExactlyInAnyOrder(
            "open must have either x-mn-role or an empty security",
            "odd must have either x-mn-role or an empty security",
            "other must have the role of x-mn-role in security");
  }

  @Test
  void refusesAnIdThatIsDeclaredTwice() {
    JsonObject document = Documents.small();
    Documents.with(document, "/a", "same", "things");
    Documents.with(document, "/b", "same", "things");

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "same"))))
        .contains("same is declared twice");
  }

  @Test
  void refusesStreamsAndSocketsThatSayWhatTheGatewayCannotDo() {
    JsonObject document = Documents.small();
    JsonArray none = new JsonArray();
    Documents.with(document, "/a", "odd", "things")
        .put("parameters", none)
        .put(
            "x-mn-stream",
            new JsonObject(
                """
                {"cursor":"since","event":{"member":"a","name":"b"},"heartbeat":"pulse",
                 "topic":"odd","colour":"red"}"""));
    Documents.with(document, "/b", "plain", "things");
    socket(document, "/c", "lost", "{\"stream\":\"nowhere\"}");
    socket(document, "/d", "flat", "{\"stream\":\"plain\"}").put("tags", new JsonArray("[\"x\"]"));
    socket(document, "/e", "both", "{\"stream\":\"odd\",\"realtime\":true}");

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "odd", "plain"))))
        .contains(
            "odd: x-mn-stream does not know colour",
            "odd: the cursor of its stream is none of its parameters",
            "odd: event of its stream must have either member or name",
            "odd: the heartbeat of its stream must be a parameter, a number with a default",
            "odd has a topic and must have exactly one path parameter",
            "lost is a socket and must have the parameter token",
            "lost must have the parameter batch, a boolean with a default",
            "lost follows nowhere, which is no stream",
            "flat follows plain, which is no stream",
            "flat is a socket and must have the tag gateway",
            "both must be a socket of a stream or of realtime",
            "both must have exactly one 101 response");
  }

  private static JsonObject socket(JsonObject document, String path, String id, String spec) {
    return Documents.with(document, path, id, "gateway").put("x-mn-socket", new JsonObject(spec));
  }

  @Test
  void refusesExtensionsThatTheGatewayDoesNotRead() {
    JsonObject document = Documents.small();
    Documents.with(document, "/a", "odd", "things")
        .put("x-mn-answer", "picture")
        .put("x-mn-shared", true)
        .put("x-mn-timeout", 200)
        .put(
            "parameters",
            new JsonArray("[{\"name\":\"p\",\"in\":\"query\",\"x-mn-slashes\":true}]"));
    Documents.with(document, "/{a}/{b}", "two", "things")
        .put(
            "parameters",
            new JsonArray(
                "[{\"name\":\"a\",\"in\":\"path\",\"x-mn-slashes\":true},"
                    + "{\"name\":\"b\",\"in\":\"path\",\"x-mn-slashes\":true}]"));

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "odd", "two"))))
        .containsExactlyInAnyOrder(
            "odd must have no x-mn-answer but file",
            "odd must not have x-mn-shared: it is for reads that answer JSON",
            "odd must have an x-mn-timeout of 1 to 199",
            "odd must have x-mn-slashes on a path parameter only",
            "two must not have two parameters with x-mn-slashes");
  }
}

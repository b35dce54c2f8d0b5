package io.mirrorneuron.gateway;

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
        .put("202", new JsonObject());

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

    assertThat(ContractCheck.faults(document, List.of(new Area("things", "open", "odd"))))
        .containsExactlyInAnyOrder(
            "open must have either x-mn-role or an empty security",
            "odd must have either x-mn-role or an empty security");
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
  void refusesExtensionsThatTheGatewayDoesNotRead() {
    JsonObject document = Documents.small();
    Documents.with(document, "/a", "odd", "things")
        .put("x-mn-answer", "picture")
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
            "odd must have x-mn-slashes on a path parameter only",
            "two must not have two parameters with x-mn-slashes");
  }
}

package io.mirrorneuron.store.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import org.junit.jupiter.api.Test;

class BundleRequestTest {
  private static final String REPORT =
      "{ \"name\": \"report\",  \"inputs\": {\"city\": \"Rome\"}, \"steps\": [] }";

  /** What a request would submit. */
  private static String submitted(ObjectNode request) {
    BundleRequest sent = LenientJson.read(request, BundleRequest.class);
    return sent.submission(null, null, null).manifestJson();
  }

  private static ObjectNode city(ObjectNode request, String input) {
    request.putObject("inputs").put(input, "Oslo");
    return request;
  }

  private static ObjectNode asText() {
    return Json.object().put("manifest_json", REPORT);
  }

  private static ObjectNode asTree() {
    return Json.object().set("manifest", Json.parseObject(REPORT, "manifest"));
  }

  private static void assertOslo(ObjectNode request) {
    ObjectNode filled = Json.parseObject(submitted(city(request, "city")), "manifest");
    assertThat(filled.at("/inputs/city/value").asText()).isEqualTo("Oslo");
    assertThat(filled.at("/inputs/city/default").asText()).isEqualTo("Rome");
  }

  @Test
  void inputsAreValuesOfWhatTheManifestDeclares() {
    assertOslo(asText());
    assertOslo(asTree());
  }

  @Test
  void anInputMayBeNull() {
    ObjectNode request = asText();
    request.putObject("inputs").putNull("city");

    ObjectNode filled = Json.parseObject(submitted(request), "manifest");

    assertThat(filled.at("/inputs/city").has("value")).isTrue();
    assertThat(filled.at("/inputs/city/value").isNull()).isTrue();
  }

  @Test
  void withoutInputsTheTextStaysAsItWasSent() {
    assertThat(submitted(asText())).isEqualTo(REPORT);
  }

  @Test
  void anInputThatIsNotDeclaredIsRefused() {
    assertThatThrownBy(() -> submitted(city(asText(), "citty")))
        .isInstanceOf(MnException.class)
        .hasMessage("unknown input citty; did you mean city?");
  }
}

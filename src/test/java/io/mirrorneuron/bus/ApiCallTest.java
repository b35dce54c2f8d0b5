package io.mirrorneuron.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ApiCallTest {
  /** As it is on another node: only the text of the message crosses. */
  private static ApiCall across(ApiCall call) {
    return new ApiCall(new JsonObject(call.json().encode()));
  }

  @Test
  void allThatACallCarriesCrossesTheBus() {
    ApiCall call =
        across(
            new ApiCall()
                .with("job_id", "j")
                .with("limit", 7L)
                .with("timeout", 1.5)
                .with("drain", true)
                .withBody(new JsonObject().put("n", 1))
                .withCaller(new Principal("anna", Role.VIEWER, null))
                .withAccept("text/plain")
                .withWait(Duration.ofMillis(250))
                .withNumber(9)
                .withUpload(new ApiCall.Upload(Path.of("/up/1"), "../x.zip")));

    assertThat(call.text("job_id")).isEqualTo("j");
    assertThat(call.integer("limit")).isEqualTo(7);
    assertThat(call.number("timeout")).isEqualTo(1.5);
    assertThat(call.flag("drain")).isTrue();
    assertThat(call.body().path("n").asInt()).isEqualTo(1);
    assertThat(call.subject()).isEqualTo("anna");
    assertThat(call.role()).isEqualTo(Role.VIEWER);
    assertThat(call.accepts("text/plain")).isTrue();
    assertThat(call.patience()).isEqualTo(Duration.ofMillis(250));
    assertThat(call.number()).isEqualTo(9);
    assertThat(call.upload()).isEqualTo(new ApiCall.Upload(Path.of("/up/1"), "../x.zip"));
  }

  @Test
  void anEmptyCallAsksForNothing() {
    ApiCall call = across(new ApiCall());

    assertThat(call.has("job_id")).isFalse();
    assertThat(call.text("job_id")).isNull();
    assertThat(call.body().isEmpty()).isTrue();
    assertThat(call.subject()).isNull();
    assertThat(call.role()).isNull();
    assertThat(call.accepts("application/json")).isFalse();
    assertThat(call.patience()).isZero();
    assertThat(call.number()).isNull();
  }
}

package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.gateway.call.OperationCheck.ParameterCheck;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.SchemaCheck;
import io.vertx.openapi.contract.Location;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterCheckTest {
  private static final ParameterSource NOTHING = (in, name) -> null;

  private final List<Fault> faults = new ArrayList<>();

  private static ParameterCheck limit(boolean required, Object fallback, String invalid) {
    return new ParameterCheck(
        "limit",
        Location.QUERY,
        required,
        Scalars.INTEGER,
        SchemaCheck.NONE,
        fallback,
        invalid,
        null);
  }

  private static ParameterSource query(String text) {
    return (in, name) -> in == Location.QUERY && name.equals("limit") ? text : null;
  }

  @Test
  void aValueIsDecodedFromItsPlace() {
    assertThat(limit(true, null, null).read(query("12"), faults)).isEqualTo(12L);
    assertThat(faults).isEmpty();
  }

  @Test
  void whatIsAbsentHasItsDefault() {
    assertThat(limit(false, 100, null).read(NOTHING, faults)).isEqualTo(100);
    assertThat(faults).isEmpty();
  }

  @Test
  void whatIsRequiredAndAbsentIsAFault() {
    limit(true, null, null).read(NOTHING, faults);

    assertThat(faults)
        .containsExactly(new Fault("missing", List.of("query", "limit"), "is required", null));
  }

  @Test
  void aBadValueIsAFaultThatNamesWhatWasSent() {
    limit(false, 100, null).read(query("many"), faults);

    assertThat(faults)
        .containsExactly(
            new Fault("int_parsing", List.of("query", "limit"), "must be an integer", "many"));
  }

  @Test
  void someBadValuesHaveASentenceOfTheirOwn() {
    ParameterCheck check = limit(false, 100, "the limit is no number");

    assertThatThrownBy(() -> check.read(query("many"), faults))
        .hasMessage("the limit is no number")
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }
}

package io.mirrorneuron.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.admission.Shortage.Absence;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShortageTest {
  private static Shortage missing(Map<String, Absence> names) {
    return new Shortage(List.of(), names);
  }

  /** It would be refused for good because of a wire that is cut for a moment. */
  @Test
  void whatANodeMayHaveThatIsNotReachedMayBeAskedForAgain() {
    MnException refusal =
        catchThrowableOfType(
            MnException.class,
            () ->
                missing(Map.of("mn@b", Absence.UNREACHED, "mn@c", Absence.UNREACHED))
                    .requireAllAsked("agent work asks for a rack"));

    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refusal.retryAfterMs()).isPositive();
    assertThat(refusal)
        .hasMessage(
            "agent work asks for a rack. It may be at mn@b, mn@c, which this node does not reach"
                + " now");
  }

  @Test
  void oneThatIsDeadMayComeBack() {
    assertThat(missing(Map.of("mn@b", Absence.UNREACHED, "mn@c", Absence.DEAD)).where())
        .isEqualTo(
            "It may be at mn@b, which this node does not reach now, or at mn@c, which is not there"
                + " now");
  }

  @Test
  void whereAllWereAskedTheRefusalIsTheCallers() {
    assertThatCode(() -> missing(Map.of()).requireAllAsked("agent work asks for a rack"))
        .doesNotThrowAnyException();
  }
}

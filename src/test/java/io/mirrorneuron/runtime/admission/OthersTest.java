package io.mirrorneuron.runtime.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OthersTest {
  private static Others others(String... unreached) {
    return new Others(List::of, List::of, () -> List.of(unreached), node -> true);
  }

  /** It would be refused for good because of a wire that is cut for a moment. */
  @Test
  void whatANodeMayHaveThatIsNotReachedMayBeAskedForAgain() {
    MnException refusal =
        catchThrowableOfType(
            MnException.class,
            () -> others("mn@b", "mn@c").requireAllAsked("agent work asks for a rack"));

    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(refusal.retryAfterMs()).isPositive();
    assertThat(refusal)
        .hasMessage(
            "agent work asks for a rack. It may be at mn@b, mn@c, which this node does not reach"
                + " now");
  }

  @Test
  void whereAllWereAskedTheRefusalIsTheCallers() {
    assertThatCode(() -> others().requireAllAsked("agent work asks for a rack"))
        .doesNotThrowAnyException();
  }
}

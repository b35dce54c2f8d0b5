package io.mirrorneuron.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {
  private final CloseStack closing = new CloseStack();
  private final List<String> closed = new ArrayList<>();

  @Test
  void whateverIsThrownEndsAStartAndClosesAllParts() {
    closing.add("first", () -> closed.add("first"));
    closing.add(
        "second",
        () -> {
          throw new AssertionError("a part that is broken");
        });
    closing.add("third", () -> closed.add("third"));

    assertThatThrownBy(() -> closing.orClose(Path.of("home"), CloseStackTest::broken))
        .isInstanceOf(StackOverflowError.class);
    assertThat(closed).containsExactly("third", "first");
  }

  private static String broken() {
    throw new StackOverflowError();
  }

  @Test
  void whatHasStartedStaysOpen() {
    closing.add("part", () -> closed.add("part"));

    assertThat(closing.<String>orClose(Path.of("home"), () -> "up")).isEqualTo("up");
    assertThat(closed).isEmpty();
  }
}

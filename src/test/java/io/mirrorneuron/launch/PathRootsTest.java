package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathRootsTest {
  @TempDir Path folder;

  @Test
  void whatIsNotThereBelowARootIsToldAsMissing() throws Exception {
    Path roots = Files.createDirectories(folder.resolve("roots"));
    Files.createSymbolicLink(folder.resolve("alias"), roots);
    Path file = Files.writeString(roots.resolve("file"), "");
    Files.createSymbolicLink(roots.resolve("loose"), folder.resolve("nowhere"));
    PathRoots allowed = new PathRoots(List.of(roots));
    for (Path missing :
        List.of(
            roots.resolve("nowhere"),
            roots.resolve("no/where"),
            folder.resolve("alias/nowhere"),
            file)) {
      assertThatThrownBy(() -> allowed.require(missing))
          .as("%s", missing)
          .isInstanceOfSatisfying(
              MnException.class,
              refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
                assertThat(refusal.error()).isEqualTo("invalid_blueprint");
              });
    }
    for (Path elsewhere :
        List.of(
            folder.resolve("nowhere"),
            folder.resolve("rootsy"),
            roots.resolve("../nowhere"),
            roots.resolve("no/../../outside"),
            roots.resolve("loose"),
            roots.resolve("loose/below"))) {
      assertThatThrownBy(() -> allowed.require(elsewhere))
          .as("%s", elsewhere)
          .isInstanceOfSatisfying(
              MnException.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }
  }
}

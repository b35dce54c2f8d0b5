package io.mirrorneuron.blueprint.bundle;

import static io.mirrorneuron.blueprint.bundle.BundleFixture.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the layers of a configuration become one. */
class BundleConfigTest {
  @TempDir private Path folder;
  private BundleFixture bundle;

  @BeforeEach
  void make() {
    bundle = new BundleFixture(folder).manifest("{}");
  }

  private BundleConfig config(String request) {
    return BundleConfig.of(bundle.read(), object(request));
  }

  @Test
  void upperLayersCountMemberByMember() {
    bundle.write("config/default.json", "{'a':{'x':1,'y':1,'z':1},'list':[1,2],'b':1,'c':{'d':1}}");
    bundle.write("config/overwrite.json", "{'a':{'y':2,'z':2},'list':[3],'b':{'deep':2}}");

    BundleConfig config = config("{'a':{'z':3},'c':null,'new':{'n':3}}");

    assertThat(config.merged())
        .isEqualTo(
            object("{'a':{'x':1,'y':2,'z':3},'list':[3],'b':{'deep':2},'c':null,'new':{'n':3}}"));
    assertThat(config.files()).doesNotContainKey("new");
    assertThat(config.value("a.y")).isEqualTo(2);
    assertThat(config.value("b.deep.er")).isNull();
    assertThat(config.json()).startsWith("{\"a\":{\"x\":1,");
  }

  @Test
  void withoutFilesThereIsWhatTheRequestSays() {
    assertThat(config("{}").merged()).isEmpty();
    assertThat(config("{'a':1}").merged()).containsExactly(Map.entry("a", 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "config/default.json   | [1]           | blueprint config/default.json must be an object",
        "config/default.json   | {             | blueprint config/default.json is malformed at line 1",
        "config/overwrite.json | {'a':1,'a':2} | blueprint config/overwrite.json is malformed at line 1",
        "config/overwrite.json | ''            | blueprint config/overwrite.json is malformed",
      })
  void aFileThatIsNoObjectIsNamed(String file, String text, String message) {
    bundle.write(file, text);
    assertThatThrownBy(() -> config("{}"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
        .hasMessageStartingWith(message);
  }

  @Test
  void aFolderInThePlaceOfAFileIsNamed() {
    bundle.write("config/default.json/x", "");
    assertThatThrownBy(() -> config("{}")).hasMessageStartingWith("blueprint config/default.json ");
  }

  @Test
  void itsSizeHasALimit() {
    String half = "x".repeat(700_000);
    bundle.write("config/default.json", "{'a':'" + half + "'}");
    assertThat(config("{}").merged()).containsKey("a");
    assertThatThrownBy(() -> config("{'b':'" + half + "'}"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE))
        .hasMessageContaining("at most 1048576");
    bundle.write("config/default.json", "{'a':'" + half + half + "'}");
    assertThatThrownBy(() -> config("{}"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE))
        .hasMessageStartingWith("blueprint config/default.json has more than 1048576 bytes");
  }

  @Test
  void itIsNotNestedWithoutEnd() {
    String deep = "{'a':".repeat(91) + "1" + "}".repeat(91);
    assertThatThrownBy(() -> config(deep)).hasMessageContaining("deeper than 90 levels");
    bundle.write("config/default.json", deep);
    assertThatThrownBy(() -> config("{}"))
        .hasMessage("blueprint config/default.json is nested deeper than 90 levels");
  }
}

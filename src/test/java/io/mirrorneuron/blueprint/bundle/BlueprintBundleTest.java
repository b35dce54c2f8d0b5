package io.mirrorneuron.blueprint.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of a bundle, and what is said of one that cannot be. */
class BlueprintBundleTest {
  private static final Blueprint LISTED =
      Blueprint.ofBundle("listed", Map.of("name", "Listed"), Map.of(), null, null);

  @TempDir private Path home;
  private Path folder;
  private BundleFixture bundle;

  @BeforeEach
  void make() throws IOException {
    folder = Files.createDirectory(home.toRealPath().resolve("my bundle"));
    bundle = new BundleFixture(folder);
  }

  private static void assertRefused(ThrowingCallable reading, ErrorCode code, String message) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(MnException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageStartingWith(message);
  }

  @Test
  void aPathThatLeadsToNoBundleIsRefused() {
    Path nowhere = home.resolve("nowhere");
    assertRefused(
        () -> BlueprintBundle.at(nowhere),
        ErrorCode.MALFORMED,
        "blueprint path is not a directory");
    assertRefused(
        () -> BlueprintBundle.at(folder),
        ErrorCode.MALFORMED,
        "blueprint path must contain manifest.json");
    assertRefused(
        () -> BlueprintBundle.ofCatalog(LISTED, nowhere),
        ErrorCode.INTERNAL,
        "blueprint bundle directory was not found");
    assertRefused(
        () -> BlueprintBundle.ofCatalog(LISTED, folder),
        ErrorCode.INTERNAL,
        "blueprint bundle manifest.json was not found");
    assertRefused(
        () -> BlueprintBundle.uploaded(folder),
        ErrorCode.MALFORMED,
        "bundle zip must contain manifest.json and payloads/");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{      | manifest.json is malformed at line 1, column 2",
        "[]     | manifest.json must be an object",
        "'{\"a\":1,\"a\":2}' | manifest.json is malformed at line 1",
      })
  void aManifestThatCannotBeReadIsRefused(String text, String message) {
    bundle.manifest(text);
    assertRefused(() -> BlueprintBundle.at(folder), ErrorCode.MALFORMED, "blueprint " + message);
    assertRefused(
        () -> BlueprintBundle.ofCatalog(LISTED, folder),
        ErrorCode.INTERNAL,
        "blueprint " + message);
    assertRefused(() -> BlueprintBundle.uploaded(folder), ErrorCode.MALFORMED, "bundle " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'metadata':{'blueprint_id':'a'},'blueprint_id':'b'}             | a",
        "{'identity':{'blueprint_id':'b'},'blueprint_id':'c','id':'d'}    | b",
        "{'blueprint_id':'c','id':'d'}                                    | c",
        "{'id':'d','workflow_id':'e'}                                     | d",
        "{'workflow_id':'e','graph_id':'f','nodes':[]}                    | e",
        "{'graph_id':'f','nodes':[]}                                      | f",
        "{'graph_id':'f','workflow':{}}                                   | my_bundle",
        "{'graph_id':'f','apiVersion':'mn.workflow/v1','workflow':{'workflow_id':'w'}} | w",
        "{'name':'short','steps':[]}                                      | short",
        "{'name':'not short','nodes':[]}                                  | my_bundle",
        "{'id':' ','metadata':[]}                                         | my_bundle",
        "{'id':'ä/b c:d'}                                                 | __b_c_d",
      })
  void itsIdIsTheFirstThatItTells(String manifest, String id) {
    assertThat(bundle.manifest(manifest).read().id()).isEqualTo(id);
  }

  @Test
  void anIdIsCut() {
    bundle.manifest("{'id':'" + "x".repeat(500) + "'}");
    assertThat(bundle.read().id()).hasSize(160);
  }

  @Test
  void itTellsOfItselfWhatACatalogWould() {
    bundle.manifest(
        "{'id':'demo','name':'A demo','description':'Shows it','type':'service',"
            + "'requirements':{'cpu':{'min_cores':2}}}");
    Blueprint at = bundle.read().blueprint();
    assertThat(at.name()).isEqualTo("A demo");
    assertThat(at.description()).isEqualTo("Shows it");
    assertThat(at.type()).isEqualTo("service");
    assertThat(at.category()).isEqualTo("General");
    assertThat(at.categorySlug()).isEqualTo("general");
    assertThat(at.path()).isEqualTo("my bundle");
    assertThat(at.source()).isEqualTo("local_path");
    assertThat(at.localPath()).isEqualTo(folder.toString());
    assertThat(at.requirements()).containsKey("cpu");

    Blueprint uploaded = BlueprintBundle.uploaded(folder).blueprint();
    assertThat(uploaded.source()).isEqualTo("uploaded_bundle");
    assertThat(uploaded.localPath()).as("nobody has to know where it is").isNull();

    assertThat(Json.write(LISTED)).doesNotContain("\"source\"", "local_path");
    assertThat(BlueprintBundle.ofCatalog(LISTED, folder).blueprint()).isSameAs(LISTED);
  }

  @Test
  void manifestsMayBeYaml() {
    bundle.write("manifest.yaml", "name: short\nsteps: []\n");
    assertThat(bundle.read().id()).isEqualTo("short");
  }

  @Test
  void aScenarioIsRead() {
    bundle.manifest("{}");
    assertThat(bundle.read().scenario()).isEmpty();
    bundle.write("scenario.json", "{'day':1}");
    assertThat(bundle.read().scenario()).contains(Map.of("day", 1));
    bundle.write("scenario.json", "[1]");
    assertRefused(
        () -> bundle.read().scenario(),
        ErrorCode.MALFORMED,
        "blueprint scenario.json must be an object");
  }

  @Test
  void noLinkIsFollowedOutOfIt(@TempDir Path elsewhere) throws IOException {
    Files.writeString(elsewhere.resolve("secret.json"), "{\"id\":\"secret\"}");
    Files.createSymbolicLink(folder.resolve("manifest.json"), elsewhere.resolve("secret.json"));
    assertRefused(
        bundle::read,
        ErrorCode.MALFORMED,
        "blueprint manifest.json is a link that leads out of it");

    Files.delete(folder.resolve("manifest.json"));
    bundle.manifest("{}");
    Files.createSymbolicLink(folder.resolve("payloads"), elsewhere);
    assertRefused(
        bundle::read, ErrorCode.MALFORMED, "blueprint payloads is a link that leads out of it");

    Files.delete(folder.resolve("payloads"));
    bundle.write("config/own.json", "{'a':1}");
    Files.createSymbolicLink(
        folder.resolve("config/overwrite.json"), elsewhere.resolve("secret.json"));
    assertRefused(
        () -> BundleConfig.of(bundle.read(), Map.of()),
        ErrorCode.MALFORMED,
        "blueprint config/overwrite.json");
    Files.createSymbolicLink(folder.resolve("config/default.json"), Path.of("own.json"));
    Files.delete(folder.resolve("config/overwrite.json"));
    assertThat(BundleConfig.of(bundle.read(), Map.of()).merged()).containsEntry("a", 1);
  }
}

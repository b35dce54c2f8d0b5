package io.mirrorneuron.runtime.exec.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.testing.PreparedBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a folder is that a manifest brings along. */
class FolderClaimsTest {
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

  @TempDir Path shared;
  private FolderClaims claims;
  private PreparedBundle bundle;

  @BeforeEach
  void make() {
    claims = folders().claims();
    bundle = PreparedBundle.of(shared, "run", "true");
  }

  private SubmissionFolders folders() {
    return new SubmissionFolders(shared.resolve("submissions"), RunPlaces.NONE);
  }

  private Workflow workflow() {
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(bundle.json());
  }

  private List<String> holders() throws IOException {
    return claims.held(LATER).stream().flatMap(held -> held.by().stream()).sorted().toList();
  }

  @Test
  void theFirstHasIt() throws IOException {
    assertThat(claims.strange(workflow())).isEmpty();
    claims.claim("first", workflow());
    claims.claim("second", workflow());
    claims.made("first");
    claims.made("second");
    folders().claims().claim("third", workflow()); // another server

    assertThat(holders()).containsExactly("first");
    assertThat(claims.strange(workflow())).hasValue(bundle.folder().toString());
  }

  @Test
  void ofManyAtOnceOneHasIt() throws IOException {
    Workflow workflow = workflow();
    List<String> all = IntStream.range(0, 50).mapToObj(i -> "job-" + i).toList();
    all.parallelStream().forEach(job -> folders().claims().claim(job, workflow));

    assertThat(holders()).hasSize(1).isSubsetOf(all);
  }

  @Test
  void onlyWhoHasItLendsIt() throws IOException {
    claims.claim("owner", workflow());
    claims.made("owner");
    claims.lend("stranger", "friend", workflow());
    assertThat(holders()).containsExactly("owner");

    claims.lend("owner", "child", workflow());
    claims.lend("child", "grandchild", workflow());

    assertThat(holders()).containsExactly("child", "grandchild", "owner");
  }

  @Test
  void whatIsReleasedIsFree() throws IOException {
    claims.claim("failed", workflow());
    claims.release("another", workflow());
    claims.release("failed", workflow());

    assertThat(holders()).isEmpty();
    assertThat(bundle.folder()).isDirectory();
    claims.claim("next", workflow());
    claims.made("next");
    assertThat(holders()).containsExactly("next");
  }

  @Test
  void aFolderIsRemovedAsItWasFoundOnly() throws IOException {
    claims.claim("owner", workflow());
    assertThat(claims.held(LATER)).as("it may not be in the store yet").isEmpty();
    claims.made("owner");
    assertThat(claims.held(Instant.EPOCH)).as("it has come since").isEmpty();
    FolderClaims.Held held = claims.held(LATER).getFirst();
    claims.lend("owner", "late", workflow());

    claims.remove(held);
    assertThat(bundle.folder()).isDirectory();
    assertThat(holders()).containsExactly("late", "owner");

    claims.remove(claims.held(LATER).getFirst());
    assertThat(bundle.folder()).doesNotExist();
    assertThat(claims.held(LATER)).isEmpty();
  }

  /** With another path, as a stranger may write it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc",
        "%s/..",
        "%s/../../..",
        "%s/inputs",
        "%s-more",
        "%s/../.held",
        "relative",
        "~/shared",
        "\0",
        " "
      })
  void aPathThatIsNotThatOfTheFolderIsNotFollowed(String path) throws IOException {
    String written = path.formatted(bundle.folder());
    bundle
        .manifest()
        .withObject("/metadata/mn_storage")
        .put("submission_path", written)
        .put("host_submission_path", written);
    if (written.isBlank()) {
      bundle.manifest().withObject("/metadata/mn_storage").put("submission_id", "../..");
    }

    claims.claim("job", workflow());
    claims.made("job");

    assertThat(claims.strange(workflow())).isPresent();
    assertThat(holders()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "", ".held", "a/b", "../run", "a\0b", "-x"})
  void anIdThatIsNoNameIsNotFollowed(String id) throws IOException {
    bundle
        .manifest()
        .withObject("/metadata/mn_storage")
        .put("submission_id", id)
        .put("submission_path", shared.resolve("submissions") + "/" + id)
        .put("host_submission_path", shared.resolve("submissions") + "/" + id);

    claims.claim("job", workflow());
    claims.made("job");

    assertThat(holders()).isEmpty();
  }

  /** As where the original's runtime is in a container that has the folder at another place. */
  @Test
  void theHostsPathCountsToo() throws IOException {
    bundle.manifest().withObject("/metadata/mn_storage").put("submission_path", "/opt/shared/x");

    claims.claim("job", workflow());
    claims.made("job");

    assertThat(holders()).containsExactly("job");
  }

  @Test
  void aRootBehindALinkIsTheSame(@TempDir Path elsewhere) throws IOException {
    Path link = Files.createSymbolicLink(elsewhere.resolve("link"), shared);
    FolderClaims linked =
        new SubmissionFolders(link.resolve("submissions"), RunPlaces.NONE).claims();

    assertThat(linked.strange(workflow())).isEmpty();
  }
}

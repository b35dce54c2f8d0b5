package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.e2e.LaunchClient.From;
import io.mirrorneuron.e2e.LaunchClient.Wish;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What launches leave in a home when all their jobs have ended: of each its record, its run and the
 * folders that its job has, and no more.
 */
record LaunchLeftovers(Path home) {

  /**
   * @param handles of uploads that were answered; they wait for a day, launched or not, and so do
   *     those whose answers were lost
   */
  void requireOnly(List<Wish> wishes, Collection<String> jobs, Collection<String> handles) {
    assertThat(names("launches"))
        .containsExactlyInAnyOrderElementsOf(
            wishes.stream().map(wish -> "launch-" + wish.progress()).toList());
    for (Wish wish : wishes) {
      assertThat(names("launches/launch-" + wish.progress())).containsExactly("launch.json");
    }
    Set<String> runs = names("runs");
    runs.remove(".lock"); // of all runs
    assertThat(runs).containsExactlyInAnyOrderElementsOf(wishes.stream().map(Wish::run).toList());
    assertThat(names("uploads")).containsExactly("bundles");
    assertThat(names("uploads/bundles")).containsAll(handles);
    for (String handle : names("uploads/bundles")) {
      assertThat(names("uploads/bundles/" + handle)).containsExactly("manifest.json", "payloads");
      assertThat(names("uploads/bundles/" + handle + "/payloads")).containsExactly("said.json");
    }
    assertThat(names("bundles")).allMatch(name -> name.matches("[0-9a-f]{64}"));
    long own = wishes.stream().filter(wish -> wish.from() != From.CATALOG).count();
    assertThat(names("bundles")).hasSize((int) own + 1); // and the one of the catalog
    assertThat(names("shared/submissions/.held")).hasSameSizeAs(jobs);
    Set<String> submissions = names("shared/submissions");
    submissions.remove(".held");
    assertThat(submissions.stream().map(this::owner).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(jobs);
  }

  private String owner(String submission) {
    Path note = home.resolve("shared/submissions/.held").resolve(submission);
    try {
      return Files.readSymbolicLink(note).toString();
    } catch (IOException e) {
      return "nobody has " + submission;
    }
  }

  private Set<String> names(String folder) {
    try (Stream<Path> all = Files.list(home.resolve(folder))) {
      return all.map(each -> each.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

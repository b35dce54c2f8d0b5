package io.mirrorneuron.store.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.bundle.BundleIndex.Place;
import io.mirrorneuron.testing.InMemoryBundleIndex;
import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with folders of their own before one index. */
class SharedBundlesTest {
  private static final long MAX = 1 << 22;

  @TempDir Path folder;
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-06-20T10:00:00Z"));
  private final AtomicInteger names = new AtomicInteger();

  /** How often the first part of a bundle was read. */
  private final AtomicInteger reads = new AtomicInteger();

  private final BundleIndex index =
      new InMemoryBundleIndex(clock) {
        @Override
        public synchronized byte[] read(String name, int number) {
          reads.addAndGet(number == 0 ? 1 : 0);
          return super.read(name, number);
        }
      };

  private SharedBundles node(String name, long max, Path shared) {
    return new SharedBundles(
        new FileBundleStore(folder.resolve(name), clock),
        index,
        new BundleSettings(max, 4 * MAX, shared),
        name + "@test",
        () -> "n" + names.incrementAndGet());
  }

  private SharedBundles node(String name) {
    return node(name, MAX, null);
  }

  private static Payloads large() {
    byte[] bytes = new byte[2_100_001]; // three parts
    new Random(7).nextBytes(bytes);
    return new Payloads.Inline(
        Map.of("a/ü", bytes, "b", new byte[0], "run", "#!/bin/sh\n".getBytes()), Set.of("run"));
  }

  @Test
  void theSameFilesArriveElsewhereWithTheirModes() throws IOException {
    String bundle = node("a").put(large());
    SharedBundles other = node("b");

    assertThat(other.fetch(bundle)).isEmpty();

    Path files = other.payloads(bundle);
    assertThat(other.fingerprint(new Payloads.Folder(files))).isEqualTo(bundle);
    assertThat(files.resolve("run")).isExecutable();
    assertThat(Files.isExecutable(files.resolve("b"))).isFalse();
    assertThat(Files.size(files.resolve("a/ü"))).isEqualTo(2_100_001);
  }

  @Test
  void whoNeedsItAtTheSameTimeBringsItOnce() {
    String bundle = node("a").put(large());
    SharedBundles other = node("b");

    List<CompletableFuture<Optional<String>>> all =
        IntStream.range(0, 50)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> other.fetch(bundle), Thread::startVirtualThread))
            .toList();

    assertThat(all).allSatisfy(one -> assertThat(one.join()).isEmpty());
    assertThat(reads).hasValue(1);
  }

  /** As after a power cut: the name is there, a part of the content is not. */
  @Test
  void aDamagedFolderIsNoticedAtTheNextStartAndBroughtAnew() throws IOException {
    SharedBundles before = node("a");
    String bundle = before.put(large());
    Path file = before.payloads(bundle).resolve("a/ü");
    Files.write(file, new byte[10]);

    SharedBundles after = node("a");
    assertThat(after.fetch(bundle)).isEmpty();
    assertThat(Files.size(file)).isEqualTo(2_100_001);
    assertThat(reads).hasValue(1);
  }

  @Test
  void aDamagedFolderIsReplacedByTheNextSubmission() throws IOException {
    SharedBundles before = node("a", 0, null);
    String bundle = before.put(large());
    Path file = before.payloads(bundle).resolve("a/ü");
    Files.write(file, new byte[10]);

    assertThat(node("a", 0, null).put(large())).isEqualTo(bundle);
    assertThat(Files.size(file)).isEqualTo(2_100_001);
  }

  @Test
  void bytesThatDoNotFitTheirFingerprintAreRefused() {
    SharedBundles first = node("a");
    String bundle = first.put(large());
    String name = index.find(bundle).orElseThrow().name();
    index.write(name, 1, new byte[1 << 20]);
    SharedBundles other = node("b");

    assertThat(other.fetch(bundle)).get().asString().contains(bundle, "fingerprint");
    assertThat(folder.resolve("b")).isEmptyDirectory();
  }

  @Test
  void aFolderThatAnOlderBuildHasNamedTravelsToo() throws Exception {
    byte[] content = "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(("run\0" + content.length + '\0').getBytes(StandardCharsets.UTF_8));
    String bundle = HexFormat.of().formatHex(digest.digest(content));
    SharedBundles first = node("a");
    Path file = first.payloads(bundle).resolve("run");
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    assertThat(file.toFile().setExecutable(true)).isTrue();

    SharedTidying tidying = first.tidying();
    tidying.share(tidying.unshared(), Set.of(bundle));

    SharedBundles other = node("b");
    assertThat(other.fetch(bundle)).isEmpty();
    assertThat(other.payloads(bundle).resolve("run")).isExecutable();
  }

  @Test
  void whatIsTooLargeStaysWithItsNodesAndSaysSo() {
    String bundle = node("a", 0, null).put(large());
    node("c", 0, null).put(large());
    assertThat(node("b").fetch(bundle))
        .get()
        .asString()
        .contains(bundle, "on node a@test and c@test alone", BundleSettings.MAX);
    assertThat(node("a", 0, null).fetch(bundle)).isEmpty();
  }

  @Test
  void whatNoNodeHasToldOfIsMissing() {
    String unknown = "0".repeat(64);
    assertThat(node("a").fetch(unknown)).get().asString().contains(unknown, "not in the store");
  }

  @Test
  void theFolderTakesWhatIsTooLargeAndWhatFindsNoRoom() throws IOException {
    Path shared = Files.createDirectories(folder.resolve("shared"));
    String bundle = node("a", 0, shared).put(large());
    assertThat(index.find(bundle).orElseThrow().place()).isEqualTo(Place.FOLDER);
    index.reserve("other", 4 * MAX, 4 * MAX);
    String second = node("a", MAX, shared).put(new Payloads.Inline(Map.of("x", new byte[1])));
    assertThat(index.find(second).orElseThrow().place()).isEqualTo(Place.FOLDER);

    assertThat(node("b", 0, shared).fetch(bundle)).isEmpty();
    assertThat(node("c").fetch(bundle)).get().asString().contains(BundleSettings.FOLDER);
  }

  @Test
  void whatFindsNoRoomAnywhereIsRefused() {
    index.reserve("other", 4 * MAX, 4 * MAX);
    assertThatThrownBy(() -> node("a").put(large()))
        .isInstanceOfSatisfying(MnException.class, e -> assertThat(e.isStorageFull()).isTrue())
        .hasMessageContaining(BundleSettings.BUDGET);
  }

  @Test
  void whatFindsNoRoomLaterIsKnownToBeOnItsNode() {
    SharedBundles node = node("a", 0, null);
    String bundle = node.put(large());
    clock.turn(Duration.ofHours(2));
    SharedTidying tidying = node("a").tidying(); // started with room in Redis
    tidying.remove(tidying.unusedFor(Duration.ofHours(1)), Set.of());
    index.reserve("other", 4 * MAX, 4 * MAX);

    tidying.share(tidying.unshared(), Set.of(bundle));

    assertThat(node("b").fetch(bundle)).get().asString().contains("on node a@test alone");
  }

  @Test
  void whatNoJobHasGoesFromAllPlacesAndNothingElse() throws IOException {
    Path shared = Files.createDirectories(folder.resolve("shared"));
    SharedBundles node = node("a", 10, shared);
    String inFolder = node.put(large());
    String small = node.put(new Payloads.Inline(Map.of("x", new byte[1])));
    String used = node.put(new Payloads.Inline(Map.of("y", new byte[1])));
    clock.turn(Duration.ofHours(1));

    SharedTidying tidying = node("b", 0, shared).tidying(); // by another node
    tidying.remove(tidying.unusedFor(Duration.ofMinutes(1)), Set.of(used));

    assertThat(index.find(inFolder)).isEmpty();
    assertThat(index.find(small)).isEmpty();
    assertThat(index.find(used)).isPresent();
    assertThat(shared).isEmptyDirectory();
  }

  @Test
  void whatADeadServerLeftInTheFolderGoes() throws IOException {
    Path shared = Files.createDirectories(folder.resolve("shared"));
    SharedBundles node = node("a", 0, shared);
    String bundle = node.put(large());
    String own = index.find(bundle).orElseThrow().name();
    Files.createFile(shared.resolve(".arriving-" + bundle + "-n9"));
    Files.createFile(shared.resolve(bundle + "-n8"));
    Files.createFile(shared.resolve("of somebody else"));
    try (Stream<Path> all = Files.list(shared)) {
      for (Path file : all.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      }
    }

    node.tidying().removeLeftovers(clock.instant());

    try (Stream<Path> left = Files.list(shared)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(own, "of somebody else");
    }
  }

  @Test
  void filesThatChangeWhileTheyAreCopiedAreNotStoredUnderAWrongName() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.write(source.resolve("f"), new byte[] {1});
    BundleFiles files = BundleFiles.of(new Payloads.Folder(source));
    String before = files.fingerprint();
    Files.write(source.resolve("f"), new byte[] {2});

    Path copy = Files.createDirectories(folder.resolve("copy"));
    assertThat(files.copyTo(copy)).isNotEqualTo(before).isEqualTo(files.fingerprint());
  }
}

package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.store.bundle.BundleStore.BundleHold;
import io.mirrorneuron.testing.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleStagingTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;
  private final AtomicInteger ids = new AtomicInteger();
  private UploadQuota quota = UploadQuota.unlimited();

  @Test
  void aBundleIsOpenedByItsHandle() throws IOException {
    BundleStaging.Bundle staged = staging().unpack(zip(Zips.bundle("{\"graph_id\":\"g\"}")));
    BundleStaging.Bundle opened = staging().open(staged.handle());

    assertThat(opened.manifest().tree().path("graph_id").asText()).isEqualTo("g");
    assertThat(Files.readString(opened.payloads().resolve("a.txt"))).isEqualTo("a");
  }

  @Test
  void bundlesOlderThanADayAreSwept() throws IOException {
    BundleStaging staging = staging();
    String old = staging.unpack(zip(Zips.bundle("{}"))).handle();
    String young = staging.unpack(zip(Zips.bundle("{}"))).handle();
    age(old, Duration.ofHours(25));
    age(young, Duration.ofHours(23));

    staging.sweep();

    assertThat(folder.resolve("staged").resolve(old)).doesNotExist();
    assertThat(folder.resolve("staged").resolve(young)).exists();
  }

  @Test
  void aBundleKeepsAllThatWasInItsZip() throws IOException {
    Zips zip =
        new Zips()
            .file("top/manifest.json", "{}")
            .file("top/payloads/a.txt", "a")
            .file("top/config/default.json", "{\"a\":1}")
            .file("top/scenario.json", "{\"b\":2}")
            .file("top/scripts/pre-launch.sh", "#!/bin/sh\n");

    BundleStaging.Bundle staged = staging().unpack(zip(zip));

    assertThat(staged.folder().getFileName()).hasToString("top");
    assertThat(staged.folder().resolve("config/default.json")).hasContent("{\"a\":1}");
    assertThat(staged.folder().resolve("scenario.json")).hasContent("{\"b\":2}");
    assertThat(staged.folder().resolve("scripts/pre-launch.sh")).isExecutable();
  }

  @Test
  void whatTheFinderOfMacOsAddsIsLeftOut() throws IOException {
    Zips zip =
        new Zips()
            .file(".DS_Store", "x")
            .file("plain/manifest.json", "{}")
            .file("plain/payloads/.DS_Store", "x")
            .file("plain/payloads/s.sh", "true")
            .file("__MACOSX/plain/._manifest.json", "x");

    BundleStaging.Bundle staged = staging().unpack(zip(zip));

    assertThat(staged.folder().getFileName()).hasToString("plain");
    assertThat(staged.payloads()).isDirectoryContaining("glob:**s.sh");
    assertThat(staged.payloads().resolve(".DS_Store")).doesNotExist();
    assertThat(staged.folder().resolveSibling("__MACOSX")).doesNotExist();
  }

  @Test
  void aBundleThatIsHeldStays() throws IOException {
    BundleStaging staging = staging();
    String bundle = staging.unpack(zip(Zips.bundle("{}"))).handle();
    BundleHold first = staging.hold(bundle);
    BundleHold second = staging.hold(bundle);
    age(bundle, Duration.ofHours(25));
    staging.sweep();
    assertThat(staging().open(bundle)).as("others find it young").isNotNull();

    first.close();
    first.close();
    age(bundle, Duration.ofHours(25));
    staging.sweep();
    assertThat(staged()).as("the second holds it").containsExactly(bundle);

    age(bundle, Duration.ofHours(25));
    second.close();
    staging.sweep();
    assertThat(staged()).as("a day from now").containsExactly(bundle);
    age(bundle, Duration.ofHours(25));
    staging.sweep();
    assertThat(staged()).isEmpty();
    assertThatThrownBy(() -> staging.hold(bundle)).hasMessage("unknown uploaded bundle");
  }

  @Test
  void theSettingSaysHowLongOneStays() throws IOException {
    quota = new UploadQuota(10, Long.MAX_VALUE, Duration.ofHours(2));
    BundleStaging staging = staging();
    String young = staging.unpack(zip(Zips.bundle("{}"))).handle();
    String old = staging.unpack(zip(Zips.bundle("{}"))).handle();
    age(young, Duration.ofMinutes(119));
    age(old, Duration.ofMinutes(121));

    staging.sweep();
    assertThat(staged()).containsExactly(young);
  }

  /** Who launches more than the quota has places for need not wait for a day. */
  @Test
  void whatWasSubmittedMakesRoomWhereItIsNeeded() throws IOException {
    quota = new UploadQuota(2, Long.MAX_VALUE);
    BundleStaging staging = staging();
    String submitted = staging.unpack(zip(Zips.bundle("{}"))).handle();
    String waits = staging.unpack(zip(Zips.bundle("{}"))).handle();
    assertThat(staging.using(submitted, () -> "job")).isEqualTo("job");
    staging.sweep();
    assertThat(staging.open(submitted)).as("there is room enough").isNotNull();

    String third = staging.unpack(zip(Zips.bundle("{}"))).handle();
    assertThat(staged()).containsExactlyInAnyOrder(waits, third);
    Path fourth = zip(Zips.bundle("{}"));
    assertFull(() -> staging.unpack(fourth), "uploads.max_count");
    assertThatThrownBy(
            () ->
                staging.using(
                    waits,
                    () -> {
                      throw MnException.invalid("refused");
                    }))
        .hasMessage("refused");
    assertFull(() -> staging.unpack(fourth), "uploads.max_count");
    try (BundleHold launch = staging.hold(third)) {
      launch.used();
      assertFull(() -> staging.unpack(fourth), "uploads.max_count");
    }
    assertThat(staging.unpack(fourth).handle()).isNotNull();
    assertThat(staged()).hasSize(2).contains(waits).doesNotContain(third);
  }

  @Test
  void aRefusedZipLeavesNothingBehind() throws IOException {
    Path zip = zip(Zips.bundle("{}").file("payloads/z", new byte[3 << 20]));

    assertThatThrownBy(() -> staging().unpack(zip)).hasMessageContaining("200 times its size");
    try (var left = Files.list(folder.resolve("staged"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aZipWithDamagedContentIsRefused() throws IOException {
    byte[] damaged = Zips.bundle("{}").file("payloads/b.sh", "echo b").damaged("payloads/b.sh");
    Path zip = Files.write(folder.resolve("damaged"), damaged);

    assertRefused(
        zip, "invalid zip bundle: the content of payloads/b.sh is damaged, its CRC does not match");
  }

  @Test
  void aRefusedZipIsToldWhichEntryItIsAndWhy() throws IOException {
    assertRefused(
        zip(Zips.bundle("{}").link("payloads/l", "/etc/passwd")),
        "bundle contains unsafe paths: payloads/l is a link");
    assertRefused(
        zip(Zips.bundle("{}").pipe("payloads/p")),
        "bundle contains unsafe paths: payloads/p is neither a file nor a folder");
    assertRefused(
        zip(Zips.bundle("{}").file("payloads/../../x", "")),
        "bundle contains unsafe paths: payloads/../../x leads out of its folder with '..'");
    assertRefused(
        zip(Zips.bundle("{}").file("payloads/a\\b", "")),
        "bundle contains unsafe paths: payloads/a\\b has a backslash in its name");
    assertRefused(
        zip(Zips.bundle("{}").link("payloads/a\nmn: all is well", "x")),
        "bundle contains unsafe paths: payloads/a?mn: all is well is a link");
    assertRefused(
        zip(Zips.bundle("{}").file("payloads/a.txt", "b")),
        "bundle contains duplicate entries: payloads/a.txt is there twice");
    for (Zips zip :
        List.of(
            Zips.bundle("{}").file("payloads/n", "").file("payloads/n/m/x", ""),
            Zips.bundle("{}").file("payloads/n/m/x", "").file("payloads/n", ""),
            Zips.bundle("{}").file("payloads/n", "").file("payloads/n/", ""))) {
      assertThatThrownBy(() -> staging().unpack(zip(zip)))
          .hasMessageMatching(
              "bundle contains duplicate entries: payloads/n/? is there as a file and as a folder");
    }
  }

  @Test
  void aZipThatIsNoBundleIsToldWhatItLacks() throws IOException {
    String says = "bundle zip must contain manifest.json (or manifest.yaml) and payloads/: ";
    assertRefused(
        zip(new Zips().file("top/manifest.json", "{}")),
        says + "there is no payloads/ beside the manifest");
    assertRefused(
        zip(new Zips().file("payloads/a.txt", "a")),
        says + "there is no manifest beside payloads/");
    assertRefused(
        zip(new Zips().file("a/manifest.json", "{}").file("b/payloads/a.txt", "a")),
        says + "neither is at its root or in the only folder there");
    assertRefused(
        zip(Zips.bundle("{}").file("manifest.yaml", "a: 1")),
        "bundle manifest.json and manifest.yaml are both there: keep one of them");
  }

  private void assertRefused(Path zip, String message) throws IOException {
    assertThatThrownBy(() -> staging().unpack(zip))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
        .hasMessage(message);
    assertThat(staged()).isEmpty();
  }

  /** Nobody was told its handle. */
  @Test
  void whatAKilledServerHasUnpackedInPartIsSwept() throws IOException {
    Path part = folder.resolve("staged/arriving-bundle-12345678/payloads");
    Files.createDirectories(part);
    Files.writeString(part.resolve("a.txt"), "a");
    assertThatThrownBy(() -> staging().open("arriving-bundle-12345678"))
        .hasMessage("unknown uploaded bundle");

    staging().sweep();

    assertThat(staged()).isEmpty();
  }

  @Test
  void noMoreBundlesAreTakenThanTheQuotaHasPlacesFor() throws IOException {
    quota = new UploadQuota(2, Long.MAX_VALUE);
    BundleStaging staging = staging();
    String first = staging.unpack(zip(Zips.bundle("{}"))).handle();
    String second = staging.unpack(zip(Zips.bundle("{}"))).handle();
    Path third = zip(Zips.bundle("{}"));

    assertFull(() -> staging.unpack(third), "uploads.max_count");
    assertThat(staged()).containsExactlyInAnyOrder(first, second);

    age(first, Duration.ofHours(25));
    assertThat(staging.unpack(third).handle()).as("what is too old goes first").isNotNull();
    assertThat(staged()).hasSize(2).contains(second);
  }

  @Test
  void noMoreBytesAreWrittenThanTheQuotaHasRoomFor() throws IOException {
    quota = new UploadQuota(100, 1 << 20);
    BundleStaging staging = staging();
    Path large = zip(Zips.bundle("{}").file("payloads/z", new byte[600_000]));
    String first = staging.unpack(large).handle();

    assertFull(() -> staging.unpack(large), "uploads.max_bytes");
    assertThat(staged()).containsExactly(first);
    assertThat(staging.unpack(zip(Zips.bundle("{}"))).handle()).as("a small one").isNotNull();

    age(first, Duration.ofHours(25));
    assertThat(staging.unpack(large).handle()).isNotNull();
  }

  @Test
  void emptyFilesTakeRoomToo() throws IOException {
    quota = new UploadQuota(100, 1 << 20);
    Zips many = Zips.bundle("{}");
    for (int i = 0; i < 300; i++) {
      many.file("payloads/" + i, new byte[0]);
    }
    Path zip = zip(many);

    assertFull(() -> staging().unpack(zip), "uploads.max_bytes");
    assertThat(staged()).isEmpty();
  }

  @Test
  void uploadsThatComeTogetherDoNotPassTogether() throws Exception {
    quota = new UploadQuota(100, 2_000_000);
    BundleStaging staging = staging();
    Path large = zip(Zips.bundle("{}").file("payloads/z", new byte[600_000]));
    AtomicInteger taken = new AtomicInteger();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 40; i++) {
        threads.submit(
            () -> {
              staging.unpack(large);
              return taken.incrementAndGet();
            });
      }
    }
    assertThat(taken.get()).isBetween(1, 3);
    assertThat(staged()).hasSize(taken.get());
    quota.take(2_000_000 - taken.get() * (600_000L + 3 + 3 * 4096)); // all else was given back
  }

  @Test
  void whatWasThereBeforeCounts() throws IOException {
    staging().unpack(zip(Zips.bundle("{}").file("payloads/z", new byte[600_000])));
    quota = new UploadQuota(100, 1 << 20);
    BundleStaging next = staging();
    next.sweep();

    Path large = zip(Zips.bundle("{}").file("payloads/z", new byte[600_000]));
    assertFull(() -> next.unpack(large), "uploads.max_bytes");
  }

  @Test
  void namesThatAreTooLongAreTheSendersFault() throws IOException {
    for (String name :
        List.of(
            "payloads/" + "n".repeat(256),
            "payloads/" + "\u00e4".repeat(128),
            "payloads/" + "n".repeat(300) + "/x",
            "payloads/" + "d/".repeat(1100) + "x",
            "payloads/" + ("d".repeat(250) + "/").repeat(20) + "x")) {
      Path zip = zip(Zips.bundle("{}").file(name, new byte[1]));
      assertThatThrownBy(() -> staging().unpack(zip))
          .isInstanceOfSatisfying(
              MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
          .hasMessageContaining("bytes");
    }
    assertThat(staged()).isEmpty();
    Path fits =
        zip(Zips.bundle("{}").file("payloads/" + "d/".repeat(200) + "n".repeat(255), new byte[1]));
    assertThat(staging().unpack(fits).handle()).isNotNull();
  }

  private static void assertFull(ThrowingCallable unpacking, String setting) {
    assertThatThrownBy(unpacking)
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.EXHAUSTED);
              assertThat(e.retryAfterMs()).isPositive();
            })
        .hasMessageContaining(setting);
  }

  private List<String> staged() throws IOException {
    try (var left = Files.list(folder.resolve("staged"))) {
      return left.map(path -> path.getFileName().toString()).toList();
    }
  }

  private BundleStaging staging() {
    return new BundleStaging(
        folder.resolve("staged"),
        BundleUnpacker.Limits.DEFAULT,
        Clock.fixed(NOW, ZoneOffset.UTC),
        () -> "0000000" + ids.incrementAndGet(),
        quota);
  }

  private void age(String handle, Duration age) throws IOException {
    Files.setLastModifiedTime(
        folder.resolve("staged").resolve(handle), FileTime.from(NOW.minus(age)));
  }

  private Path zip(Zips zip) throws IOException {
    return Files.write(folder.resolve("upload-" + ids.incrementAndGet()), zip.bytes());
  }
}

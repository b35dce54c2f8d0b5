package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.testing.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleStagingTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;
  private final AtomicInteger ids = new AtomicInteger();

  @Test
  void aBundleIsOpenedByItsHandle() throws IOException {
    BundleStaging.Bundle staged = staging().unpack(zip(Zips.bundle("{\"graph_id\":\"g\"}")));
    BundleStaging.Bundle opened = staging().open(staged.handle());

    assertThat(opened.manifest().path("graph_id").asText()).isEqualTo("g");
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
  void aRefusedZipLeavesNothingBehind() throws IOException {
    Path zip = zip(Zips.bundle("{}").file("payloads/z", new byte[3 << 20]));

    assertThatThrownBy(() -> staging().unpack(zip)).hasMessageContaining("200 times its size");
    try (var left = Files.list(folder.resolve("staged"))) {
      assertThat(left).isEmpty();
    }
  }

  private BundleStaging staging() {
    return new BundleStaging(
        folder.resolve("staged"),
        BundleZip.Limits.DEFAULT,
        Clock.fixed(NOW, ZoneOffset.UTC),
        () -> "0000000" + ids.incrementAndGet());
  }

  private void age(String handle, Duration age) throws IOException {
    Files.setLastModifiedTime(
        folder.resolve("staged").resolve(handle), FileTime.from(NOW.minus(age)));
  }

  private Path zip(Zips zip) throws IOException {
    return Files.write(folder.resolve("upload-" + ids.incrementAndGet()), zip.bytes());
  }
}

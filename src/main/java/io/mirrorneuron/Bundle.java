package io.mirrorneuron;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.samples.Samples;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleZip;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A workflow on this machine: its manifest and its payload files. What had to be unpacked for it is
 * removed when it is closed, so submit before.
 */
public final class Bundle implements AutoCloseable {
  private final Submission submission;
  private final Path temporary;

  private Bundle(Submission submission, Path temporary) {
    this.submission = submission;
    this.temporary = temporary;
  }

  /**
   * Opens a folder with {@code manifest.json} and perhaps {@code payloads/}, a zip of such a
   * folder, or a manifest on its own. Of a zip nothing is trusted: not its paths, kinds or sizes.
   *
   * @throws MnException NOT_FOUND when there is nothing at the path, MALFORMED when there is
   *     something else, TOO_LARGE for a zip that expands beyond all bounds
   */
  public static Bundle open(Path source) {
    String name = source.toString().toLowerCase(Locale.ROOT);
    if (Files.isDirectory(source)) {
      return new Bundle(ofFolder(source), null);
    }
    if (!Files.isRegularFile(source)) {
      throw MnException.notFound("bundle", source.toString());
    }
    if (name.endsWith(".zip")) {
      return unpacked(folder -> ofZip(source, folder));
    }
    if (name.endsWith(".json")) {
      return new Bundle(Submission.of(manifest(source)), null);
    }
    throw malformed(source + " is neither a folder, a .zip nor a .json file");
  }

  /**
   * Opens one of {@link Samples#names()}.
   *
   * @throws MnException NOT_FOUND for another name
   */
  public static Bundle sample(String name) {
    return unpacked(
        folder -> {
          Samples.unpack(name, folder);
          return ofFolder(folder);
        });
  }

  public Submission submission() {
    return submission;
  }

  @FunctionalInterface
  private interface Unpacking {
    Submission into(Path folder) throws IOException;
  }

  private static Bundle unpacked(Unpacking unpacking) {
    try {
      Path folder = Files.createTempDirectory("mn-bundle");
      try {
        return new Bundle(unpacking.into(folder), folder);
      } catch (IOException | RuntimeException e) {
        delete(folder);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the bundle cannot be unpacked", e);
    }
  }

  private static Submission ofZip(Path zip, Path folder) throws IOException {
    // One bundle in a folder of its own: any name will do.
    BundleStaging staging =
        new BundleStaging(
            folder,
            BundleZip.Limits.DEFAULT,
            Clock.systemUTC(),
            () -> "unpacked",
            UploadQuota.unlimited());
    BundleStaging.Bundle bundle = staging.unpack(zip);
    return new Submission(
        bundle.manifestText(), new Payloads.Folder(bundle.payloads().toRealPath()), null);
  }

  private static Submission ofFolder(Path folder) {
    Path payloads = folder.resolve("payloads");
    return new Submission(
        manifest(folder.resolve("manifest.json")),
        Files.isDirectory(payloads) ? new Payloads.Folder(payloads) : new Payloads.Inline(Map.of()),
        null);
  }

  private static String manifest(Path file) {
    try {
      String text = Files.readString(file);
      Json.parseObject(text, file.toString());
      return text;
    } catch (IOException e) {
      throw malformed(file + " is missing or cannot be read; a bundle has it at its root");
    }
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }

  @Override
  public void close() {
    if (temporary != null) {
      delete(temporary);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be removed", e);
    }
  }
}

package io.mirrorneuron.launch;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Origin;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a launch is about to submit, in a folder of its own. */
public final class KeptBundle {
  private static final String MANIFEST = "manifest.json";
  private static final String ORIGIN = "origin.json";
  private static final String PAYLOADS = "payloads";

  private KeptBundle() {}

  /**
   * What the door knew of the bundle.
   *
   * @param folder null of what was uploaded
   */
  private record KeptOrigin(String folder, String configJson) {
    Origin read() {
      return new Origin(folder == null ? null : Path.of(folder), configJson);
    }
  }

  /**
   * Writes all of it to the disk.
   *
   * @param to an empty folder
   */
  public static void write(Submission submission, Path to) throws IOException {
    write(to.resolve(MANIFEST), submission.manifestJson());
    Path folder = submission.origin().folder();
    write(
        to.resolve(ORIGIN),
        Json.write(
            new KeptOrigin(
                folder == null ? null : folder.toString(), submission.origin().configJson())));
    PayloadCopy.make(submission.payloads(), Files.createDirectory(to.resolve(PAYLOADS)));
  }

  public static Submission read(Path bundle) throws IOException {
    KeptOrigin origin =
        Json.read(Files.readString(bundle.resolve(ORIGIN)), KeptOrigin.class, ORIGIN);
    return new Submission(
            Files.readString(bundle.resolve(MANIFEST)),
            new Payloads.Folder(bundle.resolve(PAYLOADS)),
            null)
        .from(origin.read());
  }

  /** Writes a small file to the disk. */
  public static void write(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }
}

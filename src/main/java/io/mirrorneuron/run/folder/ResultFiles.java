package io.mirrorneuron.run.folder;

import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Values of a run that are too large for the state of its job, as files {@code
 * results/<sha256>.json}. Equal values share a file. Blocking.
 */
public final class ResultFiles {
  private static final String FOLDER = "results";

  private ResultFiles() {}

  /**
   * A stored file.
   *
   * @param sha256 of its bytes, lower-case hex
   */
  public record Kept(String sha256, long size) {}

  /**
   * Makes a file atomically.
   *
   * @param name unique to this call
   */
  public static Kept keep(RunFolder run, String name, InputStream content) throws IOException {
    String draft = "result-" + name.replaceAll("[^A-Za-z0-9._-]", "_") + ".new";
    try (OpenFolder folder = OpenFolder.at(run.path());
        OpenFolder hidden = folder.in(RunFolder.HIDDEN);
        OpenFolder results = folder.in(FOLDER)) {
      hidden.delete(draft); // left by a server that died
      try {
        Kept kept = write(hidden, draft, content);
        hidden.move(draft, results, kept.sha256() + ".json");
        return kept;
      } finally {
        hidden.delete(draft);
      }
    }
  }

  private static Kept write(OpenFolder into, String name, InputStream content) throws IOException {
    try (OutputStream out = Channels.newOutputStream(into.create(name))) {
      var hashing = new DigestOutputStream(out, MessageDigest.getInstance("SHA-256"));
      long size = content.transferTo(hashing);
      return new Kept(HexFormat.of().formatHex(hashing.getMessageDigest().digest()), size);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  public static InputStream open(RunFolder run, String sha256) throws IOException {
    return UntrustedFiles.open(run.path().resolve(FOLDER).resolve(sha256 + ".json"), run.path())
        .stream();
  }
}

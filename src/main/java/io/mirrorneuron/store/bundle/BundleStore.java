package io.mirrorneuron.store.bundle;

import io.mirrorneuron.port.Submission.Payloads;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Port: payload files of bundles, kept under the hash of their content. What is put here can be
 * fetched by every node of the store that reaches where it was put. Blocking, thread-safe.
 */
public interface BundleStore {
  /**
   * Copies the files; equal content is kept once. They stay for a while, and as long as a job has
   * them.
   *
   * @return the fingerprint, or null when there are no files
   * @throws io.mirrorneuron.model.MnException STORAGE_FULL when what all nodes share is full
   */
  String put(Payloads payloads);

  /** The fingerprint that {@link #put} would answer; nothing is stored. */
  String fingerprint(Payloads payloads);

  /**
   * In which files a bundle differs from a stored one; nothing is stored or fetched.
   *
   * @param stored fingerprint, or null for no files
   * @return empty when the stored ones are not on this node
   */
  Optional<FileDifferences> differences(String stored, Payloads payloads);

  /**
   * Puts files that this node has once more where others reach them, if they are not there any
   * more.
   *
   * @throws io.mirrorneuron.model.MnException as {@link #put} does
   */
  void share(String fingerprint);

  /**
   * Brings the files to this node unless they are here.
   *
   * @return why they cannot be had now, as a sentence for people; empty when they are here
   */
  Optional<String> fetch(String fingerprint);

  /** The folder that holds the files of {@code payloads/} once they are fetched. */
  Path payloads(String fingerprint);

  /** Relative paths with forward slashes of the files in {@code payloads}. */
  Set<String> paths(Payloads payloads);

  /** Keeps an uploaded bundle until it is closed. Thread-safe. */
  public static final class BundleHold implements AutoCloseable {
    private final Runnable used;
    private final Runnable letGo;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * @param used called when its files were copied
     * @param letGo called once
     */
    public BundleHold(Runnable used, Runnable letGo) {
      this.used = used;
      this.letGo = letGo;
    }

    /** Of a bundle that nobody uploaded: nothing happens. */
    public static BundleHold none() {
      return new BundleHold(() -> {}, () -> {});
    }

    /** Whoever holds it has a copy: once it is let go, others may have its place in the quota. */
    public void used() {
      used.run();
    }

    @Override
    public void close() {
      if (open.getAndSet(false)) {
        letGo.run();
      }
    }
  }

  /** The SHA-256 of all that is written to it. */
  static final class Fingerprint extends OutputStream {
    private final MessageDigest digest;

    Fingerprint() {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void write(int one) {
      digest.update((byte) one);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      digest.update(bytes, from, length);
    }

    /** What is written to the answer arrives here and there. */
    OutputStream and(OutputStream there) {
      return new DigestOutputStream(there, digest);
    }

    /** In 64 digits. To be asked once. */
    String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}

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
 * Port: payload files of bundles by the hash of their content. All nodes of the store that reach
 * the place of a bundle can fetch it. Blocking, thread-safe.
 */
public interface BundleStore {
  /**
   * Copies the files; equal content is stored once. They stay for a while, and as long as a job has
   * them.
   *
   * @return the fingerprint, or null when there are no files
   * @throws io.mirrorneuron.model.MnException STORAGE_FULL when the shared storage is full
   */
  String put(Payloads payloads);

  /** The fingerprint that {@link #put} would return; stores nothing. */
  String fingerprint(Payloads payloads);

  /**
   * Compares a bundle with a stored one; stores and fetches nothing.
   *
   * @param stored fingerprint, or null for no files
   * @return empty when the stored files are not on this node
   */
  Optional<FileDifferences> differences(String stored, Payloads payloads);

  /**
   * Restores this node's files to shared storage, if they are missing there.
   *
   * @throws io.mirrorneuron.model.MnException as {@link #put} does
   */
  void share(String fingerprint);

  /**
   * Brings the files to this node unless they are here.
   *
   * @return why they are unavailable now, as a sentence for people; empty when they are here
   */
  Optional<String> fetch(String fingerprint);

  /** The folder with the files of {@code payloads/}, once fetched. */
  Path payloads(String fingerprint);

  /** Relative paths with forward slashes of these files. */
  Set<String> paths(Payloads payloads);

  /** Holds an uploaded bundle until closed. Thread-safe. */
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

    /** For a bundle that was not uploaded: does nothing. */
    public static BundleHold none() {
      return new BundleHold(() -> {}, () -> {});
    }

    /** The holder has a copy: after its release the quota may evict the bundle. */
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

  /** Computes the SHA-256 of all bytes written to it. */
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

    /** A stream that writes here and there. */
    OutputStream and(OutputStream there) {
      return new DigestOutputStream(there, digest);
    }

    /** 64 digits. Call it once. */
    String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}

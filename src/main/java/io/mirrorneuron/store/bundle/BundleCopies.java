package io.mirrorneuron.store.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Transfers bundles between this node and another one in their hashed form. Blocking; thread-safe.
 */
public record BundleCopies(FileBundleStore local) {

  /** Returns false, and writes nothing, when the bundle is not here. */
  public boolean write(String fingerprint, OutputStream to) throws IOException {
    if (!local.has(fingerprint)) {
      return false;
    }
    local.files(fingerprint).writeTo(to);
    return true;
  }

  /**
   * Stores a bundle that another node wrote.
   *
   * @throws IOException also when the bytes do not match the fingerprint; nothing is kept then
   */
  public void read(String fingerprint, InputStream bytes) throws IOException {
    local.receive(fingerprint, bytes);
  }
}

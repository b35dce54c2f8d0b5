package io.mirrorneuron.store.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Bundles of this node on their way to another one, as they are hashed. Blocking; thread-safe. */
public record BundleCopies(FileBundleStore local) {

  /** Answers false, and writes nothing, when the bundle is not here. */
  public boolean write(String fingerprint, OutputStream to) throws IOException {
    if (!local.has(fingerprint)) {
      return false;
    }
    local.files(fingerprint).writeTo(to);
    return true;
  }

  /**
   * Takes in what another node wrote.
   *
   * @throws IOException also when the bytes are not those of this bundle; nothing is kept then
   */
  public void read(String fingerprint, InputStream bytes) throws IOException {
    local.receive(fingerprint, bytes);
  }
}

package io.mirrorneuron.store.bundle;

import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import io.mirrorneuron.store.bundle.BundleIndex.Place;
import io.mirrorneuron.store.bundle.BundleIndex.Unused;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes bundles from where all nodes reach them, and puts them there that are missing. Any node
 * may do it at any time: what was used since it looked stays. Blocking.
 */
public final class SharedTidying {
  private static final Logger LOG = LoggerFactory.getLogger(SharedTidying.class);

  private final SharedBundles bundles;
  private final FileBundleStore local;
  private final BundleIndex index;
  private final SharedFolder folder;

  SharedTidying(
      SharedBundles bundles, FileBundleStore local, BundleIndex index, SharedFolder folder) {
    this.bundles = bundles;
    this.local = local;
    this.index = index;
    this.folder = folder;
  }

  /** What was last used longer ago. To be asked before it is asked which bundles jobs have. */
  public Unused unusedFor(Duration age) {
    return index.unusedFor(age.toMillis());
  }

  /** Bundles of this node that other nodes do not reach. */
  public List<String> unshared() {
    return local.names().stream()
        .filter(name -> !index.find(name).map(Entry::place).filter(this::isReached).isPresent())
        .toList();
  }

  private boolean isReached(Place place) {
    return place != Place.NODE;
  }

  /**
   * Removes what no job has.
   *
   * @param used fingerprints that jobs have, asked for after {@code unused}
   */
  public void remove(Unused unused, Set<String> used) {
    for (String fingerprint : unused.fingerprints()) {
      if (!used.contains(fingerprint)) {
        Optional<Entry> gone = index.remove(fingerprint, unused.moment());
        gone.filter(entry -> entry.place() == Place.FOLDER)
            .map(Entry::name)
            .ifPresent(this::removeFile);
      }
    }
  }

  /** Shares what jobs have, as far as there is room; what else this node has is made known. */
  public void share(List<String> unshared, Set<String> used) {
    for (String fingerprint : unshared) {
      if (used.contains(fingerprint)) {
        try {
          bundles.share(fingerprint);
        } catch (RuntimeException e) {
          LOG.warn("the payload files {} of a job are not shared: {}", fingerprint, e.toString());
          bundles.announce(fingerprint);
        }
      }
    }
  }

  /**
   * Removes files from the shared folder that no bundle is in: a server died before it could.
   *
   * @param before when they must have been written
   */
  public void removeLeftovers(Instant before) {
    try {
      for (String name : folder == null ? List.<String>of() : folder.writtenBefore(before)) {
        if (!isKnown(name)) {
          removeFile(name);
        }
      }
    } catch (IOException e) {
      LOG.warn("the shared folder cannot be listed: {}", e.toString());
    }
  }

  private boolean isKnown(String file) {
    return !file.startsWith(".")
        && index.find(SharedFolder.fingerprint(file)).map(Entry::name).equals(Optional.of(file));
  }

  private void removeFile(String name) {
    try {
      if (folder != null) { // else a node that has it does so
        folder.remove(name);
      }
    } catch (IOException e) {
      LOG.warn("the file {} cannot be removed from the shared folder: {}", name, e.toString());
    }
  }
}

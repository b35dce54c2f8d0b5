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
 * Removes unused bundles from shared storage, and restores missing ones. Any node may do it at any
 * time: bundles used since the query stay. Blocking.
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

  /** Bundles that were not used for so long. Call it before listing the bundles of jobs. */
  public Unused unusedFor(Duration age) {
    return index.unusedFor(age.toMillis());
  }

  /** Bundles of this node that other nodes cannot reach. */
  public List<String> unshared() {
    return local.names().stream()
        .filter(name -> !index.find(name).map(Entry::place).filter(this::isReached).isPresent())
        .toList();
  }

  private boolean isReached(Place place) {
    return place != Place.NODE;
  }

  /**
   * Removes bundles without a job.
   *
   * @param used fingerprints of all jobs, read after {@code unused}
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

  /**
   * Shares bundles of jobs, within the available space; publishes this node as the place of the
   * rest.
   */
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
   * Removes unreferenced files from the shared folder, left by servers that died.
   *
   * @param before only files written before this moment
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
      if (folder != null) { // else a node that has the folder does so
        folder.remove(name);
      }
    } catch (IOException e) {
      LOG.warn("the file {} cannot be removed from the shared folder: {}", name, e.toString());
    }
  }
}

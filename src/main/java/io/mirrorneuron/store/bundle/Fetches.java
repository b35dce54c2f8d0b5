package io.mirrorneuron.store.bundle;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings bundles to this node. Who needs one that is on its way waits for it, so that it is brought
 * once; who is told that it cannot be had asks again later. Blocking, thread-safe.
 */
final class Fetches {
  private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);

  private final FileBundleStore local;
  private final BundleIndex index;
  private final SharedFolder folder;
  private final Map<String, Fetch> missing = new ConcurrentHashMap<>();

  /**
   * @param folder that servers share, or null
   */
  Fetches(FileBundleStore local, BundleIndex index, SharedFolder folder) {
    this.local = local;
    this.index = index;
    this.folder = folder;
  }

  /** One bundle that is not here; kept until it is. */
  private static final class Fetch {
    final ReentrantLock lock = new ReentrantLock();

    /** What was told last; null before. */
    String told;
  }

  /** See {@link BundleStore#fetch}. */
  Optional<String> fetch(String fingerprint) {
    if (local.has(fingerprint)) {
      return Optional.empty();
    }
    Fetch fetch = missing.computeIfAbsent(fingerprint, name -> new Fetch());
    fetch.lock.lock();
    try {
      Optional<String> why =
          local.has(fingerprint) ? Optional.empty() : brought(fingerprint, fetch);
      if (why.isEmpty()) {
        missing.remove(fingerprint, fetch);
      }
      return why;
    } finally {
      fetch.lock.unlock();
    }
  }

  private Optional<String> brought(String fingerprint, Fetch fetch) {
    Optional<String> why;
    try {
      why = bring(fingerprint);
    } catch (MnException e) { // Redis is away
      why = Optional.of(e.getMessage());
    } catch (IOException e) {
      why =
          Optional.of(
              "payload files "
                  + fingerprint
                  + " cannot be brought to this node: "
                  + e.getMessage());
    }
    why.filter(text -> !text.equals(fetch.told)).ifPresent(LOG::warn);
    fetch.told = why.orElse(null);
    return why;
  }

  private Optional<String> bring(String fingerprint) throws IOException {
    Optional<Entry> known = index.keep(fingerprint);
    if (known.isEmpty()) {
      return Optional.of(
          "payload files %s are not in the store: they come with a start of the server that took the job in, or when the same bundle is submitted again"
              .formatted(fingerprint));
    }
    Entry entry = known.get();
    switch (entry.place()) {
      case REDIS -> {
        try (InputStream bytes = new BundleParts(index, entry.name()).read()) {
          local.receive(fingerprint, bytes);
        }
      }
      case FOLDER -> {
        if (folder == null) {
          return Optional.of(
              "payload files %s are in a folder that other servers share; %s does not name it here"
                  .formatted(fingerprint, BundleSettings.FOLDER));
        }
        try (InputStream bytes = folder.read(entry.name())) {
          local.receive(fingerprint, bytes);
        }
      }
      case NODE -> {
        return Optional.of(
            "payload files %s (%d bytes) are on node %s alone; they are shared when it starts with a larger %s, or with %s"
                .formatted(
                    fingerprint,
                    entry.bytes(),
                    entry.name().replace(" ", " and "),
                    BundleSettings.MAX,
                    BundleSettings.FOLDER));
      }
    }
    LOG.info("brought the payload files {} ({} bytes) to this node", fingerprint, entry.bytes());
    return Optional.empty();
  }
}

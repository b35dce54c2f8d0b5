package io.mirrorneuron.store.bundle;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import io.mirrorneuron.store.bundle.BundleIndex.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Bundles of all nodes of a store. Each is in the folder of a node that uses it, and besides, by
 * its size, in Redis or in a folder that the servers share; where neither takes it, only the nodes
 * that took it in can read it. See ADR 28.
 */
public final class SharedBundles implements BundleStore {
  private final FileBundleStore local;
  private final BundleIndex index;
  private final BundleSettings settings;
  private final SharedFolder folder;
  private final String node;
  private final Supplier<String> names;
  private final Fetches fetches;

  /**
   * @param node name of this node
   * @param names gives small letters, digits and hyphens, never the same twice
   */
  public SharedBundles(
      FileBundleStore local,
      BundleIndex index,
      BundleSettings settings,
      String node,
      Supplier<String> names) {
    this.local = local;
    this.index = index;
    this.settings = settings;
    this.folder =
        settings.sharedFolder() == null ? null : new SharedFolder(settings.sharedFolder());
    this.node = node;
    this.names = names;
    this.fetches = new Fetches(local, index, folder);
  }

  @Override
  public String put(Payloads payloads) {
    String fingerprint = local.put(payloads);
    if (fingerprint != null) {
      share(fingerprint);
    }
    return fingerprint;
  }

  @Override
  public String fingerprint(Payloads payloads) {
    return FileBundleStore.fingerprint(payloads);
  }

  @Override
  public Optional<FileDifferences> differences(String stored, Payloads payloads) {
    if (stored != null && !local.has(stored)) {
      return Optional.empty();
    }
    try {
      Map<String, String> before = stored == null ? Map.of() : local.files(stored).digests();
      return Optional.of(FileDifferences.of(before, BundleFiles.of(payloads).digests()));
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  @Override
  public Path payloads(String fingerprint) {
    return local.payloads(fingerprint);
  }

  @Override
  public Set<String> paths(Payloads payloads) {
    return FileBundleStore.pathsOf(payloads);
  }

  @Override
  public Optional<String> fetch(String fingerprint) {
    return fetches.fetch(fingerprint);
  }

  /** What is to be done from time to time. */
  public SharedTidying tidying() {
    return new SharedTidying(this, local, index, folder);
  }

  @Override
  public void share(String fingerprint) {
    local.keep(fingerprint);
    Optional<Entry> known = index.keep(fingerprint);
    if (known.filter(entry -> entry.place() != Place.NODE).isPresent()) {
      return;
    }
    try {
      BundleFiles files = local.files(fingerprint);
      long size = files.size();
      if (size > settings.redisMaxBytes() || !toRedis(fingerprint, files, size)) {
        if (folder != null) {
          toFolder(fingerprint, files, size);
        } else {
          index.publish(fingerprint, new Entry(size, Place.NODE, node));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be shared", e);
    }
  }

  /** Makes known that this node has files for which there is no room elsewhere. */
  void announce(String fingerprint) {
    try {
      long size = local.files(fingerprint).size();
      index.publish(fingerprint, new Entry(size, Place.NODE, node));
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  /**
   * @return false when there is no room, but a folder that takes them
   */
  private boolean toRedis(String fingerprint, BundleFiles files, long size) throws IOException {
    boolean isSmall = size <= BundleParts.PART;
    while (true) {
      String name = names.get();
      long budget = settings.redisBudgetBytes();
      OptionalLong taken =
          isSmall
              ? index.put(fingerprint, name, files.bytes(), budget)
              : index.reserve(name, size, budget);
      if (taken.isPresent()) {
        if (folder == null) {
          throw noRoom(size, taken.getAsLong());
        }
        return false;
      }
      if (isSmall
          || written(name, files)
              && index.publish(fingerprint, new Entry(size, Place.REDIS, name)).isPresent()) {
        return true;
      } // else it took so long that the room was given away
    }
  }

  private boolean written(String name, BundleFiles files) throws IOException {
    try {
      new BundleParts(index, name).write(files);
      return true;
    } catch (BundleParts.DroppedException e) {
      return false;
    }
  }

  private MnException noRoom(long size, long taken) {
    return MnException.storageFull(
        ErrorCode.STORAGE_FULL,
        ("the payload files (%d bytes) find no room in Redis: others take %d of the %d bytes that %s"
                + " allows; raise it, let %s name a folder that the servers share, or wait until"
                + " jobs that have ended are removed with their files")
            .formatted(
                size,
                taken,
                settings.redisBudgetBytes(),
                BundleSettings.BUDGET,
                BundleSettings.FOLDER),
        null);
  }

  private void toFolder(String fingerprint, BundleFiles files, long size) {
    String name = fingerprint + "-" + names.get();
    try {
      folder.write(name, files);
      Optional<Entry> holds = index.publish(fingerprint, new Entry(size, Place.FOLDER, name));
      if (!holds.map(Entry::name).equals(Optional.of(name))) { // another node was faster
        folder.remove(name);
      }
    } catch (IOException e) {
      throw MnException.unavailable(
          "the payload files cannot be written to the folder that "
              + BundleSettings.FOLDER
              + " names: "
              + e,
          e);
    }
  }
}

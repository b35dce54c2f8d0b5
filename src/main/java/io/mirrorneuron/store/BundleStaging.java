package io.mirrorneuron.store;

import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.store.bundle.BundleRoot;
import io.mirrorneuron.store.bundle.BundleStore.BundleHold;
import io.mirrorneuron.store.bundle.StagedFolder;
import io.mirrorneuron.wire.ZipNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Uploaded bundles, unpacked, between upload and submission. Each lies in a folder named by its
 * handle; clients know only the handle. Blocking and thread-safe.
 */
public final class BundleStaging {
  private static final Pattern HANDLE = Pattern.compile("bundle-[A-Za-z0-9-]{8,64}");

  /** Prefix of folders that are being filled: only complete bundles have a handle. */
  private static final String ARRIVING = "arriving-";

  private final Path root;
  private final BundleUnpacker.Limits limits;
  private final Clock clock;
  private final Supplier<String> ids;
  private final UploadQuota quota;

  /** Bytes of the quota by handle, including bundles that are being unpacked. */
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();

  /** Number of holders by handle. */
  private final Map<String, Integer> held = new ConcurrentHashMap<>();

  /** Handles of submitted bundles: an upload may evict them. */
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  /**
   * @param root created when absent
   * @param ids unguessable: a handle authorizes the submission of its bundle
   */
  public BundleStaging(
      Path root,
      BundleUnpacker.Limits limits,
      Clock clock,
      Supplier<String> ids,
      UploadQuota quota) {
    this.root = root;
    this.limits = limits;
    this.clock = clock;
    this.ids = ids;
    this.quota = quota;
    quota.sweptBy(() -> sweep(true));
  }

  public record Bundle(String handle, ManifestFile manifest, Path folder) {
    public Path payloads() {
      return folder.resolve(BundleRoot.PAYLOADS);
    }
  }

  /**
   * Unpacks a zip. The zip file stays the caller's.
   *
   * @throws MnException MALFORMED, TOO_LARGE, or EXHAUSTED when the quota is used up; then nothing
   *     is left behind
   */
  public Bundle unpack(Path zip) {
    if (quota.isTight(0)) {
      quota.sweep();
    }
    quota.takePlace();
    String handle = "bundle-" + ids.get();
    Path arriving = root.resolve(ARRIVING + handle);
    sizes.put(handle, 0L);
    try {
      Files.createDirectories(arriving);
      BundleUnpacker.unpack(
          zip, arriving, limits, ZipNames::isOfFinder, bytes -> take(handle, bytes));
      read(handle, arriving);
      Files.move(arriving, root.resolve(handle), StandardCopyOption.ATOMIC_MOVE);
      return open(handle);
    } catch (IOException e) {
      remove(arriving, handle);
      throw MnException.unavailable("the bundle cannot be stored", e);
    } catch (RuntimeException e) {
      remove(arriving, handle);
      throw e;
    }
  }

  private void take(String handle, long bytes) {
    if (quota.isTight(bytes)) {
      quota.sweep();
    }
    quota.take(bytes);
    sizes.merge(handle, bytes, Long::sum);
  }

  private void remove(Path folder, String handle) {
    new StagedFolder(folder).delete();
    used.remove(handle);
    Long size = sizes.remove(handle);
    if (size != null) {
      quota.give(size);
      quota.givePlace();
    }
  }

  /**
   * @throws MnException MALFORMED {@code unknown uploaded bundle}
   */
  public Bundle open(String handle) {
    Path folder = root.resolve(HANDLE.matcher(handle).matches() ? handle : "none");
    if (!Files.isDirectory(folder)) {
      throw malformed("unknown uploaded bundle");
    }
    return read(handle, folder);
  }

  /**
   * Runs a submission that uses a bundle, which stays meanwhile. After a successful submission an
   * upload may evict the bundle; until then it can be used again.
   *
   * @throws MnException MALFORMED {@code unknown uploaded bundle}
   */
  public <T> T using(String handle, Supplier<T> submission) {
    try (BundleHold hold = hold(handle)) {
      T done = submission.get();
      hold.used();
      return done;
    }
  }

  /**
   * Holds a bundle: it is not swept before it is released, and then stays for the lifetime of
   * uploads.
   *
   * @throws MnException MALFORMED {@code unknown uploaded bundle}
   */
  public synchronized BundleHold hold(String handle) {
    open(handle);
    held.merge(handle, 1, Integer::sum);
    new StagedFolder(root.resolve(handle)).renew(clock.instant());
    return new BundleHold(() -> used.add(handle), () -> letGo(handle));
  }

  private synchronized void letGo(String handle) {
    held.computeIfPresent(handle, (_, count) -> count == 1 ? null : count - 1);
    new StagedFolder(root.resolve(handle)).renew(clock.instant());
  }

  /**
   * Removes bundles that were not used for their lifetime and partly unpacked ones of a killed
   * server, and counts bundles that other processes left here. Call it at the start and at
   * intervals.
   */
  public void sweep() {
    sweep(false);
  }

  /**
   * @param isTight whether submitted bundles go as well, to make room
   */
  private synchronized void sweep(boolean isTight) {
    Instant oldest = clock.instant().minus(quota.lifetime());
    for (Path folder : folders(ARRIVING)) {
      String handle = folder.getFileName().toString().substring(ARRIVING.length());
      if (!sizes.containsKey(handle)) {
        new StagedFolder(folder).delete();
      }
    }
    for (Path folder : folders("")) {
      String handle = folder.getFileName().toString();
      if (held.containsKey(handle)) {
        new StagedFolder(folder).renew(clock.instant());
      } else if (isTight && used.contains(handle)
          || new StagedFolder(folder).renewed().isBefore(oldest)) {
        remove(folder, handle);
      } else {
        count(folder);
      }
    }
  }

  private void count(Path folder) {
    String handle = folder.getFileName().toString();
    if (!sizes.containsKey(handle)) {
      long size = new StagedFolder(folder).size(BundleUnpacker.ENTRY_BYTES);
      if (sizes.putIfAbsent(handle, size) == null) {
        quota.countIn(size);
      }
    }
  }

  private static Bundle read(String handle, Path folder) {
    Path bundle = BundleRoot.in(folder);
    return new Bundle(handle, ManifestFile.in(bundle, "bundle "), bundle);
  }

  /** Folders named by this prefix and a handle. */
  private List<Path> folders(String prefix) {
    Pattern name = Pattern.compile(prefix + HANDLE.pattern());
    return Files.isDirectory(root)
        ? new StagedFolder(root)
            .children().stream()
                .filter(folder -> name.matcher(folder.getFileName().toString()).matches())
                .toList()
        : List.of();
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }
}

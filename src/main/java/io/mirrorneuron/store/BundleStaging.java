package io.mirrorneuron.store;

import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Uploaded bundles, unpacked, between their upload and the submission that uses them. Each lies in
 * a folder named by its handle; clients know nothing but the handle. Blocking and thread-safe.
 */
public final class BundleStaging {
  private static final Pattern HANDLE = Pattern.compile("bundle-[A-Za-z0-9-]{8,64}");
  private static final Duration LIFETIME = Duration.ofHours(24);

  private final Path root;
  private final BundleZip.Limits limits;
  private final Clock clock;
  private final Supplier<String> ids;
  private final UploadQuota quota;

  /** Bytes of the quota by handle, including bundles that are being unpacked. */
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();

  /**
   * @param root made when absent
   * @param ids unguessable: whoever knows a handle may submit the bundle
   */
  public BundleStaging(
      Path root, BundleZip.Limits limits, Clock clock, Supplier<String> ids, UploadQuota quota) {
    this.root = root;
    this.limits = limits;
    this.clock = clock;
    this.ids = ids;
    this.quota = quota;
    quota.sweptBy(this::sweep);
  }

  /** A bundle: its manifest and the folder of its payload files. */
  public record Bundle(String handle, ManifestFile manifest, Path payloads) {}

  /**
   * Unpacks a zip. The file itself stays the caller's.
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
    Path folder = root.resolve(handle);
    sizes.put(handle, 0L);
    try {
      Files.createDirectories(folder);
      BundleZip.unpack(zip, folder, limits, bytes -> take(handle, bytes));
      return read(handle, folder);
    } catch (IOException e) {
      remove(folder);
      throw MnException.unavailable("the bundle cannot be stored", e);
    } catch (RuntimeException e) {
      remove(folder);
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

  private void remove(Path folder) {
    delete(folder);
    Long size = sizes.remove(folder.getFileName().toString());
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
   * Removes bundles that are older than a day, and counts those that others have left here. To be
   * called at the start and then now and then.
   */
  public synchronized void sweep() {
    Instant oldest = clock.instant().minus(LIFETIME);
    List<Path> folders = folders();
    for (Path folder : folders) {
      if (modified(folder).isBefore(oldest)) {
        remove(folder);
      } else {
        count(folder);
      }
    }
  }

  private void count(Path folder) {
    String handle = folder.getFileName().toString();
    if (!sizes.containsKey(handle)) {
      long size = size(folder);
      if (sizes.putIfAbsent(handle, size) == null) {
        quota.countIn(size);
      }
    }
  }

  private static long size(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      long size = 0;
      for (Path path : (Iterable<Path>) all::iterator) {
        boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        size += BundleZip.ENTRY_BYTES + (file ? Files.size(path) : 0);
      }
      return size;
    } catch (IOException | UncheckedIOException e) {
      return 0; // it is being removed
    }
  }

  private static Bundle read(String handle, Path folder) {
    Path bundle = rootOf(folder);
    return new Bundle(handle, ManifestFile.in(bundle, "bundle "), bundle.resolve("payloads"));
  }

  /** The folder itself, or the only one in it. */
  private static Path rootOf(Path folder) {
    if (isBundle(folder)) {
      return folder;
    }
    List<Path> top = list(folder);
    if (top.size() == 1 && isBundle(top.getFirst())) {
      return top.getFirst();
    }
    throw malformed("bundle zip must contain manifest.json (or manifest.yaml) and payloads/");
  }

  private static boolean isBundle(Path folder) {
    return ManifestFile.isIn(folder) && Files.isDirectory(folder.resolve("payloads"));
  }

  private List<Path> folders() {
    return Files.isDirectory(root)
        ? list(root).stream()
            .filter(folder -> HANDLE.matcher(folder.getFileName().toString()).matches())
            .toList()
        : List.of();
  }

  private static Instant modified(Path folder) {
    try {
      return Files.getLastModifiedTime(folder).toInstant();
    } catch (IOException e) {
      return FileTime.fromMillis(Long.MAX_VALUE).toInstant();
    }
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    } catch (IOException e) {
      throw MnException.unavailable("the uploaded bundles cannot be read", e);
    }
  }

  /** Removes a tree. Links in it are removed, not followed. */
  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      return; // already deleted by another thread or process
    } catch (IOException e) {
      throw MnException.unavailable("an uploaded bundle cannot be removed", e);
    }
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }
}

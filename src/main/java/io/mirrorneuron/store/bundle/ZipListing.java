package io.mirrorneuron.store.bundle;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.ZipNames;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** The entries of an untrusted zip, checked before the first byte is written. */
public final class ZipListing {
  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_PATH_BYTES = 2048;
  private static final int SHOWN_CHARACTERS = 200;
  private static final String BOTH_KINDS = "as a file and as a folder";

  private final ZipFile zip;
  private final Path target;
  private final Map<Path, Entry> entries = new LinkedHashMap<>();

  private ZipListing(ZipFile zip, Path target) {
    this.zip = zip;
    this.target = target;
  }

  /**
   * @param target where it is unpacked to
   */
  public record Entry(ZipArchiveEntry source, Path target) {
    public String shown() {
      return ZipListing.shown(source.getName());
    }
  }

  /**
   * @param target the folder for unpacking
   * @param isLeftOut by entry name
   * @throws MnException MALFORMED that names the entry, or TOO_LARGE
   */
  public static Collection<Entry> of(
      ZipFile zip, Path target, int maxEntries, Predicate<String> isLeftOut) {
    ZipListing listing = new ZipListing(zip, target);
    int count = 0;
    var all = zip.getEntries();
    while (all.hasMoreElements()) {
      if (count++ == maxEntries) {
        throw new MnException(
            ErrorCode.TOO_LARGE,
            "bundle_too_large",
            "bundle has more than " + maxEntries + " entries");
      }
      listing.add(all.nextElement(), isLeftOut);
    }
    listing.entries.values().forEach(listing::requireFolders);
    return listing.entries.values();
  }

  private void add(ZipArchiveEntry source, Predicate<String> isLeftOut) {
    Entry entry = new Entry(source, safePath(source));
    if (isLeftOut.test(source.getName())) {
      return;
    }
    Entry other = entries.putIfAbsent(entry.target(), entry);
    if (other != null) {
      throw duplicate(
          entry, source.isDirectory() == other.source().isDirectory() ? "twice" : BOTH_KINDS);
    }
    if (!zip.canReadEntryData(source)) {
      throw malformed(
          "bundle contains entries that are encrypted or cannot be unpacked: " + entry.shown());
    }
  }

  /** Refuses entries below a file. */
  private void requireFolders(Entry entry) {
    for (Path in = entry.target().getParent(); in.startsWith(target); in = in.getParent()) {
      Entry above = entries.get(in);
      if (above != null && !above.source().isDirectory()) {
        throw duplicate(above, BOTH_KINDS);
      }
    }
  }

  private static MnException duplicate(Entry entry, String how) {
    return malformed("bundle contains duplicate entries: " + entry.shown() + " is there " + how);
  }

  private Path safePath(ZipArchiveEntry entry) {
    checkLength(entry.getName());
    String fault = ZipNames.fault(entry);
    if (fault != null) {
      throw unsafe(entry, fault);
    }
    try {
      Path path = target.resolve(entry.getName()).normalize();
      if (path.startsWith(target)) {
        return path;
      }
      throw unsafe(entry, "leads out of the bundle");
    } catch (InvalidPathException e) {
      throw unsafe(entry, "has a name that no file can have here");
    }
  }

  private static MnException unsafe(ZipArchiveEntry entry, String fault) {
    return malformed("bundle contains unsafe paths: " + shown(entry.getName()) + " " + fault);
  }

  /**
   * Refuses names longer than file systems commonly allow; the whole path must fit below our
   * folder.
   */
  private static void checkLength(String name) {
    if (bytes(name) > MAX_PATH_BYTES) {
      throw malformed("bundle contains a path of more than " + MAX_PATH_BYTES + " bytes");
    }
    for (String part : name.split("/")) {
      if (bytes(part) > MAX_NAME_BYTES) {
        throw malformed("bundle contains a file name of more than " + MAX_NAME_BYTES + " bytes");
      }
    }
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String shown(String name) {
    String harmless = name.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
    return harmless.length() <= SHOWN_CHARACTERS
        ? harmless
        : harmless.substring(0, SHOWN_CHARACTERS) + "…";
  }

  private static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "invalid_bundle", message);
  }
}

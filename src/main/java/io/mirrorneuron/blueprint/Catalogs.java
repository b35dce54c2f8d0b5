package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The blueprints that can be launched now. A catalog is read again when its index has changed, and
 * looked through for manifests that have changed each few seconds. Thread-safe; blocking.
 */
public final class Catalogs {
  private static final long LOOK_AGAIN_NS = Duration.ofSeconds(5).toNanos();

  private record Read(Catalog catalog, FileStamp index, long at) {}

  private final CatalogSource source;
  private final LongSupplier nanoTime;
  private final KeptManifests manifests = new KeptManifests();
  private Read last;

  /**
   * @param nanoTime a clock that only goes forward
   */
  public Catalogs(CatalogSource source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  /**
   * The catalog, at most five seconds old.
   *
   * @throws MnException INTERNAL {@code catalog_broken} with the reason; UNAVAILABLE while it is
   *     fetched for the first time
   */
  public Catalog current() {
    Path folder = source.folder();
    synchronized (this) {
      FileStamp index = FileStamp.of(folder.resolve(CatalogFolder.INDEX));
      long now = nanoTime.getAsLong();
      if (last == null
          || !last.catalog().folder().equals(folder)
          || !last.index().equals(index)
          || now - last.at() > LOOK_AGAIN_NS) {
        last = new Read(new CatalogFolder(folder).read(manifests), index, now);
      }
      return last.catalog();
    }
  }

  /**
   * The catalog after it was looked for changes.
   *
   * @throws MnException INTERNAL when that failed
   */
  public Catalog refreshed() {
    source.refresh();
    return current();
  }

  /**
   * @throws MnException MALFORMED {@code invalid blueprint id}; NOT_FOUND; as {@link #current}
   */
  public Blueprint get(String id) {
    return current()
        .find(checked(id))
        .orElseThrow(
            () ->
                new MnException(ErrorCode.NOT_FOUND, "blueprint_not_found", "blueprint not found"));
  }

  /**
   * The id, which a blueprint can have.
   *
   * @throws MnException MALFORMED {@code invalid blueprint id}
   */
  public static String checked(String id) {
    if (!BlueprintReader.isId(id)) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_blueprint_id", "invalid blueprint id");
    }
    return id;
  }

  /**
   * The folder of its bundle.
   *
   * @throws MnException MALFORMED when it leaves the catalog; INTERNAL when there is none
   */
  public Path bundle(Blueprint blueprint) {
    return new CatalogFolder(current().folder()).bundle(blueprint);
  }

  /** A comma list of names or slugs of categories, as slugs. */
  public static Set<String> slugs(String categories) {
    return Stream.of(categories.split(","))
        .map(BlueprintReader::slug)
        .filter(slug -> !slug.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }
}

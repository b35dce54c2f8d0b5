package io.mirrorneuron.blueprint;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blueprints that can be launched now. The catalog is read again when its index has changed;
 * changed manifests are looked for every few seconds, in the background, as that takes longer for
 * more blueprints. Thread-safe; blocking.
 */
public final class Catalogs {
  private static final Logger LOG = LoggerFactory.getLogger(Catalogs.class);
  private static final long LOOK_AGAIN_NS = Duration.ofSeconds(5).toNanos();

  /** After this time without readers the catalog is rescanned before it is served. */
  private static final long OUT_OF_DATE_NS = Duration.ofSeconds(60).toNanos();

  private record Read(Catalog catalog, FileStamp index, long at) {}

  private final CatalogSource source;
  private final LongSupplier nanoTime;
  private final KeptManifests manifests = new KeptManifests();
  private Read last;
  private boolean isLooking;

  /**
   * @param nanoTime a clock that only goes forward
   */
  public Catalogs(CatalogSource source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  /**
   * The catalog: its index as it is now, manifests as they were some seconds ago, or a minute where
   * nobody asked meanwhile. The same object while nothing has changed.
   *
   * @throws MnException INTERNAL {@code catalog_broken} with the reason; UNAVAILABLE while it is
   *     fetched for the first time
   */
  public Catalog current() {
    Path folder = source.folder();
    synchronized (this) {
      FileStamp index = FileStamp.of(folder.resolve(CatalogFolder.INDEX));
      boolean isKnown =
          last != null && last.catalog().folder().equals(folder) && last.index().equals(index);
      long age = isKnown ? nanoTime.getAsLong() - last.at() : 0;
      if (!isKnown || age > OUT_OF_DATE_NS) {
        last = read(folder, index, last);
      } else if (age > LOOK_AGAIN_NS && !isLooking) {
        isLooking = true;
        Thread.ofVirtual().name("mn-catalog-look").start(() -> look(folder, index));
      }
      return last.catalog();
    }
  }

  private Read read(Path folder, FileStamp index, Read before) {
    long begun = nanoTime.getAsLong();
    Catalog found = new CatalogFolder(folder).read(manifests);
    boolean isSame = before != null && before.catalog().equals(found);
    if (!isSame) {
      found
          .outside()
          .forEach(
              one ->
                  LOG.warn(
                      "the blueprint {} of {} is not listed: its path leads out of the catalog",
                      one.id(),
                      folder));
    }
    return new Read(isSame ? before.catalog() : found, index, begun);
  }

  private void look(Path folder, FileStamp index) {
    Read before;
    synchronized (this) {
      before = last;
    }
    Read found = null;
    try {
      found = read(folder, index, before);
    } catch (MnException e) {
      LOG.debug("the next who asks is told: {}", e.getMessage());
    } finally {
      synchronized (this) {
        isLooking = false;
        last = last == before ? found : last; // unless somebody read a newer index meanwhile
      }
    }
  }

  /**
   * The catalog after it was looked for changes.
   *
   * @param warnings why it stays as it was although it may have changed
   */
  public record Refreshed(Catalog catalog, List<String> warnings) {}

  /**
   * Looks for changes now.
   *
   * @throws MnException INTERNAL when there is no catalog
   */
  public Refreshed refreshed() {
    List<String> warnings = source.refresh();
    return new Refreshed(current(), warnings);
  }

  /**
   * @throws MnException MALFORMED {@code invalid blueprint id}; NOT_FOUND; as {@link #current}
   */
  public Blueprint get(String id) {
    Catalog catalog = current();
    return catalog.find(checked(id)).orElseThrow(() -> none(id, catalog));
  }

  private static MnException none(String id, Catalog catalog) {
    List<String> ids = catalog.blueprints().stream().map(Blueprint::id).toList();
    return new MnException(
        ErrorCode.NOT_FOUND,
        "blueprint_not_found",
        "blueprint not found: "
            + id
            + NearestMatch.of(id, ids).map("; did you mean %s?"::formatted).orElse(""));
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

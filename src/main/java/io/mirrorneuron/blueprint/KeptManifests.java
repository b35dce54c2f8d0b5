package io.mirrorneuron.blueprint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.bundle.ManifestFile;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.ValueCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The manifests of a catalog, each read again only when its file has changed. Thread-safe. */
final class KeptManifests {
  private static final TypeReference<Object> ANY = new TypeReference<>() {};

  private static final Logger LOG = LoggerFactory.getLogger(KeptManifests.class);

  private static final int MOST = 20_000;

  /** What lists tell of a manifest; nothing else of it is kept. */
  private static final List<String> TOLD =
      List.of("type", "requirements", "init_config_review", "metadata", "product");

  /** Of them all in one manifest. */
  private static final int MOST_VALUES = 5000;

  private record Kept(FileStamp stamp, Optional<Entry> manifest) {}

  private final Cache<Path, Kept> kept = Caffeine.newBuilder().maximumSize(MOST).build();

  /** Empty when the folder has none that can be read. */
  Optional<Entry> in(Path folder) {
    FileStamp stamp =
        ManifestFile.NAMES.stream()
            .map(name -> FileStamp.of(folder.resolve(name)))
            .filter(found -> !found.equals(FileStamp.ABSENT))
            .findFirst()
            .orElse(FileStamp.ABSENT);
    Kept before = kept.getIfPresent(folder);
    if (before != null && before.stamp().equals(stamp)) {
      return before.manifest();
    }
    Optional<Entry> manifest = stamp.equals(FileStamp.ABSENT) ? Optional.empty() : read(folder);
    kept.put(folder, new Kept(stamp, manifest));
    return manifest;
  }

  private static Optional<Entry> read(Path folder) {
    try {
      var reported = ManifestFile.in(folder, "").tree().retain(TOLD);
      if (ValueCount.of(Json.MAPPER.treeAsTokens(reported)) <= MOST_VALUES) {
        return Optional.of(Entry.of(Json.MAPPER.convertValue(reported, ANY)));
      }
      LOG.warn(
          "lists show nothing of the manifest in {}: {} have more than {} values",
          folder,
          TOLD,
          MOST_VALUES);
      return Optional.empty();
    } catch (IOException | MnException e) { // whoever launches it is told
      LOG.warn("lists show nothing of the manifest in {}: {}", folder, e.getMessage());
      return Optional.empty();
    }
  }
}

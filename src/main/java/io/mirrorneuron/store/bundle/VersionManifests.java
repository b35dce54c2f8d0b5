package io.mirrorneuron.store.bundle;

import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Manifests of versions, of deployments or schedules; each text is stored once per key. A manifest
 * is put before the version that refers to it, so unreferenced ones stay for an hour. Thread-safe;
 * does not block.
 */
public final class VersionManifests {
  private static final long SPARED_MS = Duration.ofHours(1).toMillis();
  private static final int PAGE = 500;

  private final RecordStore records;
  private final String kind;

  private record Stored(long at, String text) {}

  /**
   * @param kind of the records that hold them
   */
  public VersionManifests(RecordStore records, String kind) {
    this.records = records;
    this.kind = kind;
  }

  private static String id(String key, String fingerprint) {
    return key + "/" + fingerprint;
  }

  /** Stores a manifest, or renews a stored one. */
  public CompletionStage<Void> put(String key, String fingerprint, String text, long now) {
    String id = id(key, fingerprint);
    Beside group = new Beside(0, List.of(key), null, List.of());
    return records
        .read(kind, id)
        .thenCompose(
            found ->
                records.write(
                    kind,
                    id,
                    found.map(StoredRecord::revision).orElse(0L),
                    Json.write(new Stored(now, text)),
                    RecordStore.NEVER,
                    group))
        .thenCompose(
            written ->
                written.isPresent()
                    ? CompletableFuture.completedFuture(null)
                    : put(key, fingerprint, text, now)); // another server has just stored it
  }

  public CompletionStage<Optional<String>> get(String key, String fingerprint) {
    return records
        .read(kind, id(key, fingerprint))
        .thenApply(found -> found.map(record -> read(record).text()));
  }

  private static Stored read(StoredRecord record) {
    return Json.read(record.json(), Stored.class, "a manifest of a version");
  }

  /** Removes all manifests of a removed key. */
  public CompletionStage<Void> forget(String key) {
    return tidy(key, Set.of(), Long.MAX_VALUE);
  }

  /** Removes manifests that no version of the key refers to. */
  public CompletionStage<Void> tidy(String key, Set<String> fingerprints, long now) {
    return records
        .list(kind, key, "", PAGE)
        .thenCompose(
            all ->
                CompletableFuture.allOf(
                    all.stream()
                        .filter(record -> !isNeeded(key, record, fingerprints, now))
                        .map(record -> records.delete(kind, record.id(), record.revision()))
                        .map(CompletionStage::toCompletableFuture)
                        .toArray(CompletableFuture<?>[]::new)));
  }

  private static boolean isNeeded(
      String key, StoredRecord record, Set<String> fingerprints, long now) {
    return fingerprints.contains(record.id().substring(key.length() + 1))
        || read(record).at() > now - SPARED_MS;
  }
}

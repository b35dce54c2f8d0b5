package io.mirrorneuron.models;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Which models a fake runner has, and how much of those that are being pulled. Thread-safe. */
final class FakeModelStore {
  /**
   * A model as Docker Model Runner lists it.
   *
   * @param created in seconds since 1970
   */
  record Listed(String id, List<String> tags, long created, About config) {}

  record About(
      String format, String quantization, String parameters, String architecture, String size) {}

  private final Map<String, Long> sizes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final Map<String, Long> pulled = new ConcurrentHashMap<>();
  private final Clock clock;

  FakeModelStore(FakeModelsOptions options, Clock clock) {
    this.clock = clock;
    options.models().forEach((name, size) -> sizes.put(tagged(name), size));
    if (options.installed()) {
      pulled.putAll(sizes);
    }
    options.others().forEach((name, size) -> sizes.putIfAbsent(tagged(name), size));
  }

  /** {@code ai/smollm2} is {@code ai/smollm2:latest}. */
  private static String tagged(String name) {
    return name.substring(name.lastIndexOf('/') + 1).contains(":") ? name : name + ":latest";
  }

  /** The whole name of a model that can be pulled. */
  Optional<String> known(String name) {
    return sizes.keySet().stream().filter(one -> one.equalsIgnoreCase(tagged(name))).findFirst();
  }

  long size(String known) {
    return sizes.get(known);
  }

  /** Bytes that are there, also of a pull that was broken off. */
  long pulled(String known) {
    return pulled.getOrDefault(known, 0L);
  }

  /** Adds to what is there; returns the sum. */
  long pull(String known, long bytes) {
    return pulled.merge(
        known, Math.min(bytes, size(known)), (a, b) -> Math.min(a + b, size(known)));
  }

  boolean isInstalled(String known) {
    return pulled(known) >= size(known);
  }

  void remove(String known) {
    pulled.remove(known);
  }

  List<Listed> installed() {
    return sizes.keySet().stream().filter(this::isInstalled).map(this::listed).toList();
  }

  Listed listed(String known) {
    String digest = HexFormat.of().formatHex(known.getBytes(StandardCharsets.UTF_8));
    return new Listed(
        "sha256:" + (digest + "0".repeat(64)).substring(0, 64),
        List.of(known),
        clock.instant().getEpochSecond(),
        new About("gguf", "Q4_K_M", "made up", "fake", size(known) / 1_000_000 + " MB"));
  }

  String layer(String known) {
    return listed(known).id();
  }
}

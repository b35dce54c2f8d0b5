package io.mirrorneuron.blueprint;

import io.mirrorneuron.blueprint.Blueprint.Pricing;
import io.mirrorneuron.wire.ReviewMarks;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes the record of a blueprint from its entry in an index and from its manifest. */
record BlueprintReader(String source, String localPath) {
  /** Of a catalog. */
  static final BlueprintReader OF_CATALOG = new BlueprintReader(null, null);

  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,160}");

  /** Whether a blueprint can have this id. */
  static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /** In small letters, {@code -} for what is neither letter nor digit. */
  static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** The id of an entry; empty when it has none that a blueprint can have. */
  static Optional<String> id(Entry entry) {
    return entry.text("id", "blueprint_id").filter(BlueprintReader::isId);
  }

  /** Where its bundle lies, below the folder of the catalog. */
  static String path(Entry entry, String id) {
    return entry.textOr(id, "path", "directory");
  }

  /**
   * @param manifest empty when there is none that can be read
   */
  Blueprint read(String id, Entry entry, Optional<Entry> manifest) {
    String line = entry.textOr("", "one_line");
    String category = entry.textOr("General", "category");
    Pricing pricing = pricing(entry.object("pricing"));
    return new Blueprint(
        id,
        manifest.map(it -> it.textOr("batch", "type")).orElse(entry.textOr("batch", "type")),
        entry.textOr(id, "name"),
        entry.textOr(line, "tagline"),
        entry.textOr(line, "summary"),
        entry.textOr(line, "description"),
        entry.textOr("", "job_name"),
        entry.textOr("", "workflow_id"),
        entry.textOr("", "target_users"),
        entry.textOr("", "output"),
        entry.textOr("", "agent_role"),
        entry.textOr("", "customizable_for"),
        entry.textOr("", "problem"),
        entry.textOr("", "simulation_type"),
        category,
        entry.textOr(slug(category), "category_slug"),
        entry.textOr("MirrorNeuron", "publisher"),
        entry.number(0, "rating"),
        entry.number(0, "installs"),
        pricing,
        requirements(entry, manifest),
        entry.textOr(pricing.isFree() ? "Free" : perUnit(pricing), "rate_label"),
        entry.textOr(pricing.isFree() ? "$0/hr" : perUnit(pricing), "hourly_rate"),
        entry.list("capabilities"),
        entry.list("runtime_features"),
        entry.textOr("", "icon"),
        entry.textOr("#1f7a8c", "accent_color"),
        entry.textOr("", "revision", "blueprint_revision"),
        path(entry, id),
        manifest.map(BlueprintReader::review).map(BlueprintReader::shown).orElse(null),
        source,
        localPath);
  }

  private static Object review(Entry manifest) {
    Object own = manifest.members().get("init_config_review");
    return own != null ? own : manifest.object("metadata").members().get("init_config_review");
  }

  /** Of fields that are secret, no value. */
  private static Object shown(Object review) {
    return review instanceof Map<?, ?> map ? ReviewMarks.shown(map) : review;
  }

  private static Pricing pricing(Entry pricing) {
    return new Pricing(
        pricing.textOr("free", "model"), pricing.number(0, "rate"), pricing.textOr("hour", "unit"));
  }

  private static String perUnit(Pricing pricing) {
    String rate = new BigDecimal(pricing.rate().toString()).stripTrailingZeros().toPlainString();
    return "$" + rate + "/" + pricing.unit();
  }

  private static Map<String, Object> requirements(Entry entry, Optional<Entry> manifest) {
    Map<String, Object> all = new LinkedHashMap<>(entry.object("requirements").members());
    manifest.ifPresent(it -> all.putAll(it.object("requirements").members()));
    return all;
  }
}

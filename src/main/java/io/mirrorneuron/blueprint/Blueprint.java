package io.mirrorneuron.blueprint;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a catalog tells of a blueprint. Missing texts are empty.
 *
 * @param type {@code batch} or what else its manifest says
 * @param categorySlug the category in small letters, with {@code -} for what is neither letter nor
 *     digit
 * @param rating of 5, as the catalog gives it
 * @param pricing model, rate and unit
 * @param requirements of its manifest, and of the index where the manifest does not say otherwise
 * @param path of its bundle, below the folder of the catalog
 * @param initConfigReview what its manifest wants to be asked before a launch; null when nothing
 * @param source where the bundle was found when it stands in no catalog; null for those that do
 * @param localPath of a bundle that was named by its folder; null for others
 */
public record Blueprint(
    String id,
    String type,
    String name,
    String tagline,
    String summary,
    String description,
    String jobName,
    String workflowId,
    String targetUsers,
    String output,
    String agentRole,
    String customizableFor,
    String problem,
    String simulationType,
    String category,
    String categorySlug,
    String publisher,
    Number rating,
    Number installs,
    Pricing pricing,
    Map<String, Object> requirements,
    String rateLabel,
    String hourlyRate,
    List<Object> capabilities,
    List<Object> runtimeFeatures,
    String icon,
    String accentColor,
    String revision,
    String path,
    @JsonInclude(JsonInclude.Include.NON_NULL) Object initConfigReview,
    @JsonInclude(JsonInclude.Include.NON_NULL) String source,
    @JsonInclude(JsonInclude.Include.NON_NULL) String localPath) {

  /**
   * What a bundle tells of itself.
   *
   * @param reported members as an entry of an index has them
   * @param manifest as plain values
   */
  public static Blueprint ofBundle(
      String id,
      Map<String, Object> reported,
      Map<String, Object> manifest,
      String source,
      String localPath) {
    BlueprintReader reader = new BlueprintReader(source, localPath);
    return reader.read(id, Entry.of(reported), Optional.of(Entry.of(manifest)));
  }

  /**
   * What using it costs.
   *
   * @param model {@code free} or another word of the catalog
   * @param rate in dollars for each unit
   */
  public record Pricing(String model, Number rate, String unit) {
    boolean isFree() {
      return model.equalsIgnoreCase("free") || rate.doubleValue() == 0;
    }
  }
}

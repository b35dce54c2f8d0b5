package io.mirrorneuron.port.models;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A model as it is listed.
 *
 * @param model as the catalog names it
 * @param dockerModel as the runner names it
 * @param apiModel as a completion must name it
 * @param contextSize in tokens; null when nobody knows
 * @param isDefault whether programs get it that name none
 * @param status {@code installed}, {@code installing} or {@code available}
 * @param node of this server
 * @param nodes that have it
 * @param compatibility with this node; null where another provider runs it
 * @param usedBy blueprints
 * @param orphaned whether it is installed and nobody needs it
 * @param manual whether somebody has installed it by hand
 */
public record ModelView(
    String id,
    String name,
    String provider,
    String model,
    String dockerModel,
    String apiModel,
    String backend,
    List<String> aliases,
    Integer contextSize,
    @JsonProperty("default") boolean isDefault,
    boolean installed,
    String status,
    String node,
    List<String> nodes,
    ModelFit compatibility,
    List<String> usedBy,
    int ownerCount,
    boolean orphaned,
    boolean manual) {

  public ModelView {
    aliases = List.copyOf(aliases);
    nodes = List.copyOf(nodes);
    usedBy = List.copyOf(usedBy);
  }
}

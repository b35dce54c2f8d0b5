package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What each document of a contract must be like: it says of the server what the head says, and an
 * area's operations have the tag that its file is named after. What they must be like together is
 * checked by {@link References}.
 */
final class BundleCheck {
  private static final Set<String> HEAD_MEMBERS =
      Set.of("openapi", "info", "servers", "security", "tags", "components");
  private static final Set<String> AREA_MEMBERS =
      Set.of("openapi", "info", "servers", "paths", "components");
  private static final List<String> SAME = List.of("/openapi", "/info/version", "/servers");

  private final SourceDocument head;
  private final List<String> faults = new ArrayList<>();

  private BundleCheck(SourceDocument head) {
    this.head = head;
  }

  /** Every fault, in words for the authors of the documents. */
  static List<String> faults(SourceDocument head, List<SourceDocument> areas) {
    BundleCheck check = new BundleCheck(head);
    check.members(head, HEAD_MEMBERS);
    for (SourceDocument area : areas) {
      check.members(area, AREA_MEMBERS);
      check.sameAsHead(area);
      check.tagsOfOperations(area);
    }
    check.clashes(areas);
    if (check.faults.isEmpty()) {
      check.faults.addAll(References.faults(head, areas));
    }
    return check.faults;
  }

  /**
   * The tag that a file is named after: {@code areas/jobs.yaml} and {@code
   * areas/jobs-progress.yaml} are of {@code jobs}.
   */
  static Optional<String> tag(SourceDocument head, String file) {
    String name = file.substring(file.lastIndexOf('/') + 1, file.lastIndexOf('.'));
    return tags(head).stream()
        .filter(tag -> name.equals(tag) || name.startsWith(tag + "-"))
        .findFirst();
  }

  static List<String> tags(SourceDocument head) {
    return head.tree().path("tags").findValuesAsText("name");
  }

  private void members(SourceDocument document, Set<String> known) {
    for (var member : document.tree().properties()) {
      if (!known.contains(member.getKey())) {
        faults.add(document.file() + " must not have the member " + member.getKey());
      }
    }
    for (var kind : document.tree().path("components").properties()) {
      if (!ContractPart.COMPONENTS.contains(kind.getKey())) {
        faults.add(document.file() + " has components of an unknown kind: " + kind.getKey());
      }
    }
  }

  /** A document alone must say of the server what the whole says. */
  private void sameAsHead(SourceDocument area) {
    for (String pointer : SAME) {
      if (!area.tree().at(pointer).equals(head.tree().at(pointer))) {
        faults.add(
            "%s and %s differ in %s".formatted(area.file(), head.file(), pointer.substring(1)));
      }
    }
  }

  private void tagsOfOperations(SourceDocument area) {
    Optional<String> tag = tag(head, area.file());
    if (tag.isEmpty()) {
      faults.add("%s is named after no tag of %s".formatted(area.file(), head.file()));
      return;
    }
    for (ContractPart part : area.parts()) {
      for (JsonNode operation : part.isPath() ? part.value() : List.<JsonNode>of()) {
        JsonNode tags = operation.path("tags");
        if (tags.size() != 1 || !tags.path(0).asText().equals(tag.get())) {
          faults.add(
              "%s of %s must have the tag %s and no other"
                  .formatted(
                      operation.path("operationId").asText(part.name()), area.file(), tag.get()));
        }
      }
    }
  }

  private void clashes(List<SourceDocument> areas) {
    Map<String, String> files = new HashMap<>();
    head.parts().forEach(part -> files.put(part.key(), head.file()));
    for (SourceDocument area : areas) {
      for (ContractPart part : area.parts()) {
        String other = area.isImport(part) ? null : files.put(part.key(), area.file());
        if (other != null) {
          faults.add("%s is in %s and in %s".formatted(part.key(), other, area.file()));
        }
      }
    }
  }
}

package io.mirrorneuron.gateway.contract.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The references among the documents of a contract. Each must lead to a component of its own
 * document or, from an area, of the head; each component must be reached from some operation. Names
 * in {@code security} are references to security schemes.
 */
final class References {
  private static final String OWN = "#/components/";

  private final SourceDocument head;
  private final Map<String, Set<String>> keysByFile = new HashMap<>();
  private final Map<String, Set<String>> uses = new HashMap<>();
  private final List<String> faults = new ArrayList<>();

  private References(SourceDocument head) {
    this.head = head;
  }

  /** Expects that no two documents have a part of one key. */
  static List<String> faults(SourceDocument head, List<SourceDocument> areas) {
    List<SourceDocument> documents = new ArrayList<>(List.of(head));
    documents.addAll(areas);
    References references = new References(head);
    for (SourceDocument document : documents) {
      Set<String> keys =
          references.keysByFile.computeIfAbsent(document.file(), f -> new HashSet<>());
      document.parts().forEach(part -> keys.add(part.key()));
    }
    Set<String> roots = new LinkedHashSet<>();
    references.collect(head, head.tree().path("security"), "security", roots);
    for (SourceDocument document : documents) {
      for (ContractPart part : document.parts()) {
        Set<String> used = references.uses.computeIfAbsent(part.key(), k -> new LinkedHashSet<>());
        references.collect(document, part.value(), "", used);
        if (part.isPath()) {
          roots.add(part.key());
        }
      }
    }
    references.unused(documents, roots);
    return references.faults;
  }

  private void collect(SourceDocument from, JsonNode node, String name, Set<String> used) {
    if (name.equals("security") && node.isArray()) {
      for (JsonNode requirement : node) {
        requirement
            .fieldNames()
            .forEachRemaining(scheme -> follow(from, OWN + "securitySchemes/" + scheme, used));
      }
      return;
    }
    if (node.isObject() && node.path("$ref").isTextual()) {
      follow(from, node.path("$ref").textValue(), used);
    }
    node.properties().forEach(member -> collect(from, member.getValue(), member.getKey(), used));
    if (node.isArray()) {
      node.forEach(element -> collect(from, element, "", used));
    }
  }

  private void follow(SourceDocument from, String reference, Set<String> used) {
    boolean toHead = !from.isHead() && reference.startsWith(SourceDocument.TO_HEAD + OWN);
    String local = toHead ? reference.substring(SourceDocument.TO_HEAD.length()) : reference;
    String[] steps = local.split("/");
    if (!local.startsWith(OWN) || steps.length != 4) {
      faults.add(
          "%s refers to %s: only %s… and, from an area, %s%s… can be united"
              .formatted(from.file(), reference, OWN, SourceDocument.TO_HEAD, OWN));
      return;
    }
    String key = ContractPart.key(steps[2], steps[3]);
    String file = toHead ? head.file() : from.file();
    if (keysByFile.get(file).contains(key)) {
      used.add(key);
    } else if (toHead) {
      faults.add("%s refers to %s, which %s lacks".formatted(from.file(), key, file));
    } else {
      faults.add("%s refers to %s, which it lacks%s".formatted(file, key, elsewhere(key)));
    }
  }

  private String elsewhere(String key) {
    if (keysByFile.get(head.file()).contains(key)) {
      return "; refer to the one in " + SourceDocument.TO_HEAD;
    }
    return keysByFile.entrySet().stream()
        .filter(entry -> entry.getValue().contains(key))
        .map(entry -> "; there is one in " + entry.getKey())
        .sorted()
        .findFirst()
        .orElse("");
  }

  private void unused(List<SourceDocument> documents, Set<String> roots) {
    Set<String> reached = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      String key = open.removeFirst();
      if (reached.add(key)) {
        open.addAll(uses.getOrDefault(key, Set.of()));
      }
    }
    for (SourceDocument document : documents) {
      for (ContractPart part : document.parts()) {
        if (!reached.contains(part.key())) {
          faults.add("%s of %s is used by no operation".formatted(part.key(), document.file()));
        }
      }
    }
  }
}

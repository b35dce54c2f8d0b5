package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.wire.Json;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * A manifest in which nothing is left unsaid: what its author wrote short is there in the long
 * form, and each value knows where the author wrote it.
 *
 * @param root equal to the author's when nothing in it is short
 * @param isReadable false when it has no list of steps where one must be, which was reported
 * @param stepsAtRoot whether its author wrote steps at the root
 * @param plainSteps the steps that are given what their parents put out, and put out what their
 *     program prints
 */
public record Shorthand(
    ManifestValue root, boolean isReadable, boolean stepsAtRoot, Set<String> plainSteps) {
  private static final String STEPS = "steps";
  private static final String WORKFLOW = "workflow";

  /** Of what is refused because it has no name; nobody sees it. */
  private static final String UNNAMED = "unnamed";

  private static final List<String> OTHER_FORMS =
      List.of(WORKFLOW, "nodes", "flow", "graph_id", "workflow_id", "edges", "agents");

  /** More typing errors make another word of it. */
  private static final int TYPOS = 2;

  /** Whether its steps stand at the root, where nobody else has any. */
  public static boolean isUsedBy(JsonNode manifest) {
    if (OTHER_FORMS.subList(0, 3).stream().anyMatch(manifest::has)) {
      return false;
    }
    return manifest.has(STEPS)
        || OTHER_FORMS.stream().noneMatch(manifest::has) && hasAlmostSteps(manifest);
  }

  private static boolean hasAlmostSteps(JsonNode manifest) {
    Iterator<String> names = manifest.fieldNames();
    while (names.hasNext()) {
      if (NearestMatch.within(TYPOS, names.next(), List.of(STEPS)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Reports what is wrong with what is short; the rest is left to the readers of the long form. */
  public static Shorthand expand(ManifestValue root) {
    boolean atRoot = isUsedBy(root.value());
    boolean hasCommands = !atRoot && DerivedSteps.areIn(root.find("workflow.steps"));
    ManifestValue defaults = root.at("defaults");
    boolean hasDefaults = !defaults.value().isMissingNode();
    if (!atRoot && !hasCommands && !hasDefaults) {
      return new Shorthand(root, true, false, Set.of());
    }
    if (atRoot && !hasSteps(root)) {
      return new Shorthand(root, false, true, Set.of());
    }
    ObjectNode tree = Json.object().setAll((ObjectNode) root.value());
    Written written = new Written();
    Set<String> plain = Set.of();
    if (atRoot || hasCommands) {
      DerivedSteps steps = new DerivedSteps(root, defaults, tree, written);
      plain = atRoot ? atRoot(root, tree, written, steps) : steps.inWorkflow();
    }
    ManifestValue expanded = root.withValue(tree, written);
    if (hasDefaults) {
      new NodeDefaults(defaults).apply(expanded, tree, written);
    }
    return new Shorthand(expanded, true, atRoot, plain);
  }

  private static boolean hasSteps(ManifestValue root) {
    ManifestValue list = root.at(STEPS);
    if (list.value().isMissingNode()) {
      list.error(ManifestProblem.REQUIRED, "steps is required");
    } else if (list.value().isNull() || list.check(Shape.LIST) && list.value().isEmpty()) {
      list.error(ManifestProblem.REQUIRED, "steps must not be empty");
    }
    return !list.value().isEmpty() && list.value().isArray();
  }

  private static Set<String> atRoot(
      ManifestValue root, ObjectNode tree, Written written, DerivedSteps steps) {
    ManifestValue list = root.at(STEPS);
    ManifestValue id = root.find("id", "name");
    boolean isNamed = !id.isAbsent() && !(id.value().isTextual() && id.text().isBlank());
    if (id.isAbsent()) {
      root.at("name").error(ManifestProblem.REQUIRED, "name is required");
    }
    tree.remove(STEPS);
    ObjectNode workflow = tree.putObject(WORKFLOW);
    workflow.set("workflow_id", isNamed ? id.value() : TextNode.valueOf(UNNAMED));
    Written places = written.member(WORKFLOW).as(list);
    places.member("workflow_id").as(id);
    for (String part : List.of(STEPS, "edges")) {
      places.member(part).as(list);
    }
    if (!tree.hasNonNull("manifest_version")) {
      tree.put("manifest_version", "1.0");
    }
    ManifestValue name = root.find("name", "id");
    // what is no name is told as the id
    if (!tree.hasNonNull("job_name") && isNamed && name.value().isTextual()) {
      tree.set("job_name", name.value());
      written.member("job_name").as(name);
    }
    return steps.atRoot(workflow, places);
  }
}

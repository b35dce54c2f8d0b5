package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads a job's requirements on the machine ({@code runtime.md} 5.6), and reports errors in them.
 */
public final class RequirementReader {
  private static final String SIZE = "a non-negative number or a size";
  static final String SIZE_OR_OBJECT = "a non-negative number, a size or an object with min";
  private static final Measure CORES =
      Measure.of(Measure.Kind.CORES).saying(SIZE).with(1000, "min", "min_cores", "cores");
  private static final Measure SIZES =
      Measure.of(Measure.Kind.MEGABYTES)
          .saying(SIZE)
          .with(1024, "min", "min_gb", "gb")
          .with(1, "min_mb", "mb");

  /** By resource, in the order in which they are checked. */
  private static final Map<String, Measure> MEASURES =
      Map.of("cpu", CORES, "memory", SIZES, "disk", SIZES);

  private static final List<String> RESOURCES = List.of("cpu", "memory", "disk");
  private static final Members MEMBERS = Members.closed("cpu", "gpu", "memory", "disk");
  private static final Members OF_CORES =
      Members.closed("min", "min_cores", "cores").with(Shape.STRING, "enforcement");
  private static final Members OF_SIZES =
      Members.closed("min", "min_gb", "gb", "min_mb", "mb").with(Shape.STRING, "enforcement");

  private RequirementReader() {}

  static void check(ManifestValue root) {
    ManifestValue requirements = place(root);
    if (!requirements.check(Shape.OBJECT)) {
      return;
    }
    requirements.checkMembers(MEMBERS);
    for (String resource : RESOURCES) {
      ManifestValue place = requirements.at(resource);
      place.checkMembers(resource.equals("cpu") ? OF_CORES : OF_SIZES);
      least(place, resource);
    }
    DeviceDemandReader.checkRequired(requirements.find("gpu"));
  }

  /** For a manifest that {@link #check} accepts; invalid requirements are left out. */
  public static List<Requirement> of(Workflow workflow) {
    return of(workflow.source());
  }

  /** For any manifest; invalid requirements are left out. */
  public static List<Requirement> of(JsonNode source) {
    ManifestValue root = ManifestValue.root(source, new Findings(false));
    boolean forced =
        root.asBoolean("metadata.mn_validation.force", false)
            || root.asBoolean("metadata.force_validation", false);
    ManifestValue requirements = place(root);
    List<Requirement> found = new ArrayList<>();
    for (String resource : RESOURCES) {
      ManifestValue place = requirements.at(resource);
      long least = least(place, resource);
      if (least > 0) {
        found.add(new Requirement(resource, least, null, forced && !isHard(place)));
      }
    }
    ManifestValue gpu = requirements.find("gpu");
    DeviceDemandReader.required(gpu.value())
        .map(demand -> new Requirement("gpu", 0, demand, forced && !isHard(gpu)))
        .ifPresent(found::add);
    return found;
  }

  private static ManifestValue place(ManifestValue root) {
    return root.find("requirements", "requirments").named("requirements");
  }

  /** A forced submission skips requirements, unless they are hard; {@code rest.md} 8.1. */
  private static boolean isHard(ManifestValue place) {
    return "hard".equalsIgnoreCase(place.find("enforcement").text());
  }

  private static long least(ManifestValue place, String resource) {
    Measure measure = MEASURES.get(resource);
    JsonNode value = place.value();
    return value.isObject()
        ? measure.read(place)
        : measure.saying(SIZE_OR_OBJECT).read(place, "min").orElse(0);
  }
}

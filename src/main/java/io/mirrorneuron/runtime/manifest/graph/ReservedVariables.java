package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Variables by which the server gives a program its allocation and context. No manifest may set
 * them; passing them on has no effect.
 */
final class ReservedVariables {
  private static final Set<String> ALWAYS = Set.of("MN_ALLOCATION_JSON", "MN_ALLOCATED_DEVICE_IDS");

  /** Set if the machine has such devices. Manifests often set them by habit. */
  private static final Set<String> OF_VENDORS =
      Set.of(
          "CUDA_VISIBLE_DEVICES",
          "NVIDIA_VISIBLE_DEVICES",
          "ROCR_VISIBLE_DEVICES",
          "HIP_VISIBLE_DEVICES");

  /** By these a program finds its work. Bundles may have reasons to set others. */
  private static final Set<String> OF_ITS_WORK =
      Set.of(
          "INPUT_FILE",
          "CONTEXT_FILE",
          "MESSAGE_FILE",
          "BODY_FILE",
          "JOB_ID",
          "AGENT_ID",
          "WORKDIR",
          "RUN_DIR");

  private static final Pattern OURS = Pattern.compile("(MN|MIRROR_NEURON)_(.*)");

  private final Set<String> reserved = new HashSet<>(ALWAYS);

  private ReservedVariables(ManifestValue resources) {
    names(resources.find("ports"), "label").forEach(label -> reserved.add("MN_PORT_" + label));
    names(resources.find("volumes"), "name")
        .flatMap(ReservedVariables::ofVolume)
        .forEach(reserved::add);
  }

  private static Stream<String> ofVolume(String variable) {
    return Stream.of("MN_VOLUME_" + variable, "MN_VOLUME_" + variable + ResourceChecks.TARGET);
  }

  private static Stream<String> names(ManifestValue list, String member) {
    return list.value().isArray()
        ? list.objects().map(one -> one.find(member)).map(ResourceChecks::variable)
        : Stream.empty();
  }

  /**
   * {@code environment} and {@code pass_env} of the config of an executor.
   *
   * @param node with its resources
   */
  static void check(ManifestValue node, ManifestValue config) {
    var own = new ReservedVariables(NodeResources.of(node));
    ManifestValue environment = config.find("environment");
    environment.value().properties().stream()
        .map(Map.Entry::getKey)
        .forEach(
            name -> {
              own.check(name, environment.at(name));
              warnOfItsWork(name, environment.at(name));
            });
    ManifestValue passed = config.find("pass_env");
    passed.items().forEach(item -> own.checkPassed(item.asText(), item));
  }

  /** Whether the server sets this variable for the program of a node, whatever its config says. */
  static boolean areReportedBy(ManifestValue node, String name) {
    return new ReservedVariables(NodeResources.of(node)).reserved.contains(name)
        || isOfItsWork(name);
  }

  private static void warnOfItsWork(String name, ManifestValue place) {
    if (isOfItsWork(name)) {
      place.warn(
          "%s: the program gets this value instead of the server's %s; take it out, or use another name"
              .formatted(place.label(), name));
    }
  }

  private static boolean isOfItsWork(String name) {
    Matcher ours = OURS.matcher(name);
    return ours.matches() && OF_ITS_WORK.contains(ours.group(2));
  }

  /** A passed name has no effect: the program gets the server's value. */
  private void checkPassed(String name, ManifestValue place) {
    if (reserved.contains(name)) {
      place.warn(
          "%s: the program has %s without this; the server sets it to what the program was given"
              .formatted(place.label(), name));
    } else {
      check(name, place);
    }
  }

  private void check(String name, ManifestValue place) {
    if (reserved.contains(name)) {
      place.refuse(
          ManifestProblem.CONFLICT,
          "%s: the server sets %s to what the program was given; take it out, or use another name"
              .formatted(place.label(), name));
    } else if (OF_VENDORS.contains(name)) {
      place.warn(
          "%s: where the machine has such devices, the server sets %s to those that the program was given; ask for devices in resources"
              .formatted(place.label(), name));
    }
  }
}

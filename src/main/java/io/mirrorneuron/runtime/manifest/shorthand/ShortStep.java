package io.mirrorneuron.runtime.manifest.shorthand;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;

/** A step in the short form. */
record ShortStep(
    ManifestValue place,
    ManifestValue id,
    ManifestValue run,
    ManifestValue shell,
    ManifestValue needs,
    ManifestValue config,
    ManifestValue kind,
    ManifestValue human) {

  static ShortStep of(ManifestValue place) {
    return new ShortStep(
        place,
        place.at("id"),
        place.at("run"),
        place.at("shell"),
        place.at("needs"),
        place.at("config"),
        place.at("kind"),
        place.at("human"));
  }

  /** Whether it names a command, and no agent. */
  boolean isCommand() {
    return run.value().isArray() || !shell.isAbsent();
  }

  /** Whether it asks people, and runs nothing. */
  boolean isQuestion() {
    return !human.isAbsent() || "human".equals(kind.text());
  }

  /** The agent that works for it; by default the agent of its name. */
  String worker() {
    return run.value().isTextual() ? run.asText() : id.asText();
  }

  /**
   * Reports resource demands that no agent would get.
   *
   * @param why completes the sentence "step X …"
   */
  void refuseDemands(String why) {
    for (String name : DerivedAgents.OF_PROGRAMS) {
      ManifestValue demand = place.at(name);
      if (!demand.isAbsent()) {
        demand.refuse(
            ManifestProblem.CONFLICT,
            "%s has no effect: step %s %s".formatted(demand.label(), name(), why));
      }
    }
  }

  String name() {
    return place.name();
  }
}

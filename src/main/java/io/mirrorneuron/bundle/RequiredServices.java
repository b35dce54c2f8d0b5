package io.mirrorneuron.bundle;

import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.stream.Stream;

/** The services that a manifest requires, before the job begins or later. */
public final class RequiredServices {
  private static final List<String> MEMBERS =
      List.of("required_services", "requiredServices", "requires_services", "requiresServices");

  private RequiredServices() {}

  /**
   * A JSON list of requirements; empty when there are none. Malformed requirements are kept, so
   * that the check reports them.
   */
  public static String of(String manifestJson) {
    var manifest = Json.parseObject(manifestJson, "manifest");
    return Json.write(
        MEMBERS.stream()
            .flatMap(member -> manifest.findValues(member).stream())
            .filter(found -> !found.isNull())
            .flatMap(found -> found.isArray() ? Json.elements(found) : Stream.of(found))
            .toList());
  }
}

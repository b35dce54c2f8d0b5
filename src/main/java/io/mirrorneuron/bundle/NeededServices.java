package io.mirrorneuron.bundle;

import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.stream.Stream;

/** Which services a manifest needs, as its author wrote it: before the job begins, or later. */
public final class NeededServices {
  private static final List<String> MEMBERS =
      List.of("required_services", "requiredServices", "requires_services", "requiresServices");

  private NeededServices() {}

  /**
   * A list of requirements as JSON; empty when it needs none. What has not the form of one is in
   * it, too, so that whoever checks them says so.
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

package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.stream.Stream;

/** Definitions as manifests have them, with single quotes. */
public final class ServiceSamples {
  private ServiceSamples() {}

  public static List<CheckDefinition> checks(String... checks) {
    return ServiceDefinition.checks(Stream.of(checks).map(ServiceSamples::json).toList());
  }

  public static CheckDefinition check(String check) {
    return checks(check).getFirst();
  }

  public static ServiceDefinition service(String service) {
    return ServiceDefinition.of(json(service), null);
  }

  public static JsonNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "sample");
  }
}

package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the form of services that a manifest offers or asks for; {@code runtime.md} 5.4. */
public final class ServiceChecks {
  private static final Members SERVICE =
      Members.closed("name", "id", "address", "host", "port", "url", "meta", "provider", "origin")
          .with(null, "checks", "required", "node", "agent_id", "job_id", "protocol", "scheme")
          .with(null, "deployment_role");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final Set<String> ORIGINS = Set.of("internal", "external");

  /** Of one list; a hostile manifest has thousands, and each costs timers and connections. */
  private static final int MOST_SERVICES = 100;

  private static final int MOST_CHECKS = 20;
  private static final String LIST = "a service or a list of services";

  private ServiceChecks() {}

  /**
   * What a job or an agent offers.
   *
   * @param services a list, or one of them
   */
  static void offered(ManifestValue services) {
    Set<String> names = new HashSet<>();
    for (ManifestValue service : each(services, false)) {
      service(service);
      reach(service);
      String name = service.find("name").text();
      if (name != null && !names.add(name)) {
        service.refuse(
            ManifestProblem.DUPLICATE,
            "%s has the name %s, as another one has"
                .formatted(service.label(), ManifestValue.shown(name)));
      }
    }
  }

  /**
   * What a job or an agent needs.
   *
   * @param services a list of names or services, or one of them
   */
  static void required(ManifestValue services) {
    if (services.value().isTextual()) {
      name(services);
    } else {
      each(services, true).forEach(ServiceChecks::service);
    }
  }

  /** What the programs of an agent wait for: they look into the registry, again and again. */
  static void waitedFor(ManifestValue services) {
    required(services);
    List<ManifestValue> each = services.value().isObject() ? List.of(services) : services.items();
    for (ManifestValue service : each) {
      boolean isExternal = "external".equals(service.find("origin").text());
      List<String> asking = new ArrayList<>(List.of("address", "host", "url", "checks"));
      asking.addAll(isExternal ? List.of("origin") : List.of());
      service.all(asking.toArray(String[]::new)).stream()
          .filter(place -> !place.isAbsent() && !place.value().isEmpty() || place.text() != null)
          .findFirst()
          .ifPresent(
              place ->
                  place.refuse(
                      ManifestProblem.UNSUPPORTED,
                      "%s is not asked: programs wait for services of the registry only; what is"
                              .formatted(place.label())
                          + " elsewhere belongs in required_services at the root"));
    }
  }

  /**
   * What is wrong with one requirement that stands alone, not in a manifest.
   *
   * @param label what it is called in sentences
   */
  public static Findings alone(String label, JsonNode requirement) {
    Findings findings = new Findings(false, Findings.Purpose.NEW);
    ObjectNode around = Json.object();
    around.set(label, requirement);
    ManifestValue place = ManifestValue.root(around, findings).at(label);
    if (isObject(place, true)) {
      service(place);
    }
    return findings;
  }

  /**
   * @param byName whether a name stands for a service, as where one is only asked for
   */
  private static List<ManifestValue> each(ManifestValue services, boolean byName) {
    if (services.isAbsent()) {
      return List.of();
    }
    if (services.value().isObject()) {
      boolean isOne = must(services, !services.value().isEmpty(), LIST);
      return isOne ? List.of(services) : List.of();
    }
    if (!must(services, services.value().isArray(), LIST)
        || !isShort(services, MOST_SERVICES, "services")) {
      return List.of();
    }
    return services.items().stream().filter(item -> isObject(item, byName)).toList();
  }

  private static boolean isObject(ManifestValue item, boolean orName) {
    if (orName && item.value().isTextual()) {
      name(item);
      return false;
    }
    return must(item, item.value().isObject(), orName ? "a name or an object" : "an object");
  }

  private static void service(ManifestValue service) {
    service.checkMembers(SERVICE);
    name(service.find("name"));
    port(service.find("port"));
    texts(service, "address", "host", "url", "id", "provider", "protocol", "scheme");
    ServiceAddresses.checkUrl(service);
    ManifestValue origin = service.find("origin");
    must(
        origin,
        origin.isAbsent() || ORIGINS.contains(origin.asText()),
        "\"internal\" or \"external\"");
    shaped(service.find("tags"), Shape.STRINGS, "a list of strings");
    shaped(service.find("meta"), Shape.OBJECT, "an object");
    shaped(service.find("required"), Shape.BOOLEAN, "true or false");
    ManifestValue checks = service.find("checks");
    if (!checks.isAbsent()
        && must(checks, checks.value().isArray(), "a list of checks")
        && isShort(checks, MOST_CHECKS, "checks")) {
      checks.items().stream()
          .filter(check -> must(check, check.value().isObject(), "an object"))
          .forEach(HealthCheckForm::check);
    }
  }

  /** Whether who finds the service can reach it, and its checks can. */
  private static void reach(ManifestValue service) {
    if (!service.find("port").isAbsent()) {
      return;
    }
    if (service.find("url").isAbsent()) {
      service.warn(
          service.label() + " has neither a port nor a url, so nobody who finds it can reach it");
    }
    service.find("checks").items().forEach(HealthCheckForm::withoutPort);
  }

  private static void name(ManifestValue name) {
    if (name.isAbsent()) {
      name.refuse(ManifestProblem.REQUIRED, name.label() + " is required");
      return;
    }
    must(
        name,
        name.value().isTextual() && NAME.matcher(name.text()).matches(),
        "a letter or digit, then at most 127 letters, digits, _ . or -");
  }

  /** A number, the same as text, or a template that becomes one when the service is registered. */
  static void port(ManifestValue port) {
    JsonNode value = port.value();
    boolean isTemplate = value.isTextual() && value.textValue().contains("${");
    must(
        port,
        port.isAbsent() || isTemplate || Shape.PORT.fits(asNumber(value)),
        "a number from 1 to 65535 or a template as ${config.port}");
  }

  private static JsonNode asNumber(JsonNode value) {
    return value.isTextual() && value.textValue().matches("\\d{1,5}")
        ? Json.MAPPER.getNodeFactory().numberNode(Integer.parseInt(value.textValue()))
        : value;
  }

  static void texts(ManifestValue object, String... members) {
    for (String member : members) {
      shaped(object.at(member), Shape.STRING, "a string");
    }
  }

  static void shaped(ManifestValue place, Shape shape, String wanted) {
    must(place, place.isAbsent() || shape.fits(place.value()), wanted);
  }

  /** Says so when a list is too long for anybody to read it. */
  static boolean isShort(ManifestValue list, int most, String what) {
    if (list.value().size() > most) {
      list.refuse(
          ManifestProblem.LIMIT,
          "%s has %d %s; at most %d are allowed"
              .formatted(list.label(), list.value().size(), what, most));
    }
    return list.value().size() <= most;
  }

  /** Says what was expected and what is there, unless it fits. */
  static boolean must(ManifestValue place, boolean fits, String wanted) {
    if (!fits) {
      String actual = place.value().isTextual() ? "\"" + place.shown() + "\"" : place.shown();
      place.shouldBe(wanted, ", not " + actual);
    }
    return fits;
  }
}

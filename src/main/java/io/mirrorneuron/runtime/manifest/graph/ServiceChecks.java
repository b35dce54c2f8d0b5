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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the form of services that a manifest offers or requires; {@code runtime.md} 5.4. */
public final class ServiceChecks {
  private static final Members SERVICE =
      Members.closed("name", "id", "address", "host", "port", "url", "meta", "provider", "origin")
          .with(null, "checks", "required", "node", "agent_id", "job_id", "protocol", "scheme")
          .with(null, "deployment_role");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final Set<String> ORIGINS = Set.of("internal", "external");

  /** Per list; a hostile manifest has thousands, and each costs timers and connections. */
  private static final int MOST_SERVICES = 100;

  private static final int MOST_CHECKS = 20;
  private static final String LIST = "a service or a list of services";

  private ServiceChecks() {}

  /**
   * Services that a job or an agent offers.
   *
   * @param services a list, or a single service
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
   * Services that a job or an agent needs.
   *
   * @param services a list of names or services, or a single one
   */
  static void required(ManifestValue services) {
    if (services.value().isTextual()) {
      name(services);
    } else {
      each(services, true).forEach(ServiceChecks::service);
    }
  }

  /** Services that an agent's programs wait for; these are polled in the registry. */
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
   * Checks a single requirement outside of a manifest.
   *
   * @param label its name in messages
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
   * @param byName whether a name stands for a service, as in requirements
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

  /** Whether clients of the service and its checks can reach it. */
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

  /**
   * A number, the same as text, or a template that becomes a number when the service is registered.
   */
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

  /** Whether the list is short enough; a longer one is an error. */
  static boolean isShort(ManifestValue list, int most, String what) {
    if (list.value().size() > most) {
      list.refuse(
          ManifestProblem.LIMIT,
          "%s has %d %s; at most %d are allowed"
              .formatted(list.label(), list.value().size(), what, most));
    }
    return list.value().size() <= most;
  }

  /** Reports what was expected and what is there, unless it fits. */
  static boolean must(ManifestValue place, boolean fits, String wanted) {
    if (!fits) {
      String actual = place.value().isTextual() ? "\"" + place.shown() + "\"" : place.shown();
      place.shouldBe(wanted, ", not " + actual);
    }
    return fits;
  }

  /** Checks the form of a service's check; {@code runtime.md} 5.4. */
  private static final class HealthCheckForm {
    private static final Members MEMBERS =
        Members.closed("name", "type", "timeout_ms", "interval_ms", "required", "url", "scheme")
            .with(null, "failures_before_critical", "address", "host", "port", "path", "method")
            .with(null, "expected_status", "contains", "headers", "body", "script", "command")
            .with(null, "args", "service");
    private static final List<String> TYPES = List.of("http", "tcp", "grpc", "script");
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH");
    private static final Pattern RANGE =
        Pattern.compile("([1-5]\\d{2})(?:\\s*(?:-|\\.\\.)\\s*([1-5]\\d{2}))?");

    /** Header names as in HTTP. */
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** Tabs and printable characters. */
    private static final Pattern LINE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

    /** Headers that would change the length or the host of the request. */
    private static final Set<String> OF_THE_CONNECTION =
        Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "upgrade",
            "te",
            "trailer",
            "expect");

    private static final Pattern UNSAFE = Pattern.compile("[;&|<>`\\n\\r]|\\$\\(");
    private static final int SHORTEST_INTERVAL = 100;
    private static final int LONGEST = 86_400_000;
    private static final int MOST_FAILURES = 1000;

    /** Members that only one type reads; all types read the other members. */
    private static final Map<String, List<String>> OF_ONE_TYPE =
        Map.of(
            "http",
            List.of(
                "url",
                "scheme",
                "path",
                "method",
                "expected_status",
                "contains",
                "headers",
                "body"),
            "grpc",
            List.of("service"),
            "script",
            List.of("script", "command", "args"));

    private static final List<String> INSTEAD_OF_A_URL =
        List.of("scheme", "address", "host", "port", "path");

    private HealthCheckForm() {}

    /** A check that connects to a port needs a port of its own if its service has none. */
    static void withoutPort(ManifestValue check) {
      String type = check.find("type").asText();
      if ((type.equals("tcp") || type.equals("grpc")) && check.find("port").isAbsent()) {
        check.refuse(
            ManifestProblem.REQUIRED,
            "%s can never pass: a check of type %s needs a port, and neither it nor its service has one"
                .formatted(check.label(), type));
      }
    }

    static void check(ManifestValue check) {
      check.checkMembers(MEMBERS);
      ManifestValue type = check.find("type");
      if (type.isAbsent()) {
        type.refuse(ManifestProblem.REQUIRED, type.label() + " is required");
      } else {
        word(type, TYPES);
      }
      whole(check.find("timeout_ms"), 1, LONGEST);
      whole(check.find("interval_ms"), SHORTEST_INTERVAL, LONGEST);
      whole(check.find("failures_before_critical"), 1, MOST_FAILURES);
      ServiceChecks.shaped(check.find("required"), Shape.BOOLEAN, "true or false");
      ServiceChecks.texts(check, "name", "address", "host", "contains", "service");
      ServiceChecks.port(check.find("port"));
      switch (type.asText()) {
        case "http" -> http(check);
        case "script" -> script(check);
        default -> {}
      }
      if (TYPES.contains(type.asText())) {
        ignored(check, type.asText());
      }
    }

    /** Warns of members that a check of this type does not read. */
    private static void ignored(ManifestValue check, String type) {
      OF_ONE_TYPE.forEach(
          (other, members) -> {
            if (!other.equals(type)) {
              warn(check, members, "a check of type " + type + " does not read it");
            }
          });
      if (type.equals("http") && !check.find("url").isAbsent()) {
        warn(check, INSTEAD_OF_A_URL, "url says where the check goes");
      }
      if (type.equals("script") && !check.find("script").isAbsent()) {
        warn(check, List.of("command"), "script is the program");
      }
    }

    private static void warn(ManifestValue check, List<String> members, String why) {
      for (String member : members) {
        ManifestValue found = check.find(member);
        if (!found.isAbsent()) {
          found.warn("%s is ignored: %s".formatted(found.label(), why));
        }
      }
    }

    private static void http(ManifestValue check) {
      ManifestValue url = check.find("url");
      ServiceChecks.must(
          url,
          url.isAbsent() || url.asText().matches("(?i)(https?://|\\$\\{)\\S+"),
          "an address that begins with http:// or https://");
      ServiceAddresses.checkAsked(url);
      ManifestValue path = check.find("path");
      ServiceChecks.must(
          path, path.isAbsent() || path.asText().matches("[/$]\\S*"), "a path that begins with /");
      word(check.find("scheme"), List.of("http", "https"));
      word(check.find("method"), METHODS);
      ManifestValue status = check.find("expected_status");
      ServiceChecks.must(
          status,
          status.isAbsent() || isStatus(status.value()),
          "a status from 100 to 599, a range as \"200-299\" or a list of them");
      ManifestValue headers = check.find("headers");
      if (ServiceChecks.must(
          headers,
          headers.isAbsent()
              || headers.value().isObject()
                  && Json.elements(headers.value()).allMatch(JsonNode::isValueNode),
          "an object of strings")) {
        headers.value().properties().forEach(one -> header(headers.at(one.getKey()), one.getKey()));
      }
      ServiceChecks.texts(check, "body");
      ManifestValue contains = check.find("contains");
      if (!contains.isAbsent() && check.find("method").asText().equals("HEAD")) {
        contains.refuse(
            ManifestProblem.CONFLICT,
            contains.label() + " can never be found: the answer to HEAD has no body");
      }
    }

    private static void header(ManifestValue header, String name) {
      if (!HEADER.matcher(name).matches()) {
        header.refuse(ManifestProblem.SHAPE, header.label() + " is no name of a header");
      } else if (OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
        header.refuse(
            ManifestProblem.CONFLICT, header.label() + " is set by the check itself; leave it out");
      } else {
        ServiceChecks.must(header, LINE.matcher(header.asText()).matches(), "one line of text");
      }
    }

    private static boolean isStatus(JsonNode value) {
      if (value.isArray()) {
        return !value.isEmpty()
            && Json.elements(value).allMatch(one -> !one.isArray() && isStatus(one));
      }
      if (value.isIntegralNumber()) {
        return value.asInt() >= 100 && value.asInt() <= 599;
      }
      Matcher range = RANGE.matcher(value.isTextual() ? value.textValue().trim() : "");
      return range.matches()
          && (range.group(2) == null || range.group(1).compareTo(range.group(2)) <= 0);
    }

    private static void script(ManifestValue check) {
      ManifestValue script = check.find("script", "command");
      if (script.isAbsent()) {
        script.refuse(ManifestProblem.REQUIRED, script.label() + " is required");
        return;
      }
      JsonNode value = script.value();
      boolean isSafe =
          value.isTextual()
              && !value.textValue().isBlank()
              && !UNSAFE.matcher(value.textValue()).find();
      ServiceChecks.must(
          script,
          isSafe || Shape.STRINGS.fits(value) && !value.isEmpty(),
          "a list of a program and its arguments, or the same as text without ; & | < > ` and $(");
      ServiceChecks.shaped(check.find("args"), Shape.STRINGS, "a list of strings");
    }

    private static void whole(ManifestValue place, int least, int most) {
      JsonNode value = place.value();
      boolean fits =
          value.isIntegralNumber()
              && value.canConvertToInt()
              && value.intValue() >= least
              && value.intValue() <= most;
      ServiceChecks.must(
          place, place.isAbsent() || fits, "an integer from %d to %d".formatted(least, most));
    }

    private static void word(ManifestValue place, List<String> words) {
      ServiceChecks.must(
          place,
          place.isAbsent() || words.contains(place.asText()),
          "one of " + String.join(", ", words));
    }
  }

  /** Checks the addresses of services and their checks. */
  private static final class ServiceAddresses {
    private static final String PAGE = "blueprint-web-ui";
    private static final String PAGE_TAG = "web_ui";
    private static final Pattern TEMPLATE_OR_WEB =
        Pattern.compile("(?i)\\s*(https?://|\\$\\{)\\S+");

    /** Schemes that a browser would execute when a person follows the link. */
    private static final Pattern ACTIVE =
        Pattern.compile(
            "(?i)[\\x00-\\x20]*(javascript|data|vbscript|blob|file)\\s*:.*", Pattern.DOTALL);

    private static final Pattern USER = Pattern.compile("(?i)https?://[^/?#]*@.*", Pattern.DOTALL);

    private ServiceAddresses() {}

    /** {@code url} of a service; people follow that of a run's page. */
    static void checkUrl(ManifestValue service) {
      ManifestValue url = service.find("url");
      if (url.text() == null) {
        return; // its shape is checked elsewhere
      }
      boolean isPage =
          PAGE.equals(service.find("name").text())
              || Json.elements(service.find("tags").value())
                  .map(JsonNode::asText)
                  .anyMatch(PAGE_TAG::equals);
      boolean fits =
          isPage
              ? TEMPLATE_OR_WEB.matcher(url.text()).matches()
              : !ACTIVE.matcher(url.text()).matches();
      if (!fits) {
        url.shouldBe(
            isPage
                ? "an address that begins with http:// or https://, as people follow it"
                : "an address of a service, not one that a browser carries out");
      }
    }

    /** {@code url} of a check, which is requested without credentials. */
    static void checkAsked(ManifestValue url) {
      if (url.text() != null && USER.matcher(url.text()).matches()) {
        url.refuse(
            ManifestProblem.UNSUPPORTED,
            url.label()
                + " can never pass: nobody's name and password may stand in it; send them in headers");
      }
    }
  }
}

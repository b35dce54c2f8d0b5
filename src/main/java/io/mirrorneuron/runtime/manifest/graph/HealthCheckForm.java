package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the form of one check of a service; {@code runtime.md} 5.4. */
final class HealthCheckForm {
  private static final Members MEMBERS =
      Members.closed("name", "type", "timeout_ms", "interval_ms", "required", "url", "scheme")
          .with(null, "failures_before_critical", "address", "host", "port", "path", "method")
          .with(null, "expected_status", "contains", "headers", "body", "script", "command")
          .with(null, "args", "service");
  private static final List<String> TYPES = List.of("http", "tcp", "grpc", "script");
  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH");
  private static final Pattern RANGE =
      Pattern.compile("([1-5]\\d{2})(?:\\s*(?:-|\\.\\.)\\s*([1-5]\\d{2}))?");

  /** As HTTP has them. */
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  /** Tabs and what can be seen. */
  private static final Pattern LINE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

  /** What a request of another length, or to another host, is made with. */
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

  /** What only one type reads; the other members are read by all. */
  private static final Map<String, List<String>> OF_ONE_TYPE =
      Map.of(
          "http",
          List.of(
              "url", "scheme", "path", "method", "expected_status", "contains", "headers", "body"),
          "grpc",
          List.of("service"),
          "script",
          List.of("script", "command", "args"));

  private static final List<String> INSTEAD_OF_A_URL =
      List.of("scheme", "address", "host", "port", "path");

  private HealthCheckForm() {}

  /** A check of a service without a port must have one of its own where it connects to one. */
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

  /** Warns of what a check of this type does not read. */
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
          ManifestProblem.CONFLICT, header.label() + " is told by the check itself; leave it out");
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

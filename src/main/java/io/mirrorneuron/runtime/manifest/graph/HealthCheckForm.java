package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import java.util.List;
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
  private static final Pattern RANGE = Pattern.compile("\\d{3}(\\s*(-|\\.\\.)\\s*\\d{3})?");
  private static final Pattern UNSAFE = Pattern.compile("[;&|<>`\\n\\r]|\\$\\(");
  private static final int SHORTEST_INTERVAL = 100;
  private static final int LONGEST = 86_400_000;
  private static final int MOST_FAILURES = 1000;

  private HealthCheckForm() {}

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
  }

  private static void http(ManifestValue check) {
    ManifestValue url = check.find("url");
    ServiceChecks.must(
        url,
        url.isAbsent() || url.asText().matches("(?i)(https?://|\\$\\{)\\S+"),
        "an address that begins with http:// or https://");
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
    ServiceChecks.must(
        headers,
        headers.isAbsent()
            || headers.value().isObject()
                && Json.elements(headers.value()).allMatch(JsonNode::isValueNode),
        "an object of strings");
    ServiceChecks.texts(check, "body");
  }

  private static boolean isStatus(JsonNode value) {
    if (value.isArray()) {
      return !value.isEmpty()
          && Json.elements(value).allMatch(one -> !one.isArray() && isStatus(one));
    }
    if (value.isIntegralNumber()) {
      return value.asInt() >= 100 && value.asInt() <= 599;
    }
    return value.isTextual() && RANGE.matcher(value.textValue().trim()).matches();
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

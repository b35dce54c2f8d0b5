package io.mirrorneuron.runtime.manifest;

import static io.mirrorneuron.runtime.manifest.ManifestTexts.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.testing.SampleManifests;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What services and their checks must look like, told with what is there instead. */
class ServiceFormTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | services must be a service or a list of services, not {}",
        "[] | ",
        "{\"port\":1} | services.name is required",
        "5 | services must be a service or a list of services, not 5",
        "[\"db\"] | services.0 must be an object, not \"db\"",
        "[{\"name\":\"-a\"}] | services.0.name must be a letter or digit, then at most 127 letters,"
            + " digits, _ . or -, not \"-a\"",
        "[{\"name\":\"a\"},{\"name\":\"a\"}] | services.1 has the name a, as another one has",
        "[{\"name\":\"a\",\"port\":0}] | services.0.port must be a number from 1 to 65535 or a"
            + " template as ${config.port}, not 0",
        "[{\"name\":\"a\",\"port\":\"65536\"}] | services.0.port must be a number from 1 to 65535"
            + " or a template as ${config.port}, not \"65536\"",
        "[{\"name\":\"a\",\"port\":\"8080\"}] | ",
        "[{\"name\":\"a\",\"port\":\"${config.port}\"}] | ",
        "[{\"name\":\"a\",\"tags\":\"x\"}] | services.0.tags must be a list of strings, not \"x\"",
        "[{\"name\":\"a\",\"origin\":\"x\"}] | services.0.origin must be \"internal\" or"
            + " \"external\", not \"x\"",
        "[{\"name\":\"a\",\"checks\":{}}] | services.0.checks must be a list of checks, not {}",
        "[{\"name\":\"blueprint-web-ui\",\"url\":\"javascript:alert(1)\"}] | services.0.url must be an"
            + " address that begins with http:// or https://, as people follow it",
        "[{\"name\":\"a\",\"tags\":[\"web_ui\"],\"url\":\"ftp://a/\"}] | services.0.url must be an"
            + " address that begins with http:// or https://, as people follow it",
        "[{\"name\":\"a\",\"url\":\" jAvascript:alert(1)\"}] | services.0.url must be an address of a"
            + " service, not one that a browser carries out",
        "[{\"name\":\"a\",\"url\":\"data:text/html,x\"}] | services.0.url must be an address of a"
            + " service, not one that a browser carries out",
        "[{\"name\":\"a\",\"url\":\"postgres://db/\"}] | ",
        "[{\"name\":\"blueprint-web-ui\",\"url\":\"${config.page}\"}] | ",
        "[{\"name\":\"blueprint-web-ui\",\"url\":\"HTTPS://a/\"}] | ",
      })
  void servicesHaveAForm(String services, String reported) {
    ObjectNode manifest = manifest();
    manifest.set("services", json(services));
    assertThat(errors(manifest)).isEqualTo(reported == null ? List.of() : List.of(reported));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"type\":\"udp\" | type must be one of http, tcp, grpc, script, not \"udp\"",
        "\"name\":\"a\" | type is required",
        "\"type\":\"tcp\",\"interval_ms\":500 | ",
        "\"type\":\"tcp\",\"interval_ms\":99 | interval_ms must be an integer from 100 to 86400000,"
            + " not 99",
        "\"type\":\"tcp\",\"timeout_ms\":0.5 | timeout_ms must be an integer from 1 to 86400000,"
            + " not 0.5",
        "\"type\":\"tcp\",\"required\":\"yes\" | required must be true or false, not \"yes\"",
        "\"type\":\"http\",\"method\":\"DELETE\" | method must be one of GET, HEAD, POST, PUT,"
            + " PATCH, not \"DELETE\"",
        "\"type\":\"http\",\"url\":\"file:///etc/passwd\" | url must be an address that begins with"
            + " http:// or https://, not \"file:///etc/passwd\"",
        "\"type\":\"http\",\"url\":\"http://me:secret@a/\" | url can never pass: nobody's name and"
            + " password may stand in it",
        "\"type\":\"http\",\"url\":\"http://a/@b\" | ",
        "\"type\":\"http\",\"expected_status\":[200,\"300-399\"] | ",
        "\"type\":\"http\",\"expected_status\":\"200..204\" | ",
        "\"type\":\"http\",\"expected_status\":99 | expected_status must be a status from 100 to"
            + " 599, a range as \"200-299\" or a list of them, not 99",
        "\"type\":\"http\",\"headers\":[] | headers must be an object of strings, not []",
        "\"type\":\"http\",\"expected_status\":\"500-100\" | expected_status must be a status from"
            + " 100 to 599, a range as \"200-299\" or a list of them, not \"500-100\"",
        "\"type\":\"http\",\"expected_status\":[\"600\"] | expected_status must be a status from",
        "\"type\":\"http\",\"headers\":{\"X-Key\":\"${config.key}\",\"A\":1} | ",
        "\"type\":\"http\",\"headers\":{\"hOst\":\"a\"} | headers.hOst is set by the check itself",
        "\"type\":\"http\",\"headers\":{\"Content-Length\":\"1\"} | headers.Content-Length is set",
        "\"type\":\"http\",\"headers\":{\"Transfer-Encoding\":\"chunked\"} | headers.Transfer-",
        "\"type\":\"http\",\"headers\":{\"Connection\":\"x\"} | headers.Connection is set",
        "\"type\":\"http\",\"headers\":{\"a b\":\"x\"} | headers.a b is no name of a header",
        "\"type\":\"http\",\"headers\":{\"\":\"x\"} | headers. is no name of a header",
        "\"type\":\"http\",\"headers\":{\"A\":\"x\\r\\nB: y\"} | headers.A must be one line of text",
        "\"type\":\"http\",\"headers\":{\"A\":\"x\\u0000\"} | headers.A must be one line of text",
        "\"type\":\"script\" | script is required",
        "\"type\":\"script\",\"command\":[\"true\"] | ",
        "\"type\":\"script\",\"script\":\"check --fast\" | ",
        "\"type\":\"script\",\"script\":\"a; b\" | script must be a list of a program and its"
            + " arguments, or the same as text without ; & | < > ` and $(, not \"a; b\"",
        "\"type\":\"script\",\"script\":\"a $(b)\" | script must be a list of a program and its"
            + " arguments, or the same as text without ; & | < > ` and $(, not \"a $(b)\"",
      })
  void checksHaveAForm(String check, String reported) {
    ObjectNode manifest = manifest();
    manifest.set("services", json("[{\"name\":\"a\",\"port\":1,\"checks\":[{" + check + "}]}]"));
    List<String> errors = errors(manifest);
    if (reported == null) {
      assertThat(errors).isEmpty();
    } else {
      assertThat(errors).singleElement().asString().startsWith("services.0.checks.0." + reported);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"type\":\"tcp\" | a check of type tcp needs a port, and neither it nor its service has one",
        "\"type\":\"grpc\" | a check of type grpc needs a port, and neither it nor its service has",
        "\"type\":\"tcp\",\"port\":80 | ",
        "\"type\":\"http\",\"method\":\"HEAD\",\"contains\":\"x\" | the answer to HEAD has no body",
      })
  void aCheckThatCanNeverPassIsRefused(String check, String reported) {
    ObjectNode manifest = manifest();
    manifest.set("services", json("[{\"name\":\"a\",\"checks\":[{" + check + "}]}]"));
    List<String> errors = errors(manifest);
    if (reported == null) {
      assertThat(errors).isEmpty();
    } else {
      assertThat(errors).singleElement().asString().contains(reported);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"port\":1,\"checks\":[{\"type\":\"tcp\",\"path\":\"/\"}] | services.0.checks.0.path is"
            + " ignored: a check of type tcp does not read it",
        "\"port\":1,\"checks\":[{\"type\":\"http\",\"args\":[\"x\"]}] | services.0.checks.0.args is"
            + " ignored: a check of type http does not read it",
        "\"port\":1,\"checks\":[{\"type\":\"http\",\"url\":\"http://a/\",\"path\":\"/b\"}] |"
            + " services.0.checks.0.path is ignored: url says where the check goes",
        "\"port\":1,\"checks\":[{\"type\":\"script\",\"script\":\"a\",\"command\":\"b\"}] |"
            + " services.0.checks.0.command is ignored: script is the program",
        "\"tags\":[] | services.0 has neither a port nor a url, so nobody who finds it can reach it",
        "\"url\":\"http://a/\" | ",
        "\"port\":1,\"checks\":[{\"type\":\"script\",\"command\":[\"true\"],\"args\":[\"x\"]}] | ",
      })
  void whatIsIgnoredIsWarnedOf(String members, String reported) {
    ObjectNode manifest = manifest();
    manifest.set("services", json("[{\"name\":\"a\"," + members + "}]"));
    assertThat(manifests.parse(manifest.toString()).warnings())
        .isEqualTo(reported == null ? List.of() : List.of(reported));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"db\"", "[\"db\"]", "{\"name\":\"db\"}", "[{\"name\":\"db\"}]", "[]"})
  void whatIsNeededMayBeAName(String needed) {
    ObjectNode manifest = manifest();
    manifest.set("required_services", json(needed));
    ((ObjectNode) manifest.get("nodes").get(0)).set("requires_services", json(needed));
    assertThat(errors(manifest)).isEmpty();
    assertThat(manifests.parse(manifest.toString()).warnings()).isEmpty();
  }

  @Test
  void whatIsNeededIsNoEmptyObject() {
    ObjectNode manifest = manifest();
    manifest.set("required_services", json("{}"));
    ((ObjectNode) manifest.get("nodes").get(0)).set("requires_services", json("{}"));
    assertThat(errors(manifest))
        .containsExactlyInAnyOrder(
            "required_services must be a service or a list of services, not {}",
            "nodes.work.requires_services must be a service or a list of services, not {}");
  }

  @Test
  void anErrorOfShapeSaysWhatWasExpectedAndWhatIsThere() {
    ObjectNode manifest = manifest();
    manifest.set("services", json("[{\"name\":\"web\",\"tags\":[\"web_ui\"],\"url\":\"data:x\"}]"));
    Issue issue =
        manifests.check(manifest.toString(), Set.of(), Purpose.NEW).issues().stream()
            .filter(Issue::isError)
            .findFirst()
            .orElseThrow();
    assertThat(issue.location().pointer()).isEqualTo("/manifest/services/0/url");
    assertThat(issue.expected()).asString().startsWith("an address that begins with http://");
    assertThat(issue.actual()).asString().contains("data:x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"services", "required_services"})
  void whatWasAcceptedOnceStaysReadable(String member) {
    ObjectNode manifest = manifest();
    manifest.set(member, json("[{\"name\":\"-\",\"port\":1}]"));
    assertThat(manifests.parse(manifest.toString()).warnings()).hasSize(1);
  }

  private static ObjectNode manifest() {
    return (ObjectNode) json(SampleManifests.program("graph", "true"));
  }

  private List<String> errors(ObjectNode manifest) {
    return manifests.check(manifest.toString(), Set.of(), Purpose.NEW).issues().stream()
        .filter(issue -> issue.severity().equals("error"))
        .map(Issue::message)
        .toList();
  }
}

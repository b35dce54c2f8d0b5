package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.wire.Json;
import java.util.regex.Pattern;

/** Checks where a manifest says that services and their checks are. */
final class ServiceAddresses {
  private static final String PAGE = "blueprint-web-ui";
  private static final String PAGE_TAG = "web_ui";
  private static final Pattern TEMPLATE_OR_WEB = Pattern.compile("(?i)\\s*(https?://|\\$\\{)\\S+");

  /** What a browser would carry out where somebody follows it. */
  private static final Pattern ACTIVE =
      Pattern.compile(
          "(?i)[\\x00-\\x20]*(javascript|data|vbscript|blob|file)\\s*:.*", Pattern.DOTALL);

  private static final Pattern USER = Pattern.compile("(?i)https?://[^/?#]*@.*", Pattern.DOTALL);

  private ServiceAddresses() {}

  /** {@code url} of a service; that of a page of a run is followed by people. */
  static void checkUrl(ManifestValue service) {
    ManifestValue url = service.find("url");
    if (url.text() == null) {
      return; // its shape is looked at elsewhere
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

  /** {@code url} of a check, which is asked as nobody. */
  static void checkAsked(ManifestValue url) {
    if (url.text() != null && USER.matcher(url.text()).matches()) {
      url.refuse(
          ManifestProblem.UNSUPPORTED,
          url.label()
              + " can never pass: nobody's name and password may stand in it; send them in headers");
    }
  }
}

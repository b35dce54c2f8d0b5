package io.mirrorneuron.config;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where clients find the doors. What was asked for at this start comes first, then what the running
 * server of this home announced, then what was persisted, then the defaults.
 *
 * @param running the content of {@code runtime-endpoints.json}
 */
record ClientTargets(Settings settings, JsonNode running) {
  private static final String WEB_UI = "web_ui.url";

  /** {@code host:port} of the runtime. */
  String grpc() {
    String target = settings.text("grpc.target");
    String hostAndPort = settings.text("core.host") + ":" + settings.text("grpc.port");
    if (settings.isExplicit("grpc.target")) {
      return target;
    }
    if (settings.isExplicit("core.host") || settings.isExplicit("grpc.port")) {
      return hostAndPort;
    }
    String announced = announced("grpc", "target", "%s:%s");
    if (!announced.isBlank()) {
      return announced;
    }
    return target.isEmpty() ? hostAndPort : target;
  }

  /** The API's URL with its base path and no slash at the end. */
  String apiBaseUrl() {
    String url = settings.text("api.base_url");
    String form = "http://%s:%s/api/v1";
    if (!settings.isExplicit("api.base_url")) {
      if (settings.isExplicit("api.host") || settings.isExplicit("api.port")) {
        url = "";
      } else {
        String announced = announced("api", "base_url", form);
        url = announced.isBlank() ? url : announced;
      }
    }
    String derived = form.formatted(settings.text("api.host"), settings.text("api.port"));
    return (url.isBlank() ? derived : url).replaceAll("/+$", "");
  }

  /** Where people find a web page of this server; empty when nobody says. */
  String webUi() {
    String url = settings.text(WEB_UI);
    settings.requireText(
        WEB_UI,
        url.isEmpty() || url.matches("https?://\\S+") && Origin.ofUrl(url).isPresent(),
        "an address such as http://localhost:55173, without a name and password");
    return url;
  }

  /**
   * Whether the API was named, or announced by a server of this home. Of an announced one nothing
   * is known where another runtime was named than the one that was announced with it.
   */
  boolean knowsApi() {
    if (settings.isSet("api.base_url")
        || settings.isExplicit("api.host")
        || settings.isExplicit("api.port")) {
      return true;
    }
    String runtime = announced("grpc", "target", "%s:%s");
    return !announced("api", "base_url", "http://%s:%s").isBlank()
        && (runtime.isBlank() || runtime.equals(grpc()));
  }

  private String announced(String door, String whole, String form) {
    JsonNode node = running.path(door);
    if (!node.path(whole).asText().isBlank()) {
      return node.path(whole).asText();
    }
    return node.hasNonNull("host") && node.hasNonNull("port")
        ? form.formatted(node.path("host").asText(), node.path("port").asText())
        : "";
  }
}

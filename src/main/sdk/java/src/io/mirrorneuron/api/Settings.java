package io.mirrorneuron.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where the server is, and which token it wants; a token of a home is sent to its own server only. */
record Settings(String url, String token) {
  static Settings find(Map<String, String> environment) {
    String named = environment.get("MN_API_BASE_URL");
    String usual = Path.of(System.getProperty("user.home"), ".mn").toString();
    Path home = Path.of(environment.getOrDefault("MN_HOME", usual));
    String token = environment.get("MN_API_TOKEN");
    if (token == null && environment.containsKey("MN_API_TOKEN_FILE")) {
      token = content(Path.of(environment.get("MN_API_TOKEN_FILE")));
    }
    if (token == null && named == null) {
      token = content(home.resolve("api.token"));
    }
    return new Settings(
        named == null ? announced(home) : named,
        token == null || token.isBlank() ? null : token.strip());
  }

  static String withBasePath(String url) {
    String plain = url.replaceAll("/+$", "");
    return plain.endsWith("/api/v1") ? plain : plain + "/api/v1";
  }

  private static String announced(Path home) {
    try {
      JsonNode all = new JsonMapper().readTree(content(home.resolve("runtime-endpoints.json")));
      return all.at("/api/base_url").asText("http://localhost:54001");
    } catch (IOException | IllegalArgumentException none) {
      return "http://localhost:54001";
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException none) {
      return null;
    }
  }
}

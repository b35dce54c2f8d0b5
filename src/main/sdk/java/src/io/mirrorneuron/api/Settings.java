package io.mirrorneuron.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Where the server is, and which token it wants; a token of a home is sent to its own server only. */
record Settings(String url, String token) {
  static Settings find(String url, String token, Path home, Map<String, String> environment) {
    String address = url == null ? environment.get("MN_API_BASE_URL") : url;
    String usual = Path.of(System.getProperty("user.home"), ".mn").toString();
    Path folder = home == null ? Path.of(environment.getOrDefault("MN_HOME", usual)) : home;
    String found = token == null ? environment.get("MN_API_TOKEN") : token;
    if (found == null && environment.containsKey("MN_API_TOKEN_FILE")) {
      found = content(Path.of(environment.get("MN_API_TOKEN_FILE")));
    }
    if (found == null && address == null) {
      found = content(folder.resolve("api.token"));
    }
    return new Settings(
        address == null ? announced(folder) : address,
        found == null || found.isBlank() ? null : found.strip());
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

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
    String address = url == null ? given(environment, "MN_API_BASE_URL") : url;
    String named = given(environment, "MN_HOME");
    Path usual = Path.of(System.getProperty("user.home"), ".mn");
    Path folder = home != null ? home : named != null ? Path.of(named) : usual;
    String found = token == null ? given(environment, "MN_API_TOKEN") : token;
    String file = given(environment, "MN_API_TOKEN_FILE");
    if (found == null && file != null) {
      found = content(Path.of(file));
    }
    if (found == null && address == null) {
      found = content(folder.resolve("api.token"));
    }
    return new Settings(
        address == null ? announced(folder) : address,
        found == null || found.isBlank() ? null : found.strip());
  }

  /** What is empty is not given. */
  private static String given(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
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
      String content = Files.readString(file);
      return content.startsWith("\uFEFF") ? content.substring(1) : content;
    } catch (IOException none) {
      return null;
    }
  }
}

package io.mirrorneuron.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where language models are.
 *
 * @param runners where Docker Model Runner may be, without {@code /engines} and without a slash at
 *     the end, in the order in which they are tried
 * @param standard the model of programs that name none; empty when they are told of none
 * @param catalog a file of models beside those that this program knows
 * @param ownership a file that says for whom models were installed
 */
public record ModelSettings(
    List<URI> runners, String standard, Path catalog, Path ownership, Endpoint endpoint) {
  static final String RUNNER = "model.runner_api_base";
  static final String KEY_FILE = "model.openai_api_key_file";
  private static final String CATALOG = "model.catalog_path";
  private static final String OWNERSHIP = "model.ownership_path";
  private static final String ENDPOINT = "model.openai_api_base";

  public ModelSettings {
    runners = List.copyOf(runners);
  }

  /**
   * An endpoint that speaks as OpenAI does.
   *
   * @param base without a slash at the end, for example {@code http://localhost:11434/v1}; null
   *     when there is none
   * @param key empty when it asks for none
   */
  public record Endpoint(URI base, Secret key) {
    public static final Endpoint NONE = new Endpoint(null, Secret.NONE);

    public boolean isSet() {
      return base != null;
    }
  }

  static ModelSettings read(Settings settings, ConfigReader paths) {
    List<URI> runners =
        settings.list(RUNNER).stream()
            .map(text -> runner(settings, text))
            .filter(Objects::nonNull)
            .toList();
    return new ModelSettings(
        runners,
        settings.text("model.default"),
        paths.path(CATALOG),
        paths.path(OWNERSHIP),
        endpoint(settings, paths.optionalPath(KEY_FILE)));
  }

  private static URI runner(Settings settings, String text) {
    String url = text.contains("://") ? text : "http://" + text;
    URI root = url(url.replaceFirst("/engines(/v1)?/*$", ""));
    settings.requireText(
        RUNNER, root != null, "a list of URLs such as http://localhost:12434, each with a host");
    return root;
  }

  private static Endpoint endpoint(Settings settings, Path keyFile) {
    String text = settings.text(ENDPOINT);
    String key = keyFile == null ? "" : HomeFiles.content(keyFile);
    settings.requireText(
        KEY_FILE,
        keyFile == null || !key.isEmpty() && key.chars().allMatch(one -> one > ' ' && one < 127),
        "a readable file that holds a key of one line");
    if (text.isEmpty()) {
      return Endpoint.NONE;
    }
    URI base = url(text);
    settings.requireText(ENDPOINT, base != null, "a URL such as http://localhost:11434/v1");
    return new Endpoint(base, new Secret(key));
  }

  /** Null when it is none that can be asked. */
  private static URI url(String text) {
    try {
      URI url = URI.create(text.replaceFirst("/+$", ""));
      boolean fits =
          String.valueOf(url.getScheme()).matches("https?")
              && url.getHost() != null
              && url.getRawUserInfo() == null
              && url.getRawQuery() == null
              && url.getRawFragment() == null;
      return fits ? url : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}

package io.mirrorneuron.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What settings are called besides: the section {@code executor} is {@code executors}, too. */
final class SettingAlias {
  private static final String SECTION = "executor.";
  private static final String TOO = "executors.";

  /** Variables with names of others, the weakest first. */
  private static final Map<String, List<String>> OTHERS =
      Map.of(
          ModelSettings.RUNNER,
          List.of(
              "MODEL_RUNNER_HOST",
              "DOCKER_MODEL_RUNNER_API_BASE",
              "MN_DOCKER_MODEL_RUNNER_API_BASE"));

  private SettingAlias() {}

  /** All variables that set a key; a later one counts more. */
  static List<String> variables(String key) {
    return Stream.concat(
            OTHERS.getOrDefault(key, List.of()).stream(),
            Stream.of(of(key), key).map(ConfigLoader::variable))
        .distinct()
        .toList();
  }

  /** The name that the defaults have, of either. */
  static String first(String key) {
    return key.startsWith(TOO) ? SECTION + key.substring(TOO.length()) : key;
  }

  /** The other name of a key; the key itself when it has none. */
  private static String of(String key) {
    return key.startsWith(SECTION) ? TOO + key.substring(SECTION.length()) : key;
  }
}

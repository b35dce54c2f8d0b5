package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills in values that are known only when a service is registered: {@code ${config.port}}, {@code
 * ${env.PORT}}, {@code ${node}}, {@code ${job_id}}, {@code ${agent_id}}, {@code ${service.port}}.
 *
 * @param config of the agent, or of the manifest for services of the job
 * @param environment variables that readers of services may see
 * @param facts values by name, as {@code job_id} and {@code service.name}
 */
public record ServiceTemplates(
    JsonNode config, Map<String, String> environment, Map<String, String> facts) {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");

  /** A name has no value. */
  static final class Unfilled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unfilled(String reference) {
      super("the template ${" + reference + "} has no value", null, false, false);
    }
  }

  /**
   * @param text may be null; the result is null then
   */
  String fill(String text) {
    if (text == null || !text.contains("${")) {
      return text;
    }
    Matcher references = REFERENCE.matcher(text);
    return references.replaceAll(found -> Matcher.quoteReplacement(value(found.group(1).trim())));
  }

  private String value(String reference) {
    String value = null;
    if (reference.startsWith("config.")) {
      value = configured(reference.substring("config.".length()));
    } else if (reference.startsWith("env.")) {
      value = environment.get(reference.substring("env.".length()));
    } else {
      value = facts.get(reference);
    }
    if (value == null) {
      throw new Unfilled(reference);
    }
    return value;
  }

  private String configured(String path) {
    JsonNode value = config;
    for (String member : path.split("\\.")) {
      value = value == null ? null : value.get(member);
    }
    return value == null || !value.isValueNode() || value.isNull() ? null : value.asText();
  }
}

package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.graph.UpdatePolicies;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the requested key and policy of a deployment. */
public final class DeploymentRequest {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

  /** Deployments are found by id or key alike, so no key may look like an id. */
  private static final Pattern ID = Pattern.compile("dep_.+_\\d+");

  private static final List<String> PLACES =
      List.of(
          "metadata.deployment_key",
          "metadata.mn_deployment_key",
          "metadata.mn_cli.deployment_key",
          "deployment.key",
          "policies.deployment_key");

  private DeploymentRequest() {}

  /** The given key, else the first that the manifest names. */
  public static String key(String given, Workflow workflow) {
    String key = given == null || given.isBlank() ? named(workflow) : given.strip();
    if (!KEY.matcher(key).matches()) {
      throw MnException.invalid(
          "deployment_key must be a letter or digit, and up to 127 of letters, digits, _, . and -: "
              + ManifestValue.shown(key));
    }
    if (ID.matcher(key).matches()) {
      throw MnException.invalid(
          "deployment_key must not look like the id of a deployment: " + ManifestValue.shown(key));
    }
    return key;
  }

  private static String named(Workflow workflow) {
    for (String place : PLACES) {
      String found = text(workflow, place);
      if (found != null) {
        return found;
      }
    }
    return workflow.jobName().isBlank() ? workflow.graphId() : workflow.jobName();
  }

  /** The stripped text at a place; null when it is no text, or blank. */
  private static String text(Workflow workflow, String place) {
    ManifestValue found = ManifestValue.root(workflow.source(), new Findings(false)).find(place);
    boolean isText = found.value().isTextual() && !found.text().isBlank();
    return isText ? found.text().strip() : null;
  }

  /** The version's tag for people, or null. */
  public static String tag(Workflow workflow) {
    return text(workflow, "metadata.deployment_tag");
  }

  /**
   * The policy of a manifest; given values take precedence.
   *
   * @throws MnException INVALID with all errors
   */
  public static UpdatePolicy policy(Map<String, Object> given, Workflow workflow) {
    Findings findings = new Findings(false, Findings.Purpose.STRICT);
    ObjectNode update = Json.object();
    ManifestValue own = ManifestValue.root(workflow.source(), findings).find("policies.update");
    if (own.value() instanceof ObjectNode written) {
      update.setAll(written);
    }
    update.setAll((ObjectNode) Json.MAPPER.valueToTree(given));
    ObjectNode root = Json.object();
    root.putObject("policies").set("update", update);
    UpdatePolicy policy =
        UpdatePolicies.read(ManifestValue.root(root, findings).find("policies.update"));
    findings.throwIfAny();
    return policy;
  }
}

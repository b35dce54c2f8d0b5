package io.mirrorneuron.area.webhooks;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.webhook.NewTarget;
import io.mirrorneuron.security.StandardWebhooks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A webhook that is asked for; what is not said is null. */
record NewWebhook(
    String name,
    String direction,
    String eventType,
    String signature,
    String secret,
    String url,
    List<String> events,
    Map<String, Object> filters) {
  static final Set<String> MEMBERS =
      Set.of("name", "direction", "event_type", "signature", "secret", "url", "events", "filters");

  boolean isOutbound() {
    return "outbound".equals(direction);
  }

  /**
   * @throws MnException INVALID when something is said that means nothing for its direction
   */
  void requireFitting() {
    Map<String, Object> foreign = new LinkedHashMap<>();
    if (isOutbound()) {
      foreign.put("event_type", eventType);
      foreign.put("signature", signature);
      foreign.put("secret", secret);
    } else {
      foreign.put("url", url);
      foreign.put("events", events);
      foreign.put("filters", filters);
      requireFittingSecret();
    }
    foreign.values().removeIf(value -> value == null);
    if (!foreign.isEmpty()) {
      throw MnException.invalid(
          "%s is of %s webhooks only; this one is %s"
              .formatted(
                  foreign.keySet().iterator().next(),
                  isOutbound() ? "inbound" : "outbound",
                  isOutbound() ? "outbound" : "inbound, as no direction: outbound says otherwise"));
    }
  }

  private void requireFittingSecret() {
    if (secret != null && "none".equalsIgnoreCase(signature)) {
      throw MnException.invalid("secret means nothing without a signature");
    }
    boolean isGeneric = signature == null || signature.equalsIgnoreCase("generic");
    if (secret != null && isGeneric && !StandardWebhooks.isSecret(secret)) {
      throw MnException.invalid("secret must be whsec_ and base64, or text that does not begin so");
    }
  }

  NewTarget target() {
    return new NewTarget(name, url, events, filters);
  }
}

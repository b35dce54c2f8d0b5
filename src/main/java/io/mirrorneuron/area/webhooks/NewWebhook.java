package io.mirrorneuron.area.webhooks;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.webhook.NewTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  NewTarget target() {
    return new NewTarget(name, url, events, filters);
  }
}

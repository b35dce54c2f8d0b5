package io.mirrorneuron.port.schedule;

import io.mirrorneuron.model.MnException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A webhook that is asked for; what is not said is null. */
public record NewWebhook(
    String name,
    String direction,
    String eventType,
    String signature,
    String secret,
    String url,
    List<String> events,
    Map<String, Object> filters) {
  public static final Set<String> MEMBERS =
      Set.of("name", "direction", "event_type", "signature", "secret", "url", "events", "filters");

  private boolean isOutbound() {
    return "outbound".equals(direction);
  }

  private void requireFitting() {
    if (direction != null && !direction.equals("inbound") && !isOutbound()) {
      throw MnException.invalid("direction must be inbound or outbound");
    }
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

  /**
   * Makes it.
   *
   * @return what is told of it, with what is shown only now
   * @throws MnException INVALID when something is said that means nothing for its direction
   */
  public Object in(Webhooks webhooks) {
    requireFitting();
    return isOutbound()
        ? webhooks.outbound().create(new NewTarget(name, url, events, filters))
        : webhooks.inbound().create(new NewHook(name, eventType, signature, secret));
  }
}

package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks.NewHook;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Outbound webhooks: each target receives its selected events, signed and in order, with retries.
 * Blocking. Thread-safe.
 */
public interface OutboundWebhooks {
  /** Maximum number of targets. */
  int MOST = 100;

  /** Default number of listed deliveries. */
  int USUAL_PAGE = 100;

  int LARGEST_PAGE = 1000;

  record Deliveries(List<WebhookDelivery> data) {
    public Deliveries {
      data = List.copyOf(data);
    }
  }

  /**
   * @param replayed how many wait again
   * @param dead how many there still are, as there was no room for them
   */
  record Replayed(String webhookId, int replayed, long dead) {}

  /**
   * Makes a target. It is told what happens from about a second later.
   *
   * @return the only answer with its secret
   * @throws io.mirrorneuron.model.MnException INVALID when it could not be told anything; EXHAUSTED
   *     when there are {@link #MOST}
   */
  WebhookTarget create(NewTarget wanted);

  List<WebhookTarget> list();

  /**
   * @throws io.mirrorneuron.model.MnException NOT_FOUND
   */
  WebhookTarget get(String id);

  /**
   * Gives it a new secret; for a day both sign what it gets.
   *
   * @return with the new secret
   */
  WebhookTarget rotate(String id);

  /** Resumes deliveries, including those pending from before it was disabled. */
  WebhookTarget enable(String id);

  /** Drops its undelivered events. */
  void delete(String id);

  /**
   * @param state {@code pending}, {@code dead} or {@code delivered}; null for all in this order
   * @param limit of each state; 0 or less is {@link #USUAL_PAGE}
   */
  Deliveries deliveries(String id, String state, int limit);

  /**
   * Queues dead deliveries again, behind the pending ones.
   *
   * @param deliveryId null for all
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when it is not among the dead
   */
  Replayed replay(String id, String deliveryId);

  /**
   * A target that is to be made.
   *
   * @param name for people
   * @param url {@code https} or {@code http}
   * @param events types of events, or their beginnings with {@code *} behind; at least one
   * @param filters as triggers of schedules have them; null for none
   */
  public record NewTarget(
      String name, String url, List<String> events, Map<String, Object> filters) {}

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
        Set.of(
            "name", "direction", "event_type", "signature", "secret", "url", "events", "filters");

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
                    isOutbound()
                        ? "outbound"
                        : "inbound, as no direction: outbound says otherwise"));
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

  /**
   * A delivery, as shown to callers. Times are ISO texts; what is not known is null.
   *
   * @param deliveryId the id of its event, which the target gets as {@code webhook-id}
   * @param state {@code pending}, {@code dead} or {@code delivered}
   * @param tries that have begun
   * @param lastStatus what the target answered
   * @param lastError why the last try failed
   * @param lastAnswer the beginning of the body of an answer that was no success
   * @param nextTryAt of the one that is next of its target
   * @param deadReason why it is not tried again
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WebhookDelivery(
      String deliveryId,
      String eventType,
      String state,
      int tries,
      String createdAt,
      String lastTriedAt,
      Integer lastStatus,
      String lastError,
      String lastAnswer,
      String nextTryAt,
      String deadReason) {}

  /**
   * An outbound webhook. Times are ISO texts.
   *
   * @param direction {@code outbound}
   * @param url without the values of its query
   * @param status {@code active} or {@code disabled}
   * @param disabledReason null while it is active
   * @param pending number of waiting deliveries
   * @param dead number of deliveries given up that can be replayed
   * @param delivered number of successful deliveries
   * @param dropped number of dead deliveries discarded for lack of space
   * @param secret null except right after creation or rotation
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WebhookTarget(
      String webhookId,
      String name,
      String direction,
      String url,
      List<String> events,
      Map<String, Object> filters,
      String status,
      String disabledReason,
      long pending,
      long dead,
      long delivered,
      long dropped,
      String createdAt,
      String updatedAt,
      String secret) {}
}

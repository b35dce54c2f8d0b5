package io.mirrorneuron.port.schedule;

import java.util.List;

/**
 * Targets that are told what happens: each gets the events that it wants, signed, in their order,
 * and again until it has them. Blocking and thread-safe.
 */
public interface OutboundWebhooks {
  /** So many there can be. */
  int MOST = 100;

  /** So many deliveries are listed where nobody says how many. */
  int USUAL_PAGE = 100;

  /** So many are listed at most. */
  int LARGEST_PAGE = 1000;

  /** What deliveries of a target are listed. */
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

  /** Lets it have again what there is, also what waited before it was disabled. */
  WebhookTarget enable(String id);

  /** What it did not get yet, it never gets. */
  void delete(String id);

  /**
   * @param state {@code pending}, {@code dead} or {@code delivered}; null for all in this order
   * @param limit of each state; 0 or less is {@link #USUAL_PAGE}
   */
  Deliveries deliveries(String id, String state, int limit);

  /**
   * Lets what is dead wait again, behind what waits.
   *
   * @param deliveryId null for all
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when it is not among the dead
   */
  Replayed replay(String id, String deliveryId);
}

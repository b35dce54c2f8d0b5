package io.mirrorneuron.port.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.InboundWebhooks.InboundWebhook;
import java.time.Duration;

/** Webhooks of both directions. */
public record Webhooks(InboundWebhooks inbound, OutboundWebhooks outbound) {
  /** Prefix of the ids of outbound webhooks. */
  public static final String OUTBOUND = "hook_out_";

  public static boolean isOutbound(String id) {
    return id.startsWith(OUTBOUND);
  }

  /** See {@link InboundWebhooks#change}; the secret of an outbound webhook cannot be chosen. */
  public InboundWebhook change(String id, String secret, Duration overlap) {
    if (isOutbound(id)) {
      throw MnException.invalid(
          "the secret of an outbound webhook is made by this server; rotate it for a new one");
    }
    return inbound.change(id, secret, overlap);
  }

  /**
   * See {@link InboundWebhooks#rotate} and {@link OutboundWebhooks#rotate}.
   *
   * @param overlap of inbound ones only; null for the usual one
   */
  public Object rotate(String id, Duration overlap) {
    if (!isOutbound(id)) {
      return inbound.rotate(id, overlap);
    }
    if (overlap != null) {
      throw MnException.invalid(
          "overlap_seconds is of inbound webhooks only: both secrets of an outbound one sign for a"
              + " day");
    }
    return outbound.rotate(id);
  }

  public void delete(String id) {
    if (isOutbound(id)) {
      outbound.delete(id);
    } else {
      inbound.delete(id);
    }
  }
}

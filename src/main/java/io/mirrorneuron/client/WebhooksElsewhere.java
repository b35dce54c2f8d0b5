package io.mirrorneuron.client;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.webhook.NewTarget;
import io.mirrorneuron.port.webhook.OutboundWebhooks;
import io.mirrorneuron.port.webhook.WebhookTarget;
import java.util.List;

/** Webhooks of a runtime elsewhere: no rpc knows them, its own server has them. */
final class WebhooksElsewhere implements OutboundWebhooks {
  private static MnException elsewhere() {
    return new MnException(
        ErrorCode.UNIMPLEMENTED,
        "unimplemented",
        "webhooks are kept by the server of the runtime; ask that one");
  }

  @Override
  public WebhookTarget create(NewTarget wanted) {
    throw elsewhere();
  }

  @Override
  public List<WebhookTarget> list() {
    throw elsewhere();
  }

  @Override
  public WebhookTarget get(String id) {
    throw elsewhere();
  }

  @Override
  public WebhookTarget rotate(String id) {
    throw elsewhere();
  }

  @Override
  public WebhookTarget enable(String id) {
    throw elsewhere();
  }

  @Override
  public void delete(String id) {
    throw elsewhere();
  }

  @Override
  public Deliveries deliveries(String id, String state, int limit) {
    throw elsewhere();
  }

  @Override
  public Replayed replay(String id, String deliveryId) {
    throw elsewhere();
  }
}

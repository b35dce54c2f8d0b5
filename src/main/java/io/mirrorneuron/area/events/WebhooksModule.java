package io.mirrorneuron.area.events;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/**
 * The area {@code webhooks}: addresses at which others tell what happened, and targets that are
 * told what happens here.
 */
public final class WebhooksModule {
  private WebhooksModule() {}

  public static AreaVerticle of(Platform platform) {
    return new WebhooksVerticle(platform.webhooks());
  }
}

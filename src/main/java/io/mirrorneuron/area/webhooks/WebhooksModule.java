package io.mirrorneuron.area.webhooks;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.bus.AreaVerticle;

/** The area {@code webhooks}: addresses at which others tell what happened. */
public final class WebhooksModule {
  private WebhooksModule() {}

  public static AreaVerticle of(Platform platform) {
    return new WebhooksVerticle(platform.records(), platform.events(), platform.clock());
  }
}

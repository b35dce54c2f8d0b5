package io.mirrorneuron.bus;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;

/** Sends calls from a gateway to the areas of this or another process. */
public interface AreaBus {

  /** Options that each message needs; a new object for each call. */
  DeliveryOptions delivery();

  /** Fails as the area does, and as UNAVAILABLE when no area can be reached. */
  Future<Message<Buffer>> ask(String tag, JsonObject call, DeliveryOptions delivery);

  /** A number that is unique among the open calls of these areas. */
  long number();

  /** Reports that the caller of this call no longer waits. */
  void gone(String tag, long number);
}

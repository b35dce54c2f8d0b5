package io.mirrorneuron.bus;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;

/** The way from a gateway to the areas, in this process or in another one. */
public interface AreaBus {

  /** Options that each message needs; a new object for each call. */
  DeliveryOptions delivery();

  /** Fails as the area does, and as UNAVAILABLE when no area can be asked. */
  Future<Message<Buffer>> ask(String tag, JsonObject call, DeliveryOptions delivery);

  /** A number for a call that no other call of these areas has. */
  long number();

  /** Says that nobody waits for the call with this number any more. */
  void gone(String tag, long number);
}

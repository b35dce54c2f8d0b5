package io.mirrorneuron.bus;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicLong;

/** The areas of this process. Messages stay in the process, also on a clustered bus. */
public record LocalAreas(EventBus bus) implements AreaBus {
  private static final AtomicLong NUMBERS = new AtomicLong();

  @Override
  public DeliveryOptions delivery() {
    return new DeliveryOptions().setLocalOnly(true);
  }

  @Override
  public Future<Message<Buffer>> ask(String tag, JsonObject call, DeliveryOptions delivery) {
    return bus.request(Addresses.area(tag), call, delivery);
  }

  @Override
  public long number() {
    return NUMBERS.incrementAndGet();
  }

  @Override
  public void gone(String tag, long number) {
    bus.publish(Addresses.gone(tag), number, delivery());
  }
}

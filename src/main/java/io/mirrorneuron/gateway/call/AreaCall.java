package io.mirrorneuron.gateway.call;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.time.Duration;

/** The way of one operation's calls to its area. */
public final class AreaCall {
  private final EventBus bus;
  private final String address;
  private final DeliveryOptions delivery;

  /**
   * @param usual how long the area may take where the contract says nothing else
   */
  public AreaCall(EventBus bus, ApiOperation operation, Duration usual) {
    Duration timeout = operation.timeout() == null ? usual : operation.timeout();
    this.bus = bus;
    this.address = Addresses.area(operation.tag());
    this.delivery =
        new DeliveryOptions()
            .addHeader(Addresses.OP, operation.id())
            .setSendTimeout(timeout.toMillis());
  }

  public Future<Buffer> ask(ApiCall call) {
    return bus.<Buffer>request(address, call.json(), delivery).map(Message::body);
  }
}

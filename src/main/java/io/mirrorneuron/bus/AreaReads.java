package io.mirrorneuron.bus;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerReads;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * Answers calls of other nodes with the areas of this server. An area refuses operations that are
 * not registered for other nodes.
 */
public record AreaReads(Vertx vertx) implements PeerReads {
  /** As long as the longest operation; the asking node gives up earlier. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  @Override
  public byte[] read(String area, String operation, String call, boolean isFile) {
    try {
      JsonObject json = ApiCall.ofNode(new JsonObject(call)).json();
      DeliveryOptions delivery =
          new DeliveryOptions()
              .setLocalOnly(true)
              .addHeader(Addresses.OP, operation)
              .setSendTimeout(LONGEST.toMillis());
      if (isFile) {
        delivery.addHeader(Addresses.FILE, "wanted");
      }
      return vertx
          .eventBus()
          .<Buffer>request(Addresses.area(area), json, delivery)
          .await()
          .body()
          .getBytes();
    } catch (DecodeException e) {
      throw MnException.malformed("call_json is malformed");
    } catch (ReplyException e) {
      throw BusFailure.toException(e);
    }
  }
}

package io.mirrorneuron.bus.cluster;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaBus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicLong;

/** The areas of another process of the cluster, for a gateway that has none. Thread-safe. */
public final class ClusteredAreas implements AreaBus {
  private final Vertx vertx;
  private final AreaNodes nodes;
  private final SentUploads uploads;
  private final AtomicLong numbers;

  /**
   * @param seed another one for each process, from which the numbers of its calls begin
   */
  public ClusteredAreas(Vertx vertx, AreaNodes nodes, int seed) {
    this.vertx = vertx;
    this.nodes = nodes;
    this.uploads = new SentUploads(vertx, nodes);
    this.numbers = new AtomicLong((long) seed << Integer.SIZE);
  }

  @Override
  public DeliveryOptions delivery() {
    return nodes.delivery();
  }

  @Override
  public Future<Message<Buffer>> ask(String tag, JsonObject call, DeliveryOptions delivery) {
    return nodes.ask(
        node ->
            uploads
                .send(node, new ApiCall(call))
                .compose(
                    sent ->
                        vertx
                            .eventBus()
                            .request(Addresses.area(tag, node), sent.json(), delivery)));
  }

  @Override
  public long number() {
    return numbers.incrementAndGet();
  }

  /** Told to all: whoever does not know the number ignores it. */
  @Override
  public void gone(String tag, long number) {
    vertx
        .eventBus()
        .publish(
            Addresses.GONE, new JsonObject().put("tag", tag).put("number", number), delivery());
  }
}

package io.mirrorneuron.bus.cluster;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaBus;
import io.mirrorneuron.bus.HeldUpload;
import io.mirrorneuron.bus.StepLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicLong;

/** The areas of another process of the cluster, for a gateway that has none. Thread-safe. */
public final class ClusteredAreas implements AreaBus {
  private final Vertx vertx;
  private final AreaNodes nodes;
  private final SentUploads uploads;
  private final AtomicLong numbers;

  /**
   * @param seed differs per process; the numbers of its calls begin there
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

  /** Sent to all servers; those that do not know the number ignore it. */
  @Override
  public void gone(String tag, long number) {
    vertx
        .eventBus()
        .publish(
            Addresses.GONE, new JsonObject().put("tag", tag).put("number", number), delivery());
  }

  /** Uploaded files, sent piece by piece to the called server. */
  private static final class SentUploads {
    private static final int PIECE = 128 << 10;
    private static final long PATIENCE_MS = 15_000;

    private final Vertx vertx;
    private final AreaNodes nodes;

    SentUploads(Vertx vertx, AreaNodes nodes) {
      this.vertx = vertx;
      this.nodes = nodes;
    }

    /** Replaces the local path, which is meaningless for the server, by a handle. */
    Future<ApiCall> send(String node, ApiCall call) {
      if (!call.hasUpload()) {
        return Future.succeededFuture(call);
      }
      ApiCall.Upload upload = call.upload();
      return message(node, "store", null, Buffer.buffer())
          .compose(
              begun -> {
                String handle = begun.body().toString();
                return vertx
                    .fileSystem()
                    .open(upload.path().toString(), new OpenOptions().setRead(true).setWrite(false))
                    .compose(
                        file ->
                            StepLoop.move(moved -> piece(node, handle, file, moved))
                                .eventually(file::close))
                    .map(sent -> new HeldUpload(handle, upload.fileName()).in(call));
              });
    }

    /** Sends a piece after the previous one was stored. */
    private Future<Integer> piece(String node, String handle, AsyncFile file, long from) {
      return file.read(Buffer.buffer(PIECE), 0, from, PIECE)
          .compose(
              piece ->
                  piece.length() == 0
                      ? Future.succeededFuture(0)
                      : message(node, "append", handle, piece).map(stored -> piece.length()));
    }

    private Future<Message<Buffer>> message(String node, String op, String handle, Buffer body) {
      DeliveryOptions delivery =
          nodes.delivery().addHeader(Addresses.OP, op).setSendTimeout(PATIENCE_MS);
      if (handle != null) {
        delivery.addHeader(Addresses.HANDLE, handle);
      }
      return vertx.eventBus().request(Addresses.files(node), body, delivery);
    }
  }
}

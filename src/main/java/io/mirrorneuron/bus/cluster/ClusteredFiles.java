package io.mirrorneuron.bus.cluster;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.mirrorneuron.wire.FileRequest;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;

/**
 * Files that a server of the cluster holds for this gateway. Pieces are requested one by one, so
 * that a slow reader fills no memory.
 */
public final class ClusteredFiles implements RemoteReads {
  private static final long PATIENCE_MS = 15_000;

  private final Vertx vertx;
  private final AreaNodes nodes;

  public ClusteredFiles(Vertx vertx, AreaNodes nodes) {
    this.vertx = vertx;
    this.nodes = nodes;
  }

  /** Not supported: the called server already forwards calls to other nodes. */
  @Override
  public Future<Buffer> read(RemoteRead read, Duration patience) {
    return NONE.read(read, patience);
  }

  @Override
  public Future<RemoteFile> fetch(RemoteRead read, FileRequest wish) {
    JsonObject wanted = new JsonObject(Json.write(wish));
    return message(read.owner(), "open", read.call(), wanted)
        .map(head -> new Held(read.owner(), read.call(), facts(head.body().toJsonObject())));
  }

  private static FileFacts facts(JsonObject head) {
    return new FileFacts(
        head.getLong("size"),
        Instant.ofEpochMilli(head.getLong("modified_ms")),
        head.getString("tag"),
        head.getString("content_type"),
        head.getString("file_name"));
  }

  private Future<Message<Buffer>> message(String node, String op, String handle, Object body) {
    DeliveryOptions delivery =
        nodes
            .delivery()
            .addHeader(Addresses.OP, op)
            .addHeader(Addresses.HANDLE, handle)
            .setSendTimeout(PATIENCE_MS);
    return vertx.eventBus().request(Addresses.files(node), body, delivery);
  }

  private final class Held implements RemoteFile {
    private final String node;
    private final String handle;
    private final FileFacts facts;

    Held(String node, String handle, FileFacts facts) {
      this.node = node;
      this.handle = handle;
      this.facts = facts;
    }

    @Override
    public FileFacts facts() {
      return facts;
    }

    @Override
    public Future<Buffer> next() {
      return message(node, "next", handle, new JsonObject())
          .map(piece -> piece.body().length() == 0 ? null : piece.body());
    }

    @Override
    public void close() {
      message(node, "close", handle, new JsonObject());
    }
  }
}

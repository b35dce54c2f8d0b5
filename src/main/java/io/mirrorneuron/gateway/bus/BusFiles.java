package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Role;
import io.mirrorneuron.wire.FileWish;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;

/**
 * Pieces of files that come and go over the bus. The caller asks for each, so nobody is sent more
 * than he has taken.
 */
final class BusFiles {
  private final Secret nodeToken;
  private final StrangerCalls strangers;
  private final HeldFiles files;
  private final ReceivedUploads uploads;

  BusFiles(Secret nodeToken, StrangerCalls strangers, HeldFiles files, ReceivedUploads uploads) {
    this.nodeToken = nodeToken;
    this.strangers = strangers;
    this.files = files;
    this.uploads = uploads;
  }

  /** Replies in any case. */
  void answer(Message<Object> message) {
    MultiMap headers = message.headers();
    String op = String.valueOf(headers.get(Addresses.OP));
    enter(op, headers)
        .compose(caller -> answer(op, headers.get(Addresses.HANDLE), message.body()))
        .onComplete(
            message::reply, failed -> message.reply(BusCalls.failure("files " + op, failed)));
  }

  private Future<?> enter(String op, MultiMap headers) {
    try {
      return BusCalls.isGateway(nodeToken, headers)
          ? Future.succeededFuture()
          : strangers.enter(isWrite(op) ? Role.OPERATOR : Role.VIEWER, headers);
    } catch (MnException e) {
      return Future.failedFuture(e);
    }
  }

  private static boolean isWrite(String op) {
    return op.equals("store") || op.equals("append");
  }

  private Future<Buffer> answer(String op, String handle, Object body) {
    return switch (op) {
      case "open" -> files.open(handle, wish(body));
      case "next" -> files.next(handle);
      case "close" -> {
        files.close(handle);
        uploads.discard(handle);
        yield Future.succeededFuture(Buffer.buffer());
      }
      case "store" -> uploads.begin();
      case "append" -> {
        if (body instanceof Buffer piece) {
          yield uploads.append(handle, piece);
        }
        throw MnException.malformed("a piece of a file must be a Buffer");
      }
      default -> throw MnException.malformed("op must be one of open, next, close, store, append");
    };
  }

  private static FileWish wish(Object body) {
    return Json.read(
        body instanceof JsonObject wanted ? wanted.encode() : "{}",
        FileWish.class,
        "what is wanted of the file");
  }
}

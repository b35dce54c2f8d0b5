package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.ContractCheck;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.FileRequest;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Exposes the areas of this process on a shared bus, at addresses that end with the name of this
 * server. Every message is answered; an operation that requires a token is refused without one.
 */
public final class BusEndpoint extends VerticleBase {
  private static final long SWEEP_MS = 30_000;

  private final Settings settings;
  private final Contract contract;
  private final Set<String> tags = new TreeSet<>();
  private final List<MessageConsumer<?>> open = new ArrayList<>();
  private HeldFiles files;
  private ReceivedUploads uploads;

  /**
   * @param node the name of this server
   * @param nodeToken identifies gateways of the same system
   * @param auth identifies all other callers
   * @param nodes read files of other nodes
   * @param bodyLimit bytes of a body
   * @param timeout of a call to an area
   * @param secrets unguessable names
   */
  public record Settings(
      String node,
      Secret nodeToken,
      Auth auth,
      Readiness readiness,
      RemoteReads nodes,
      Uploading uploading,
      long bodyLimit,
      Duration timeout,
      Supplier<String> secrets) {}

  /**
   * @param folder of received files; must exist
   * @param bytes of one file at most
   */
  public record Uploading(Path folder, long bytes, UploadQuota quota, Storage storage) {}

  /** Fails when the contract and the areas differ. */
  public BusEndpoint(
      Settings settings, Contract contract, Collection<? extends AreaVerticle> areas) {
    ContractCheck.verify(contract.document(), areas);
    this.settings = settings;
    this.contract = contract;
    areas.forEach(area -> tags.add(area.tag()));
  }

  @Override
  public Future<?> start() {
    Uploading limits = settings.uploading();
    files = new HeldFiles(vertx, settings.nodes(), settings.secrets());
    uploads =
        new ReceivedUploads(
            vertx,
            new ReceivedUploads.Limits(
                limits.folder(), limits.bytes(), limits.quota(), limits.storage()),
            settings.secrets());
    ExternalCalls strangers =
        new ExternalCalls(
            vertx.eventBus(), contract, settings.auth(), settings.bodyLimit(), settings.timeout());
    BusCalls calls = new BusCalls(vertx, settings, strangers, files, uploads);
    BusFiles pieces = new BusFiles(settings.nodeToken(), strangers, files, uploads);
    tags.forEach(
        tag -> open(Addresses.area(tag, settings.node()), reported -> calls.answer(tag, reported)));
    open(Addresses.files(settings.node()), pieces::answer);
    open(Addresses.areas(settings.node()), this::tellReady);
    open(Addresses.GONE, this::forget);
    vertx.setPeriodic(
        SWEEP_MS,
        timer -> {
          files.sweep();
          uploads.sweep();
        });
    // Announced last, when everything else is open.
    return Future.all(completions())
        .compose(
            ready -> {
              open(Addresses.AREAS, this::tellName);
              return open.getLast().completion();
            });
  }

  private List<Future<Void>> completions() {
    return open.stream().map(MessageConsumer::completion).toList();
  }

  private void open(String address, io.vertx.core.Handler<Message<Object>> handler) {
    open.add(vertx.eventBus().consumer(address, handler));
  }

  private void tellName(Message<Object> question) {
    question.reply(new JsonObject().put("node", settings.node()));
  }

  private void tellReady(Message<Object> question) {
    if (question.body() instanceof JsonObject reported
        && "ready".equals(reported.getString("asks"))) {
      settings
          .readiness()
          .reasons()
          .thenAccept(reasons -> question.reply(new JsonArray(reasons).toBuffer()));
    } else {
      tellName(question);
    }
  }

  private void forget(Message<Object> reported) {
    if (settings.nodeToken().matches(reported.headers().get(Addresses.NODE_TOKEN))
        && reported.body() instanceof JsonObject call
        && tags.contains(call.getString("tag"))) {
      vertx
          .eventBus()
          .publish(
              Addresses.gone(call.getString("tag")),
              call.getLong("number"),
              new DeliveryOptions().setLocalOnly(true));
    }
  }

  /** Stops the announcement; running calls are answered by the areas, which close later. */
  @Override
  public Future<?> stop() {
    return Future.join(open.reversed().stream().map(MessageConsumer::unregister).toList())
        .eventually(
            () -> {
              files.closeAll();
              uploads.closeAll();
              return Future.succeededFuture();
            });
  }

  /**
   * Transfers files over the bus in pieces. The caller asks for each piece, which provides
   * backpressure.
   */
  private static final class BusFiles {
    private final Secret nodeToken;
    private final ExternalCalls strangers;
    private final HeldFiles files;
    private final ReceivedUploads uploads;

    BusFiles(Secret nodeToken, ExternalCalls strangers, HeldFiles files, ReceivedUploads uploads) {
      this.nodeToken = nodeToken;
      this.strangers = strangers;
      this.files = files;
      this.uploads = uploads;
    }

    /** Always replies. */
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
        default ->
            throw MnException.malformed("op must be one of open, next, close, store, append");
      };
    }

    private static FileRequest wish(Object body) {
      return Json.read(
          body instanceof JsonObject wanted ? wanted.encode() : "{}",
          FileRequest.class,
          "what is wanted of the file");
    }
  }
}

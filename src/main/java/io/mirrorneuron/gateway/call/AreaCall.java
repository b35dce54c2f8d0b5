package io.mirrorneuron.gateway.call;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaBus;
import io.mirrorneuron.bus.AskedWait;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/** Sends the calls of one operation to its area over the event bus. */
public final class AreaCall {
  private final AreaBus areas;
  private final String tag;
  private final DeliveryOptions delivery;
  private final boolean addsWait;
  private final boolean changes;
  private final boolean makesFile;
  private final OpenCalls open;

  /**
   * @param usual timeout of an area where the contract has none
   * @param open the calls of the same endpoint
   */
  public AreaCall(AreaBus areas, ApiOperation operation, Duration usual, OpenCalls open) {
    Duration timeout = operation.timeout() == null ? usual : operation.timeout();
    this.addsWait = operation.timeout() == null;
    this.changes = !operation.method().equals(HttpMethod.GET);
    this.makesFile = operation.answersFile();
    this.open = open;
    this.areas = areas;
    this.tag = operation.tag();
    this.delivery =
        areas.delivery().addHeader(Addresses.OP, operation.id()).setSendTimeout(timeout.toMillis());
  }

  /**
   * As {@link #ask}, for long calls: the area learns when the client disconnects, when the time is
   * up and, unless the call makes a file, when the endpoint closes.
   */
  public Future<Answer> askWhileOpen(ApiCall call, HttpServerResponse response) {
    long number = areas.number();
    Future<Answer> answer =
        send(call.withNumber(number)).onFailure(failure -> areas.gone(tag, number));
    response.closeHandler(
        closed -> {
          if (!answer.isComplete()) {
            areas.gone(tag, number);
          }
        });
    return open.answer(answer, changes, makesFile ? () -> {} : () -> areas.gone(tag, number));
  }

  /**
   * Asks the area whether the call, known by its head only, is allowed; fails with the answer if
   * not.
   */
  public Future<Void> admit(ApiCall call) {
    DeliveryOptions asked = new DeliveryOptions(delivery).addHeader(Addresses.ADMISSION, "asked");
    return areas.ask(tag, call.json(), asked).mapEmpty();
  }

  public Future<Answer> ask(ApiCall call) {
    return open.answer(send(call), changes, () -> {});
  }

  private Future<Answer> send(ApiCall call) {
    return areas
        .ask(tag, call.json(), delivery(call))
        .map(message -> Answer.of(message.body(), message.headers()));
  }

  /** The caller's wait is added to the area's timeout. */
  private DeliveryOptions delivery(ApiCall call) {
    Duration wait = addsWait ? AskedWait.of(call).orElse(Duration.ZERO) : Duration.ZERO;
    return wait.isZero()
        ? delivery
        : new DeliveryOptions(delivery).setSendTimeout(delivery.getSendTimeout() + wait.toMillis());
  }

  /**
   * The answer of an area.
   *
   * @param isAccepted whether it is an intermediate status (202) instead of the final one
   * @param preferred the preferences of {@code Prefer} that were applied; null for none
   */
  public record Answer(Buffer body, boolean isAccepted, String preferred) {
    public static Answer of(Buffer body, MultiMap headers) {
      return new Answer(
          body, headers.contains(Addresses.ACCEPTED), headers.get(Addresses.PREFERRED));
    }
  }
}

package io.mirrorneuron.area.jobs;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.bus.LocalAreas;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;

/**
 * Run data in the detail of a job whose run is on another node. Asks the areas of runs, which
 * forward the call to that node.
 */
record RemoteRunFacts(LocalAreas areas) {

  /**
   * Answers of these areas, in JSON; null for unknown ones.
   *
   * @param unknown why the files are unknown, for people; null when they are known
   */
  record RunDocuments(String files, String summary, String resources, String unknown) {}

  /** Never fails. */
  Future<RunDocuments> of(String runId) {
    ApiCall call = new ApiCall().with("run_id", runId);
    ApiCall day = new ApiCall().with("run_id", runId).with("window", "24h").with("bucket", "1h");
    Future<String> files = ask("runs", "listRunArtifacts", call);
    Future<String> summary = ask("observability", "getRunObservabilitySummary", call);
    Future<String> resources = ask("observability", "getRunResources", day);
    return Future.join(files, summary, resources)
        .transform(
            asked ->
                Future.succeededFuture(
                    new RunDocuments(
                        files.result(), summary.result(), resources.result(), why(files))));
  }

  private Future<String> ask(String area, String operation, ApiCall call) {
    DeliveryOptions delivery = areas.delivery().addHeader(Addresses.OP, operation);
    return areas.ask(area, call.json(), delivery).map(Message::body).map(Buffer::toString);
  }

  private static String why(Future<?> asked) {
    return asked.cause() instanceof ReplyException failure
        ? BusFailure.toException(failure).getMessage()
        : null;
  }
}

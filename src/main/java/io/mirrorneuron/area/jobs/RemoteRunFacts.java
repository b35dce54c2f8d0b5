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
 * What a detail of a job tells of its run, where another node has the run: asked of the areas that
 * tell of runs, which ask that node.
 */
record RemoteRunFacts(LocalAreas areas) {

  /**
   * Answers of these areas, in JSON; null for what is not known.
   *
   * @param unknown why the files are not known, for people; null when they are
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

package io.mirrorneuron.bus;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
import io.mirrorneuron.port.node.PeerReads;
import io.mirrorneuron.port.node.RunLocator;
import io.mirrorneuron.port.node.RunLocator.RunPlace;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Routes calls about a run to the run's node. A server that knows no other node answers itself, and
 * asks the store only about runs that it does not have.
 *
 * @param nodes finds the nodes of runs
 * @param remote calls other nodes
 */
public record RunRoute(RunLocator nodes, RemoteReads remote) {
  static final String RUN = "run_id";

  private static final String NO_RUN = "run_not_found";

  /** Longest wait of a list for another node. */
  private static final long LIST_SECONDS = 3;

  /** The operation's relation to its run. */
  public enum Kind {
    READ,
    /** Reads files that programs left in the run's folder, which cannot be recreated. */
    LEFT,
    /** Answers the location of a file. */
    FILE,
    /** Answers a page with data of all nodes. */
    LIST,
    /** May change something, so it is sent only once. */
    ACT
  }

  /**
   * A call and how it is answered here.
   *
   * @param blocking runs blocking work beside the event loop
   */
  record Question(
      String area,
      String operation,
      Kind kind,
      ApiCall call,
      Supplier<Future<Buffer>> here,
      Function<Callable<Void>, Future<Void>> blocking) {

    String runId() {
      return call.text(RUN);
    }
  }

  Future<Buffer> answer(Question asked) {
    if (nodes.sawOthers()) {
      return find(asked).compose(place -> at(place, asked));
    }
    String run = asked.runId();
    return nodes.isKnownHere(run)
        ? alone(asked)
        : looked(asked)
            .compose(seen -> nodes.isKnownHere(run) ? alone(asked) : whereverItIs(asked));
  }

  private Future<Void> looked(Question asked) {
    return asked
        .blocking()
        .apply(
            () -> {
              nodes.look(asked.runId());
              return null;
            });
  }

  private Future<Buffer> alone(Question asked) {
    return asked
        .here()
        .get()
        .recover(
            failed ->
                isNotFound(failed)
                    ? find(asked)
                        .compose(
                            place -> isHere(place) ? Future.failedFuture(failed) : at(place, asked))
                    : Future.failedFuture(failed));
  }

  /** This node may have an open folder of a job that moved to a node that is gone. */
  private Future<Buffer> whereverItIs(Question asked) {
    return find(asked)
        .otherwise(away -> new RunPlace(RunPlace.Kind.UNKNOWN, null, null))
        .compose(place -> at(place, asked));
  }

  /**
   * Answers a list with data of all nodes; the member {@code unreached} names nodes without answer.
   *
   * @param here answers a call with the data of this node
   */
  Future<Buffer> list(Question asked, PageMerge merge, Function<ApiCall, Future<Buffer>> here) {
    if (!nodes.sawOthers()) {
      return here.apply(asked.call());
    }
    ApiCall marked = asked.call().marked();
    return ApiCall.onCaller(nodes.others())
        .compose(
            others -> {
              List<Future<Buffer>> pages = new ArrayList<>();
              pages.add(here.apply(marked));
              for (NodeAddress node : others) {
                RemoteRead read = read(node, asked.area(), asked.operation(), marked);
                pages.add(remote.read(read, Duration.ZERO).timeout(LIST_SECONDS, TimeUnit.SECONDS));
              }
              return Future.join(pages)
                  .transform(done -> merge.answer(asked.call(), others, pages));
            });
  }

  /** Whether another node has what is to be told of a run. */
  Future<Boolean> isElsewhere(String runId) {
    return ApiCall.onCaller(nodes.find(runId)).map(place -> !isHere(place));
  }

  private Future<RunPlace> find(Question asked) {
    return ApiCall.onCaller(nodes.find(asked.runId()));
  }

  private static boolean isHere(RunPlace place) {
    return place.kind() == RunPlace.Kind.HERE || place.kind() == RunPlace.Kind.UNKNOWN;
  }

  private Future<Buffer> at(RunPlace place, Question asked) {
    return switch (place.kind()) {
      case HERE, UNKNOWN -> asked.here().get().recover(failed -> askOthers(asked, failed));
      case THERE ->
          ask(place.node(), asked)
              .recover(
                  failed -> isNoRun(failed) ? asked.here().get() : Future.failedFuture(failed));
      case HIDDEN ->
          Future.failedFuture(
              RunTroubles.unreached(asked, place.node(), "it has not announced its gRPC address"));
      case MOVING ->
          Future.failedFuture(
              RunTroubles.unreached(
                  asked, place.node(), "it is gone, and another node takes its jobs over"));
      case GONE -> anew(place, asked);
    };
  }

  private Future<Buffer> anew(RunPlace place, Question asked) {
    if (asked.kind() == Kind.LEFT) {
      return Future.failedFuture(RunTroubles.gone(asked, place.node(), null));
    }
    return asked
        .blocking()
        .apply(
            () -> {
              nodes.makeAnew(asked.runId(), place);
              return null;
            })
        .compose(made -> asked.here().get())
        .recover(
            failed ->
                Future.failedFuture(
                    isNotFound(failed) ? RunTroubles.gone(asked, place.node(), failed) : failed));
  }

  /** The store may lack the run or be outdated: its job may have been removed. */
  private Future<Buffer> askOthers(Question asked, Throwable failed) {
    return isNoRun(failed) && nodes.sawOthers()
        ? ApiCall.onCaller(nodes.others()).compose(others -> askEach(others, asked, failed))
        : Future.failedFuture(failed);
  }

  private Future<Buffer> askEach(List<NodeAddress> others, Question asked, Throwable failed) {
    if (others.isEmpty()) {
      return Future.failedFuture(failed);
    }
    ApiCall probe = new ApiCall().with(RUN, asked.runId());
    return remote
        .read(read(others.getFirst(), "runs", "listRunOutputs", probe), Duration.ZERO)
        .transform(
            has ->
                has.succeeded()
                    ? ask(others.getFirst(), asked)
                    : askEach(others.subList(1, others.size()), asked, failed));
  }

  private Future<Buffer> ask(NodeAddress node, Question asked) {
    RemoteRead read = read(node, asked.area(), asked.operation(), asked.call());
    return asked.kind() == Kind.FILE
        ? Future.succeededFuture(new JsonObject().put("far", JsonObject.mapFrom(read)).toBuffer())
        : remote
            .read(read, asked.call().patience())
            .recover(failed -> reported(node, asked, failed));
  }

  private Future<Buffer> reported(NodeAddress node, Question asked, Throwable failed) {
    String error = failed instanceof MnException known ? known.error() : "";
    return switch (error) {
      case RemoteReads.UNREACHED ->
          Future.failedFuture(RunTroubles.unreached(asked, node, failed.getMessage()));
      case RemoteReads.REPLY_LOST ->
          Future.failedFuture(
              asked.kind() == Kind.ACT
                  ? RunTroubles.unknown(asked, node)
                  : RunTroubles.unreached(asked, node, failed.getMessage()));
      // decisions on requests belong to the job's node, with or without an API
      case PeerReads.NO_API ->
          (asked.kind() == Kind.ACT ? asked.here().get() : Future.<Buffer>failedFuture(failed))
              .recover(
                  own ->
                      Future.failedFuture(
                          own == failed || isNotFound(own)
                              ? RunTroubles.unreached(asked, node, failed.getMessage())
                              : own));
      default -> Future.failedFuture(failed);
    };
  }

  static RemoteRead read(NodeAddress node, String area, String operation, ApiCall call) {
    return new RemoteRead(node.owner(), node.address(), area, operation, call.forNode().encode());
  }

  private static boolean isNotFound(Throwable failed) {
    return failed instanceof MnException known && known.code() == ErrorCode.NOT_FOUND;
  }

  private static boolean isNoRun(Throwable failed) {
    return failed instanceof MnException known && known.error().equals(NO_RUN);
  }
}

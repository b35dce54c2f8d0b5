package io.mirrorneuron.client;

import com.google.protobuf.ByteString;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import io.mirrorneuron.proto.node.v1.ExecuteEvent;
import io.mirrorneuron.proto.node.v1.ExecuteRequest;
import io.vertx.grpc.client.GrpcClientRequest;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** The stream of one execution. */
final class ProgramStream implements Talk {
  private static final int PART = 256 << 10;

  private final UnaryOperator<MnException> reported;
  private final PartStream<ExecuteEvent> events = new PartStream<>();
  private GrpcClientRequest<ExecuteRequest, ExecuteEvent> call;

  /**
   * @param reported maps a failure for callers
   */
  ProgramStream(UnaryOperator<MnException> reported) {
    this.reported = reported;
  }

  /** Call on the event loop, before anything is sent. */
  void listen(GrpcClientRequest<ExecuteRequest, ExecuteEvent> request) {
    events.listen(request.response());
  }

  /** Sends opening and record with backpressure. */
  void begin(
      GrpcClientRequest<ExecuteRequest, ExecuteEvent> request, Opening opening, byte[] record) {
    call = request;
    int length = record == null ? 0 : record.length;
    send(
        ExecuteRequest.newBuilder()
            .setOpening(
                io.mirrorneuron.proto.node.v1.Opening.newBuilder()
                    .setExecutionId(opening.executionId())
                    .setJobId(opening.jobId())
                    .setOwner(opening.owner())
                    .setEpoch(opening.epoch())
                    .setAfter(opening.after())
                    .setLength(length))
            .build());
    for (int from = 0; from < length; from += PART) {
      ByteString part = ByteString.copyFrom(record, from, Math.min(PART, length - from));
      send(ExecuteRequest.newBuilder().setPart(part).build());
    }
  }

  /** {@link #next} throws a failure. */
  private void send(ExecuteRequest said) {
    try {
      call.write(said);
    } catch (IllegalStateException closed) {
      // the answer has the reason
    }
  }

  @Override
  public Part next(Duration atMost) throws InterruptedException {
    ExecuteEvent event;
    try {
      event = events.next(atMost);
    } catch (MnException failure) {
      throw reported.apply(failure);
    }
    if (event == null && events.isEnded()) {
      throw new MnException(
          ErrorCode.UNAVAILABLE, PeerJobs.REPLY_LOST, "the other node has ended the stream");
    }
    return event == null
        ? null
        : new Part(
            event.getNumber(),
            event.getKind(),
            event.getName(),
            event.getBody().toByteArray(),
            event.getMore());
  }

  @Override
  public void acknowledge(long number) {
    send(ExecuteRequest.newBuilder().setAcknowledged(number).build());
  }

  @Override
  public void stop() {
    send(ExecuteRequest.newBuilder().setStop(true).build());
  }

  @Override
  public void close() {
    if (!events.isEnded()) {
      call.cancel();
    }
  }
}

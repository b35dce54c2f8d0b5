package io.mirrorneuron.runtime.grpc;

import com.google.protobuf.ByteString;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.HostedPrograms;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.proto.node.v1.ExecuteEvent;
import io.mirrorneuron.proto.node.v1.ExecuteRequest;
import io.mirrorneuron.proto.node.v1.Opening;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The stream on which a job's owner controls an execution. Runs on its event loop. */
final class ExecuteCall {
  /** A record holds the message and the state of one agent, which are bounded at their source. */
  private static final long LONGEST_RECORD = 64L << 20;

  private final HostedPrograms programs;
  private final Consumer<ProgramCalls.Work> threads;
  private final StreamWriter<ExecuteEvent> outlet;
  private final ByteArrayOutputStream record = new ByteArrayOutputStream();
  private Opening opening;
  private boolean begun;
  private volatile HostedPrograms.RemoteTask remoteTask;
  private volatile boolean stopped;

  /**
   * @param threads runs blocking work, and then ends the stream
   */
  ExecuteCall(
      HostedPrograms programs,
      StreamWriter<ExecuteEvent> outlet,
      Consumer<ProgramCalls.Work> threads) {
    this.programs = programs;
    this.outlet = outlet;
    this.threads = threads;
  }

  void hear(ExecuteRequest said) {
    switch (said.getKindCase()) {
      case OPENING -> opening = opening == null ? said.getOpening() : opening;
      case PART -> record.writeBytes(said.getPart().toByteArray());
      case ACKNOWLEDGED -> acknowledge(said.getAcknowledged());
      case STOP -> stop();
      case KIND_NOT_SET -> {}
    }
    if (!begun && opening != null) {
      beginIfWhole();
    }
  }

  private void beginIfWhole() {
    if (opening.getLength() > LONGEST_RECORD || record.size() > opening.getLength()) {
      begun = true;
      threads.accept(() -> refuse("the record of an execution has too many bytes"));
    } else if (record.size() == opening.getLength()) {
      begun = true;
      byte[] whole = record.size() == 0 ? null : record.toByteArray();
      threads.accept(() -> serve(whole));
    }
  }

  private static void refuse(String why) {
    throw MnException.invalid(why);
  }

  private void serve(byte[] whole) throws InterruptedException {
    HostedPrograms.RemoteTask opened =
        programs.open(
            new PeerPrograms.Opening(
                opening.getExecutionId(),
                opening.getJobId(),
                opening.getOwner(),
                opening.getEpoch(),
                opening.getAfter()),
            whole);
    remoteTask = opened;
    outlet.open();
    if (stopped) {
      opened.stop();
    }
    opened.serve(new RemoteTaskOutlet(outlet));
  }

  private void acknowledge(long number) {
    HostedPrograms.RemoteTask heard = remoteTask;
    if (heard != null) {
      heard.acknowledge(number);
    }
  }

  private void stop() {
    stopped = true;
    HostedPrograms.RemoteTask heard = remoteTask;
    if (heard != null) {
      heard.stop();
    }
  }

  private record RemoteTaskOutlet(StreamWriter<ExecuteEvent> outlet)
      implements HostedPrograms.Outlet {
    @Override
    public boolean isOpen() {
      return outlet.isOpen();
    }

    @Override
    public void send(PeerPrograms.Part part) {
      outlet.send(
          List.of(
              ExecuteEvent.newBuilder()
                  .setNumber(part.number())
                  .setKind(part.kind())
                  .setName(part.name())
                  .setBody(ByteString.copyFrom(part.body()))
                  .setMore(part.more())
                  .build()));
    }

    @Override
    public void await(Duration atMost) throws InterruptedException {
      outlet.await(atMost);
    }

    @Override
    public void wake() {
      outlet.wake();
    }
  }
}

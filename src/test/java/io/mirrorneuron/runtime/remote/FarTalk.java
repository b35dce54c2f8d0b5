package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.HostedPrograms.Outlet;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A stream between an owner and a worker. What one side says comes in order, as on a connection; it
 * comes late, and when the stream breaks only some of what is on its way comes at all. The other
 * side may not notice. What a stream says comes in any order with what another one says.
 */
final class FarTalk implements Talk {
  private static final int LATE_MS = 40_000;
  private static final int SIGN_OF_LIFE_MS = 3000;

  private final FarNet net;
  private final FarNode owner;
  private final FarNode worker;
  private final Opening opening;
  private final Way up = new Way();
  private final Way down = new Way();
  private final Deque<Part> arrived = new ArrayDeque<>();
  private MnException failure;
  private boolean isClosed;
  private boolean isStopped;
  private Runnable ready;
  private RemoteTasks.Heard heard;
  private RemoteTaskStream stream;
  private final Listening outlet = new Listening();

  /** One direction. */
  private static final class Way {
    private long free;
    private long sent;
    private long come;

    /** What was sent after that does not come. */
    private long last = Long.MAX_VALUE;
  }

  private FarTalk(FarNet net, FarNode owner, FarNode worker, Opening opening) {
    this.net = net;
    this.owner = owner;
    this.worker = worker;
    this.opening = opening;
  }

  static FarTalk open(FarNet net, FarNode owner, FarNode worker, Opening opening, byte[] record) {
    FarTalk talk = new FarTalk(net, owner, worker, opening);
    boolean isDown = talk.downFor() > 0;
    if (isDown && net.random.nextBoolean()) {
      throw new MnException(ErrorCode.UNAVAILABLE, PeerJobs.UNREACHED, "nothing was sent");
    }
    talk.send(talk.up, worker, () -> talk.opened(record));
    return talk;
  }

  private long now() {
    return owner.server.timers().now();
  }

  private long downFor() {
    return Math.max(0, net.downUntil(owner.owner(), worker.owner()) - now());
  }

  private boolean chance(int oneIn) {
    return net.random.nextInt(oneIn) == 0;
  }

  /** What is said while the wire is down may come once it is up. */
  private void send(Way way, FarNode to, Runnable action) {
    if (downFor() > 0 && chance(3) || chance(150)) {
      breakOff();
    }
    way.free = Math.max(way.free, now() + downFor()) + net.random.nextInt(20);
    if (chance(100)) {
      way.free += net.random.nextInt(LATE_MS);
    }
    long number = ++way.sent;
    to.server.later(
        way.free - now(),
        () -> {
          if (number <= way.last) {
            way.come = number;
            action.run();
          }
        });
  }

  private void breakOff() {
    if (up.last == Long.MAX_VALUE) {
      net.broken++;
      for (Way way : new Way[] {up, down}) {
        way.last = way.come + net.random.nextInt((int) (way.sent - way.come) + 1);
      }
      owner.server.later(net.random.nextInt(LATE_MS), () -> fail(lostReply()));
      worker.server.later(net.random.nextInt(LATE_MS), outlet::close);
    }
  }

  private static MnException lostReply() {
    return new MnException(ErrorCode.UNAVAILABLE, PeerJobs.REPLY_LOST, "the stream is cut");
  }

  // ---- at the worker

  private void opened(byte[] record) {
    net.late += isClosed ? 1 : 0;
    try {
      heard = (RemoteTasks.Heard) worker.remoteTasks().open(opening, record);
    } catch (MnException e) {
      send(down, owner, () -> fail(e));
      return;
    }
    net.story(opening.executionId()).answered(opening.epoch());
    if (isStopped) {
      obey(heard::stop);
    }
    stream = heard.stream(outlet);
    outlet.wake();
    showLife();
  }

  private void obey(Runnable order) {
    worker.fenced(net.story(opening.executionId()).isFenced(opening.epoch()), order);
  }

  private void tell() {
    if (!stream.isOpen()) {
      stream.close();
      send(down, owner, () -> fail(lostReply()));
    } else if (stream.tellNext()) {
      outlet.wake();
    }
  }

  private void showLife() {
    if (stream.isOpen()) {
      outlet.send(new Part(0, RemoteEvent.SIGN_OF_LIFE, "", new byte[0], false));
      worker.server.later(SIGN_OF_LIFE_MS, this::showLife);
    }
  }

  private final class Listening implements Outlet {
    private boolean isOver;
    private boolean isWoken;

    void close() {
      isOver = true;
      if (stream != null) {
        wake();
      }
    }

    @Override
    public boolean isOpen() {
      return !isOver;
    }

    /** In two parts, as a large one; now and then twice. */
    @Override
    public void send(Part part) {
      int half = part.body().length / 2;
      Part first = part(part, Arrays.copyOf(part.body(), half), true);
      Part second = part(part, Arrays.copyOfRange(part.body(), half, part.body().length), false);
      for (int times = chance(20) ? 2 : 1; times > 0; times--) {
        FarTalk.this.send(down, owner, () -> arrive(first));
        FarTalk.this.send(down, owner, () -> arrive(second));
      }
    }

    private static Part part(Part of, byte[] body, boolean more) {
      return new Part(of.number(), of.kind(), of.name(), body, more);
    }

    @Override
    public void await(Duration atMost) {
      throw new AssertionError("nobody waits");
    }

    @Override
    public void wake() {
      if (!isWoken) {
        isWoken = true;
        worker.server.later(
            net.random.nextInt(5),
            () -> {
              isWoken = false;
              tell();
            });
      }
    }
  }

  // ---- at the owner

  private void arrive(Part part) {
    arrived.add(part);
    if (!part.more()) {
      beReady();
    }
  }

  private void fail(MnException e) {
    failure = failure == null ? e : failure;
    beReady();
  }

  private void beReady() {
    if (ready != null) {
      owner.server.later(0, ready);
      ready = null;
    }
  }

  /** Runs it once there is a whole event, or none comes any more. */
  void whenReady(Runnable action) {
    ready = action;
    if (isClosed || failure != null || arrived.stream().anyMatch(part -> !part.more())) {
      beReady();
    }
  }

  @Override
  public Part next(Duration atMost) {
    Part part = isClosed ? null : arrived.poll();
    if (part == null && (isClosed || failure != null)) {
      throw failure == null ? lostReply() : failure;
    }
    return part;
  }

  @Override
  public void acknowledge(long number) {
    for (int times = chance(20) ? 2 : 1; times > 0; times--) {
      send(
          up,
          worker,
          () -> {
            if (heard != null) {
              obey(() -> heard.acknowledge(number));
            }
          });
    }
  }

  @Override
  public void stop() {
    send(
        up,
        worker,
        () -> {
          isStopped = true;
          if (heard != null) {
            obey(heard::stop);
          }
        });
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      send(up, worker, outlet::close);
      beReady();
    }
  }
}

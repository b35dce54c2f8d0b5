package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.spawn.Spawner;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Passes output to the collectors and the end of a program to the inbox. If possible, the end of
 * the output is reported together with the end of the program, so most executions wake up once.
 */
public final class ProgramWatcher implements Spawner.Watcher {
  private final Notice.Inbox inbox;
  private final Consumer<ByteBuffer> out;
  private final Consumer<ByteBuffer> err;

  // Guarded by this.
  private boolean drained;
  private boolean exited;

  public ProgramWatcher(Notice.Inbox inbox, Consumer<ByteBuffer> out, Consumer<ByteBuffer> err) {
    this.inbox = inbox;
    this.out = out;
    this.err = err;
  }

  @Override
  public void stdout(ByteBuffer bytes) {
    out.accept(bytes);
  }

  @Override
  public void stderr(ByteBuffer bytes) {
    err.accept(bytes);
  }

  @Override
  public synchronized void drained() {
    drained = true;
    if (exited) {
      inbox.put(new Notice.Drained());
    }
  }

  @Override
  public synchronized void exited() {
    exited = true;
    inbox.put(new Notice.Exited(drained));
  }
}
